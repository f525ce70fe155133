"""How staff come in, from the invitation to the end of a session, as they meet it in a browser."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from practices.models import Topic
from tests.browser.conftest import DESK
from tests.factories import make_staff

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.ignore_template_errors]
PASSWORD, OTHER = "correct horse battery staple", "quite another long password"
ANNE = {"email": "anne@gresil.example", "first_name": "Anne", "password": PASSWORD}


@pytest.fixture
def visit(open_page):
    """Opens a page in a browser of its own, in French unless the test says otherwise."""

    def visit(path: str, **options):
        return open_page(path, **{"viewport": DESK, "locale": "fr"} | options)

    return visit


def type_password(page, email: str = ANNE["email"], password: str = PASSWORD) -> None:
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(password)
    page.locator("main button[type=submit]").first.click()


def press(page, words: str) -> None:
    page.get_by_role("button", name=gettext(words), exact=True).click()


def follow(page, words: str) -> None:
    page.get_by_role("link", name=gettext(words), exact=True).click()


def heading(page, words: str) -> None:
    """What stands above the page, in the language of the test."""
    expect(page.get_by_role("heading", level=1)).to_have_text(gettext(words))


def link_of(message) -> str:
    return re.search(r"http://\S+", message.get_payload(decode=True).decode())[0]


def set_password(page, password: str) -> None:
    page.get_by_label(gettext("New password"), exact=True).fill(password)
    page.get_by_label(gettext("New password, once more"), exact=True).fill(password)
    press(page, "Set the password")


@pytest.mark.parametrize("language", ["fr", "lb"])
def test_an_invited_person_comes_in_with_a_second_factor_and_later_with_a_recovery_code(
    visit, smtp, settings, language
):
    make_staff("administrator", email="chief@gresil.example", password=PASSWORD)
    with translation.override(language):
        chief = visit("/admin/auth/user/add/", locale=language)
        type_password(chief, "chief@gresil.example")
        chief.get_by_label(gettext("name").capitalize()).fill("Anne Muller")
        chief.get_by_label("E-Mail" if language == "lb" else "E-mail").fill(ANNE["email"])
        chief.get_by_label(gettext("editor").capitalize()).check()
        press(chief, "Save")
        expect(chief.locator(".messagelist .success").first).to_contain_text(ANNE["email"])
        settings.SECOND_FACTOR_REQUIRED = True

        page = visit(link_of(smtp[0]), locale=language)
        heading(page, "Set your password")
        set_password(page, PASSWORD)
        heading(page, "Your account")
        expect(page.locator(".messagelist")).to_contain_text(gettext("Before you begin, set up a second factor."))
        page.goto("/admin/practices/practice/")
        heading(page, "Your account")
        follow(page, "Set up an app")
        secret = page.locator(".account-secret").inner_text().replace(" ", "")
        page.locator("#id_code").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
        press(page, "Set up")
        heading(page, "Recovery codes")
        codes = page.locator(".account-codes code").all_inner_texts()
        page.reload()
        expect(page.locator(".account-codes")).to_have_count(0)
        follow(page, "To the desk")
        heading(page, "Today’s work")
        press(page, "Log out")

        answers = []
        for _ in range(2):
            later = visit("/admin/", locale=language)
            type_password(later)
            heading(later, "Second factor")
            later.locator("#id_code").fill(codes[0])
            press(later, "Log in")
            answers.append(later.get_by_role("heading", level=1).inner_text())

    with translation.override(language):
        assert answers == [gettext("Today’s work"), gettext("Second factor")]
    assert len(codes) == 10


def with_authenticator(page) -> None:
    """A telephone that holds passkeys, and knows its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def set_up_passkey(page, *, alone: bool) -> None:
    follow(page, "Set up a passkey")
    page.get_by_label(gettext("Name of the passkey")).fill("Mon téléphone")
    page.get_by_label(gettext("Come in with it alone, without a password")).set_checked(alone)
    press(page, "Set up")
    heading(page, "Recovery codes")


def test_a_passkey_is_a_second_factor(visit):
    anne = make_staff("editor", **ANNE)
    page = visit("/admin/account/")
    with_authenticator(page)
    type_password(page)
    set_up_passkey(page, alone=False)
    follow(page, "To the desk")
    press(page, "Log out")

    page.goto("/admin/")
    type_password(page)
    press(page, "Use a passkey")

    heading(page, "Today’s work")
    page.goto("/admin/account/")
    expect(page.get_by_text("Mon téléphone")).to_be_visible()
    follow(page, "Remove the passkey")
    press(page, "Remove")
    heading(page, "Your account")
    assert not Authenticator.objects.filter(user=anne).exists()


def test_a_passkey_alone_is_enough_where_that_was_chosen(visit):
    make_staff("editor", **ANNE)
    page = visit("/admin/account/")
    with_authenticator(page)
    type_password(page)
    set_up_passkey(page, alone=True)
    follow(page, "To the desk")
    press(page, "Log out")

    page.goto("/admin/practices/practice/")
    press(page, "Log in with a passkey")

    expect(page).to_have_url(re.compile("/admin/practices/practice/$"))


def test_a_passkey_that_is_not_there_is_told_of_in_a_sentence(visit):
    page = visit("/admin/login/")
    with_authenticator(page)

    press(page, "Log in with a passkey")

    expect(page.get_by_role("alert")).to_have_text(gettext("The passkey was not accepted."))


def test_a_closed_account_is_out_at_its_next_click(visit):
    anne = make_staff("editor", **ANNE)
    page = visit("/admin/")
    type_password(page)
    heading(page, "Today’s work")
    User.objects.filter(pk=anne.pk).update(is_active=False)

    page.locator("#content a:visible").first.click()

    heading(page, "Log in")
    expect(page.locator(".messagelist")).to_contain_text("votre compte a été fermé")


def test_what_was_typed_in_an_ended_session_is_sent_again_after_the_login(visit, open_page):
    make_staff("editor", **ANNE)
    topic = Topic.objects.order_by("pk").first()
    page = visit(f"/admin/practices/topic/{topic.pk}/change/")
    type_password(page)
    page.locator("#id_name_fr").fill("Jardins « partagés »\u202f!")
    Session.objects.all().delete()

    press(page, "Save")
    heading(page, "What you typed is still here")
    with page.expect_popup() as opened:
        follow(page, "Log in, in a new tab")
    type_password(opened.value)
    heading(opened.value, "Today’s work")
    press(page, "Send again")
    # Whoever logs in gets a new token.
    expect(page.get_by_text("Vous êtes de nouveau connecté")).to_be_visible()
    press(page, "Send again")

    expect(page.locator(".messagelist .success")).to_be_visible()
    topic.refresh_from_db()
    assert topic.name_fr == "Jardins « partagés »\u202f!"
    open_page.complaints.clear()


def test_a_forgotten_password_is_replaced_by_mail(visit, smtp):
    make_staff("editor", **ANNE)
    page = visit("/admin/")
    follow(page, "Forgotten your password?")
    page.get_by_label(gettext("E-mail address")).fill(ANNE["email"])
    press(page, "Send the link")
    heading(page, "Look into your mail")

    page.goto(link_of(smtp[0]))
    set_password(page, OTHER)

    heading(page, "Today’s work")
    assert User.objects.get().check_password(OTHER)


def test_one_session_of_several_is_ended(visit):
    make_staff("editor", **ANNE)
    pages = [visit("/admin/account/sessions/") for _ in range(3)]
    for page in pages:
        type_password(page)
    first, second, third = pages

    third.reload()
    third.locator(".account-sessions").get_by_role("button").first.click()

    expect(third.locator(".messagelist")).to_have_text(gettext("The session is ended."))
    expect(third.locator(".account-sessions li")).to_have_count(2)
    for page, title in [(first, "Log in"), (second, "Where you are logged in"), (third, "Where you are logged in")]:
        page.reload()
        heading(page, title)
