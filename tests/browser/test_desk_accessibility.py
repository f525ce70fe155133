"""Every page of the desk, as axe sees it. The pages come from the addresses of the portal, so none is forgotten."""

import re
import time

import pytest
import reversion
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, resolve
from reversion.models import Version

from accounts.attempts import OF_ACCOUNT
from accounts.record import note
from accounts.urls import urlpatterns as of_accounts
from desk.bin import put_in_bin
from library.models import EmptySearch
from practices.models import Practice, Term, Topic
from sessions_app.models import Session
from tests.browser.test_accessibility import OPTIONS
from tests.browser.test_coming_in import PASSWORD, link_of, with_authenticator
from tests.conftest import has_typed_the_password
from tests.factories import make_broken_link
from tests.gresil.test_rights import routes
from translations.models import Translation, TranslationImport

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.ignore_template_errors,
]

# The desk repeats "Add" and numbers in tables, which their rows and columns explain.
DESK_OPTIONS = OPTIONS | {"rules": {"target-size": {"enabled": True}}}
OF_COLOURS = ["color-contrast", "link-in-text-block"]
# Of which axe does not know the colours, and a person does: what lies half below something that scrolls or stays in the
# window, signs that say nothing, and messages, whose sign stands beside their text.
OVER_TEXT = ["partially overlaps", "partially obscured", "only non-text characters"]
REVIEWED = ['<li class="success">', '<li class="warning">', '<li class="info">']
WIDTHS, SCHEMES = [1024, 1440], ["light", "dark"]
LANGUAGES = [code for code, name in settings.LANGUAGES]
EMAIL = "staff@gresil.example"

# Addresses of the desk that are no page: files, answers to scripts, buttons, and what leads elsewhere.
NO_PAGE = re.compile(
    r"admin/(jsi18n|autocomplete|linkable-pages|edit-link|logout|r/.*|bin/.*/(restore|delete)|<url>\$"
    r"|.*(/typed|/undo|/correction|/export/<slug:language>|/next|/review|/take/<int:number>|/<path:object_id>))/?$"
)
# What nobody adds or deletes by hand: the same page says so.
NOT_ALLOWED = re.compile(
    r"admin/(auth/user/<path:object_id>/delete"
    r"|library/emptysearch/add"
    r"|(accounts/recordentry|desk/linkcheck|translations/(translation|translationimport))/(.*/delete|add))/$"
)
# Addresses of accounts that are no page.
NO_PAGE_OF_ACCOUNTS = {"account_set_password", "mfa_list_webauthn", "mfa_login_webauthn", None}
# Main pages: nothing of them may be wider than the screen, in any language.
MAIN = re.compile(r"admin/(bin/|[a-z_]+/[a-z]+/(add/|import/|<path:object_id>/(change|history)/)?)?$")
# All that is folded, and nothing that stays in the window over what axe looks at.
OPEN_ALL = """() => {
  for (const part of document.querySelectorAll("details:not(.section, .list-filter), .section:first-of-type")) {
    part.open = true;
  }
  for (const bar of document.querySelectorAll(".bar, #language-switch, .outline")) bar.style.position = "static";
  for (const animation of document.getAnimations()) animation.finish();
}"""
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def staff_client(content) -> Client:
    user = get_user_model().objects.create_superuser("staff", EMAIL, PASSWORD)
    client = Client()
    client.force_login(user)
    has_typed_the_password(client, user)
    return client


@pytest.fixture
def rows(staff_client) -> dict[type[Model], Model]:
    """A row of every model of the desk, each with a history."""
    staff = get_user_model().objects.get(username="staff")
    EmptySearch.objects.create(query="café des langues", language="fr")
    TranslationImport.objects.create(file_name="gresil-de.xliff", language="de")
    make_broken_link()
    note("logged in", by=staff)
    put_in_bin(Term.objects.latest("pk"), by=staff)
    found = {model: model._base_manager.order_by("pk")[0] for model in admin.site._registry}
    for model, row in found.items():
        if reversion.is_registered(model):
            row.save()
    return found


@pytest.fixture
def pages(staff_client, rows) -> dict[str, str]:
    """Address as it stands in the urls -> that of a page, of everything on the desk."""
    found = {}
    for address in desk_addresses():
        path = "/" + address.replace("^", "").replace("$", "").replace("<app_label>", "practices")
        for model, row in rows.items():
            if path.startswith(f"/admin/{model._meta.app_label}/{model._meta.model_name}/"):
                versions = Version.objects.get_for_object(row) if reversion.is_registered(model) else []
                path = path.replace("<int:version>", str(versions[0].pk) if versions else "0")
                path = path.replace("<path:object_id>", str(row.pk))
        if is_page(staff_client.get(path)):
            found[address] = path
    return found


def desk_addresses() -> list[str]:
    mine = {f"admin/{route}" for route, _pattern in routes(of_accounts)}
    found = [address for address, _pattern in routes(get_resolver().url_patterns)]
    return [address for address in dict.fromkeys(found) if address.startswith("admin/") and address not in mine]


def is_page(response: HttpResponse) -> bool:
    return response.status_code == 200 and response["Content-Type"].startswith("text/html")


@pytest.fixture
def open_desk(staff_client, browser, portal):
    """Opens a page of the desk in one of its languages, signed in."""
    contexts = []

    def open_desk(language: str, *, width: int = 1024, scheme: str = "light", is_in: bool = True):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=portal, color_scheme=scheme, locale=language
        )
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if is_in:
            cookies[settings.SESSION_COOKIE_NAME] = staff_client.session.session_key
        context.add_cookies([{"name": name, "value": value, "url": portal} for name, value in cookies.items()])
        return context.new_page()

    yield open_desk
    for context in contexts:
        context.close()


def complaints(page) -> list[tuple]:
    """What is wrong, and what axe leaves open of colours, unless a person has looked at it."""
    response = Axe().run(page, options=DESK_OPTIONS).response
    is_open = [
        (rule["id"], node["html"][:150], node["failureSummary"][:200])
        for rule in response["incomplete"]
        for node in rule["nodes"]
        if rule["id"] in OF_COLOURS
        and not any(words in node["failureSummary"] for words in OVER_TEXT)
        and not any(seen in node["html"] for seen in REVIEWED)
    ]
    return is_open + [
        (rule["id"], node["html"][:150], node["failureSummary"][:200])
        for rule in response["violations"]
        for node in rule["nodes"]
    ]


def look(page, name: str, turn: int = 0) -> list[tuple]:
    """Both widths and both schemes, all rules in each: light is looked at in one width, dark in the other."""
    found = []
    for scheme, width in zip(SCHEMES, WIDTHS if turn % 2 else WIDTHS[::-1], strict=True):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.evaluate(OPEN_ALL)
        found += [(name, width, scheme, *complaint) for complaint in complaints(page)]
        if (overflow := page.evaluate(OVERFLOW)) > 0:
            found.append((name, width, scheme, "overflows by", overflow, ""))
    return found


def told(found: list[tuple]) -> str:
    """How often each complaint, with an example."""
    alike: dict[tuple, list[tuple]] = {}
    for complaint in found:
        alike.setdefault((complaint[3], str(complaint[4])[:60]), []).append(complaint)
    return "\n".join(f"{len(complaints)} x {complaints[0]}" for complaints in alike.values())


def test_every_address_of_the_desk_is_looked_at_or_is_no_page(pages):
    left = [address for address in desk_addresses() if not NO_PAGE.match(address) and not NOT_ALLOWED.match(address)]

    assert set(left) == set(pages)
    assert len(left) > 80


@pytest.mark.repeats
@pytest.mark.parametrize("turn", [0, 1])
def test_axe_finds_nothing_on_any_page_of_the_desk(open_desk, pages, turn):
    """Each page in one of two languages: the source, and the one whose words are longest."""
    page = open_desk(["fr", "lb"][turn])
    found = []

    for number, (address, path) in enumerate(pages.items()):
        if number % 2 == turn:
            page.goto(path)
            found += look(page, address, number // 2)

    assert not found, told(found)


@pytest.mark.repeats
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_on_the_desk_is_wider_than_a_small_screen(open_desk, pages, language):
    page = open_desk(language)
    found = {}

    for address, path in pages.items():
        if MAIN.match(address):
            page.goto(path)
            page.evaluate(OPEN_ALL)
            found[address] = page.evaluate(OVERFLOW)

    assert len(found) > 40
    assert {address: overflow for address, overflow in found.items() if overflow > 0} == {}


@pytest.mark.repeats
@pytest.mark.parametrize("language", ["fr", "lb"])
def test_axe_finds_nothing_where_one_comes_in_and_sees_to_ones_account(open_desk, smtp, language):
    page = open_desk(language, is_in=False)
    seen, found = set(), []
    with_authenticator(page)

    def see(path: str = "") -> None:
        if path:
            page.goto(path)
        seen.add(resolve(page.url.removeprefix(page.context.pages[0].evaluate("origin")).partition("?")[0]).url_name)
        found.extend(look(page, page.url, len(seen)))

    def send(**values: str) -> None:
        for name, value in values.items():
            page.locator(f"[name={name}]").fill(value)
        page.locator("main button[type=submit]").first.click()

    see("/admin/login/")
    send(login=EMAIL, password="wrong")
    see()
    see("/admin/account/password/")
    send(email=EMAIL)
    see()
    page.goto(link_of(smtp[0]))
    send(password1="short", password2="shorter")
    see()
    page.goto("/admin/login/?next=/admin/account/")
    send(login=EMAIL, password=PASSWORD)
    see()
    see("/admin/password_change/")
    see("/admin/account/app/")
    secret = page.locator(".account-secret").inner_text()
    send(code=format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    see()
    see("/admin/account/recovery-codes/")
    see("/admin/account/recovery-codes/new/")
    see("/admin/account/passkeys/new/")
    send(name="Telefon")
    page.wait_for_url("**/admin/account/")
    see()
    page.locator("a[href*=passkeys][href*=remove]").click()
    see()
    see("/admin/account/app/remove/")
    see("/admin/account/confirm/?next=/admin/")
    see("/admin/account/sessions/")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.goto("/admin/login/")
    send(login=EMAIL, password=PASSWORD)
    see()

    assert {pattern.name for pattern in of_accounts} - seen == NO_PAGE_OF_ACCOUNTS
    assert not found, told(found)


@pytest.mark.repeats
def test_axe_finds_nothing_where_staff_are_told_that_something_went_wrong(open_desk, staff_client):
    page, stranger = open_desk("fr"), open_desk("fr", is_in=False)
    topic, row = Topic.objects.earliest("pk"), Translation.objects.filter(language="de").earliest("pk")
    archived = Practice.objects.published().earliest("pk")
    statuses, found = [], []

    def see(response) -> None:
        statuses.append(response.status)
        found.extend(look(response.frame.page, response.url, len(statuses)))

    def send(page, button: str):
        with page.expect_navigation() as answer:
            page.locator(button).first.click()
        return answer.value

    see(page.goto("/admin/nothing/"))
    see(page.goto("/admin/translations/translation/add/"))
    see(page.goto("/admin/practices/practice/?nothing__regex=x"))
    page.goto("/admin/practices/practice/add/")
    see(send(page, ".bar-button.is-main"))
    page.goto(f"/admin/practices/topic/{topic.pk}/change/")
    page.locator("#id_name_fr").fill("Jardins")
    Topic.objects.filter(pk=topic.pk).update(name_fr="Vergers")
    see(send(page, ".bar-button.is-main"))
    page.goto(f"/admin/practices/topic/{topic.pk}/change/")
    page.locator("#id_name_fr").fill("Jardins")
    page.context.clear_cookies(name=settings.CSRF_COOKIE_NAME)
    see(send(page, ".bar-button.is-main"))
    archived.archive()
    see(page.goto(archived.get_absolute_url()))
    see(page.goto(f"/fr/sessions/{Session.objects.earliest('pk').slug}/preview/"))
    see(page.goto(f"/admin/translations/translation/{row.pk}/change/"))
    for _ in range(OF_ACCOUNT.count + 1):
        stranger.goto("/admin/login/")
        stranger.locator("[name=login]").fill(EMAIL)
        stranger.locator("[name=password]").fill("wrong")
        answer = send(stranger, "main button[type=submit]")
    see(answer)

    assert statuses == [404, 403, 400, 200, 409, 403, 410, 200, 200, 429]
    assert not found, told(found)
