"""Who comes in, and how; what is typed wrong is counted before it is checked."""

import re
import time
from smtplib import SMTPException

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.attempts import OF_ACCOUNT, OF_NETWORK
from accounts.browsers import browser_of
from accounts.models import RecordEntry
from accounts.sealing import unseal
from tests.factories import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
PASSWORD = "correct horse battery staple"
LOGIN = "/admin/login/"


@pytest.fixture
def anne():
    user = make_staff("editor", email="anne@gresil.example", first_name="Anne")
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client: Client, password: str = PASSWORD, email: str = "anne@gresil.example", **extra):
    return client.post(LOGIN, {"login": email, "password": password}, **extra)


def code_of(user: User, *, ago: int = 0) -> str:
    """What the app of `user` shows now, or showed so many codes ago."""
    secret = unseal(Authenticator.objects.get(user=user, type="totp").data["secret"])
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 - ago))


def set_up_app(client: Client) -> list[str]:
    """Sets up an app as second factor; gives the recovery codes."""
    page = client.get("/admin/account/app/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    response = client.post("/admin/account/app/", {"code": code}, follow=True)
    return re.findall(r"<li><code>(\d+)</code></li>", response.content.decode())


def end_of_code(user: User) -> None:
    """As if the code that was used last was an earlier one."""
    authenticator = Authenticator.objects.get(user=user, type="totp")
    authenticator.data["last_counter"] -= 2
    authenticator.save()


def test_one_comes_in_with_the_e_mail_address_in_any_case(client, anne):
    response = log_in(client, email="Anne@GRESIL.example")

    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_the_page_that_was_asked_for_comes_after_the_login(client, anne):
    asked = client.get("/admin/practices/practice/")
    response = client.post(
        asked["Location"], {"login": anne.email, "password": PASSWORD, "next": "/admin/practices/practice/"}
    )

    assert response["Location"] == "/admin/practices/practice/"


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "/\t/evil.example/", "\\\\evil.example"]
)
def test_nobody_is_led_elsewhere_after_the_login(client, anne, address):
    response = client.post(LOGIN, {"login": anne.email, "password": PASSWORD, "next": address})

    assert response["Location"] == "/admin/"


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(client, anne):
    wrong, unknown = log_in(client, "wrong"), log_in(client, "wrong", "nobody@gresil.example")

    for response in (wrong, unknown):
        assertContains(response, "L’adresse e-mail ou le mot de passe n’est pas correct.")
    assert RecordEntry.objects.filter(act="login failed").count() == 2
    assert "wrong" not in str(list(RecordEntry.objects.values()))


def test_a_closed_account_does_not_come_in(client, anne):
    User.objects.update(is_active=False)

    response = client.post(LOGIN, {"login": anne.email, "password": PASSWORD}, follow=True)

    assertContains(response, "L’adresse e-mail ou le mot de passe n’est pas correct.")
    assert "_auth_user_id" not in client.session


def test_a_closed_account_is_out_at_the_next_request(client, anne):
    log_in(client)
    User.objects.update(is_active=False)

    assert client.get("/admin/")["Location"].startswith(LOGIN)


def test_the_key_of_the_session_changes_at_the_login(client, anne):
    client.get("/admin/account/password/")
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key

    log_in(client)

    assert client.session.session_key != before


def test_after_five_wrong_passwords_not_even_the_right_one_is_tried(client, anne):
    for _ in range(OF_ACCOUNT.count):
        log_in(client, "wrong")

    response = log_in(client)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    assertContains(response, "Il y a eu trop d’essais.", status_code=429)
    assert "_auth_user_id" not in client.session
    assert RecordEntry.objects.filter(act="login refused").exists()


def test_who_came_in_from_a_browser_before_is_not_kept_out_by_others_who_guess(client, anne):
    log_in(client)
    client.post("/admin/logout/")
    guesser = Client()
    for _ in range(OF_ACCOUNT.count + 1):
        refused = log_in(guesser, "wrong")

    response = log_in(client)

    assert refused.status_code == 429
    assert response["Location"] == "/admin/"


def test_the_browser_of_a_colleague_has_no_attempts_of_its_own(client, anne):
    bob = make_staff("editor", email="bob@gresil.example", password=PASSWORD)
    log_in(client, email=bob.email)
    client.post("/admin/logout/")
    for _ in range(OF_ACCOUNT.count):
        log_in(Client(), "wrong")

    assert log_in(client).status_code == 429


def test_a_network_has_fifty_attempts_whoever_it_tries(client, anne):
    for number in range(OF_NETWORK.count):
        log_in(client, "wrong", f"nobody{number}@gresil.example", REMOTE_ADDR=f"192.0.2.{number}")

    assert log_in(client, REMOTE_ADDR="192.0.2.200").status_code == 429
    assert log_in(client, REMOTE_ADDR="198.51.100.1").status_code == 302


def test_right_passwords_use_up_no_attempts(client, anne):
    for _ in range(OF_ACCOUNT.count + 2):
        response = log_in(Client())

    assert response.status_code == 302


def test_the_record_keeps_networks_and_no_addresses(client, anne):
    log_in(client, "wrong", REMOTE_ADDR="192.0.2.77")
    log_in(client, REMOTE_ADDR="2001:db8:1:2:3:4:5:6")

    networks = [entry.details["network"] for entry in RecordEntry.objects.order_by("pk")]
    assert networks == ["192.0.2.0/24", "2001:db8:1:2::/64"]


def test_an_app_is_asked_for_its_code_after_the_password(client, anne):
    log_in(client)
    set_up_app(client)
    end_of_code(anne)
    other = Client()

    answer = log_in(other)
    before = other.get("/admin/")
    other.post(answer["Location"], {"code": code_of(anne)})

    assert answer["Location"] == "/admin/account/code/"
    assert before["Location"].startswith(LOGIN)
    assert other.get("/admin/").status_code == 200


def test_a_code_is_taken_once(client, anne):
    log_in(client)
    set_up_app(client)
    end_of_code(anne)
    code, browsers = code_of(anne), [Client(), Client()]

    for browser in browsers:
        log_in(browser)
        response = browser.post("/admin/account/code/", {"code": code})

    assertContains(response, "Le code n’est pas correct, ou a déjà servi.")
    assert browsers[0].get("/admin/").status_code == 200
    assert browsers[1].get("/admin/").status_code == 302


def test_the_code_that_set_up_the_app_is_used_up(client, anne):
    log_in(client)
    set_up_app(client)
    other = Client()
    log_in(other)

    response = other.post("/admin/account/code/", {"code": code_of(anne)})

    assertContains(response, "Le code n’est pas correct, ou a déjà servi.")


def test_a_recovery_code_is_taken_once(client, anne):
    log_in(client)
    codes = set_up_app(client)
    answers = []
    for _ in range(2):
        browser = Client()
        log_in(browser)
        answers.append(browser.post("/admin/account/code/", {"code": codes[0]}).status_code)

    assert len(codes) == 10
    assert answers == [302, 200]


def test_codes_are_limited_too(client, anne):
    log_in(client)
    set_up_app(client)
    end_of_code(anne)
    other = Client()
    log_in(other)
    for _ in range(5):
        other.post("/admin/account/code/", {"code": "000000"})

    response = other.post("/admin/account/code/", {"code": code_of(anne)})

    assert response.status_code == 429
    assert other.get("/admin/").status_code == 302


def test_the_secrets_of_second_factors_are_unreadable_in_the_database(client, anne, settings):
    log_in(client)
    page = client.get("/admin/account/app/")
    secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    client.post("/admin/account/app/", {"code": code})

    stored = str(list(Authenticator.objects.values("data")))
    assert secret not in stored
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key" * 6, [settings.SECRET_KEY]
    assert unseal(Authenticator.objects.get(type="totp").data["secret"]) == secret


def test_the_square_for_the_app_is_part_of_the_page(client, anne):
    log_in(client)

    page = client.get("/admin/account/app/")

    assertContains(page, '<svg class="qr-code"')
    assertNotContains(page, "data:image")


def link_of_mail() -> str:
    return re.search(r"http://testserver(/admin/account/password/\S+)", mail.outbox[-1].body)[1]


def test_a_new_password_is_set_by_a_link_that_is_good_once(client, anne):
    client.post("/admin/account/password/", {"email": anne.email})
    link = link_of_mail()
    form = client.get(link)["Location"]

    response = client.post(form, {"password1": "another long password", "password2": "another long password"})

    assert response["Location"] == "/admin/"
    assert User.objects.get(pk=anne.pk).check_password("another long password")
    assertContains(Client().get(link), "Ce lien a déjà servi, ou est trop ancien.")


def test_a_new_password_does_not_go_round_the_second_factor(client, anne):
    log_in(client)
    set_up_app(client)
    other = Client()
    other.post("/admin/account/password/", {"email": anne.email})
    form = other.get(link_of_mail())["Location"]

    response = other.post(form, {"password1": "another long password", "password2": "another long password"})

    assert response["Location"] == "/admin/account/code/"
    assert other.get("/admin/").status_code == 302


def test_whether_an_address_has_an_account_is_not_told(client, anne):
    answers = [client.post("/admin/account/password/", {"email": email}) for email in (anne.email, "no@gresil.example")]

    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    assert [message.to for message in mail.outbox] == [[anne.email]]


def test_three_mails_an_hour_are_sent_to_an_address(client, anne):
    answers = [client.post("/admin/account/password/", {"email": anne.email}).status_code for _ in range(4)]

    assert answers == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [("short", False), ("passwordpassword", True), ("12345678910111213", True), ("x" * 200, True), ("é" * 15, True)],
)
def test_a_password_has_fifteen_characters_of_any_kind(client, anne, password, is_taken):
    client.post("/admin/account/password/", {"email": anne.email})
    form = client.get(link_of_mail())["Location"]

    response = client.post(form, {"password1": password, "password2": password})

    assert (response.status_code == 302) == is_taken


def test_nobody_signs_up(client):
    for path in ["signup/", "account/signup/", "account/email/", "account/social/"]:
        assert client.get(f"/admin/{path}").status_code in (302, 404)
        assert client.post(f"/admin/{path}", {"email": "x@gresil.example"}).status_code in (302, 404)
    assert not User.objects.exists()


def test_in_production_a_second_factor_is_set_up_before_the_first_page(client, anne, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    log_in(client)

    for path in ["/admin/", "/admin/practices/practice/", "/fr/practices/x/preview/", "/admin/account/sessions/"]:
        assert client.get(path)["Location"] == "/admin/account/"
    set_up_app(client)
    assert client.get("/admin/").status_code == 200


def test_a_session_ends_after_an_hour_without_a_page(client, anne):
    log_in(client)
    client.get("/admin/")
    session = client.session
    session["seen_at"] -= 3601
    session.save()

    assert client.get("/admin/")["Location"].startswith(LOGIN)


def test_a_session_ends_after_twelve_hours_however_busy(client, anne):
    log_in(client)
    client.get("/admin/")
    session = client.session
    session["began_at"] -= 12 * 3600 + 1
    session.save()

    assert client.get("/admin/")["Location"].startswith(LOGIN)


def test_other_sessions_are_listed_and_ended(client, anne):
    other = Client()
    log_in(other)
    log_in(client)

    page = client.get("/admin/account/sessions/")
    client.post("/admin/account/sessions/")

    assertContains(page, "127.0.0.0", count=2)
    assert other.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(client, anne):
    make_staff("editor", email="bob@gresil.example", password=PASSWORD)
    bob = Client()
    log_in(client)
    log_in(bob, email="bob@gresil.example")
    session = UserSession.objects.get(user=anne)

    answers = [bob.post("/admin/account/sessions/", {"session": key}) for key in (session.pk, "x", "9" * 30)]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/1",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("curl/8.0", "curl/8.0"),
        ("", "–"),
    ],
)
def test_a_session_is_known_by_its_browser(user_agent, name):
    assert browser_of(user_agent) == name


def test_what_is_made_for_one_person_is_kept_by_no_cache(client, anne):
    log_in(client)

    for path in ["/admin/", "/admin/account/", "/admin/practices/practice/", LOGIN, "/admin/jsi18n/"]:
        assert "no-store" in client.get(path)["Cache-Control"], path


def test_staff_without_a_role_learn_so_and_see_nothing_else(client):
    client.force_login(make_staff())

    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/practices/practice/").status_code == 403
    assert client.get(reverse("admin:jsi18n")).status_code == 403


def test_without_a_mail_server_a_new_password_is_asked_for_in_vain_and_that_is_said(client, monkeypatch):
    def refuse(*args, **kwargs):
        raise SMTPException("no")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    user = make_staff("editor", password="a long word of anne")

    response = client.post("/admin/account/password/", {"email": user.email}, follow=True)

    assert response.status_code == 200
    assert "Aucun message ne peut être envoyé" in response.content.decode()


@pytest.mark.ignore_template_errors
def test_the_first_page_offers_a_second_factor_on_ones_own_machine(client):
    client.force_login(make_staff("editor"))

    page = client.get("/admin/").content.decode()

    assert "un second facteur" in page
    assert 'href="/admin/account/"' in page


def test_the_login_is_there_in_each_language(client):
    page = client.get(LOGIN)

    for code, _name in settings.LANGUAGES:
        assertContains(page, f'value="{code}"')
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = code
        assertContains(client.get(LOGIN), f'<html lang="{code}"')
