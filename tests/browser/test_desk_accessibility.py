"""Every page of the desk, as axe sees it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client

from library.models import EmptySearch
from tests.browser.test_accessibility import OF_COLOURS, OPTIONS
from translations.models import TranslationImport

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.ignore_template_errors,
]

# The desk repeats "Add" and numbers in tables, which their rows and columns explain.
DESK_OPTIONS = OPTIONS | {"rules": {"target-size": {"enabled": True}}}
WIDTHS, SCHEMES = [1024, 1440], ["light", "dark"]
# The source language, and the one whose words are longest.
LANGUAGES = [settings.LANGUAGE_CODE, "lb"]
ELSEWHERE = ["/admin/", "/admin/password_change/", "/admin/translations/translation/import/"]
# All that is folded, and nothing that stays in the window over what axe looks at.
OPEN_ALL = """() => {
  for (const part of document.querySelectorAll("details:not(.section, .list-filter), .section:first-of-type")) {
    part.open = true;
  }
  for (const bar of document.querySelectorAll(".bar, #language-switch")) bar.style.position = "static";
}"""


@pytest.fixture
def rows(content):
    """A row of every model of the admin."""
    EmptySearch.objects.create(query="café des langues", language="fr")
    Group.objects.get_or_create(name="contributor")
    TranslationImport.objects.create(file_name="gresil-de.xliff", language="de")
    get_user_model().objects.create_superuser("staff", "staff@example.org", "a password of staff")
    return {model: row for model in admin.site._registry if (row := model._base_manager.order_by("pk").first())}


@pytest.fixture
def signed_in(rows, browser, portal):
    """Opens a page of the desk in one of its languages."""
    contexts = []

    def signed_in(language: str, *, width: int, scheme: str):
        client = Client()
        client.force_login(get_user_model().objects.get(username="staff"))
        context = browser.new_context(
            viewport={"width": width, "height": 800}, base_url=portal, color_scheme=scheme, locale=language
        )
        contexts.append(context)
        context.add_cookies(
            [
                {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": portal},
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": portal},
            ]
        )
        return context.new_page()

    yield signed_in
    for context in contexts:
        context.close()


def addresses(rows: dict[type[Model], Model]) -> list[str]:
    """Of every page of every model."""
    found = list(ELSEWHERE)
    for model in admin.site._registry:
        # Django's own form for accounts has fields without a label; one of ours takes its place.
        if model is get_user_model():
            continue
        desk = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        found += [desk, f"{desk}add/"]
        if model in rows:
            found += [f"{desk}{rows[model].pk}/{page}/" for page in ["change", "history", "delete"]]
    return found


def complaints(page, options: dict) -> list[tuple]:
    """What is wrong. Axe leaves open what lies half below a box that scrolls, such as a long text."""
    return [
        (rule["id"], node["html"][:150], node["failureSummary"][:200])
        for rule in Axe().run(page, options=options).response["violations"]
        for node in rule["nodes"]
    ]


def told(found: list[tuple]) -> str:
    """How often each complaint, with an example."""
    alike: dict[tuple, list[tuple]] = {}
    for complaint in found:
        alike.setdefault((complaint[3], str(complaint[4])[:60]), []).append(complaint)
    return "\n".join(f"{len(complaints)} x {complaints[0]}" for complaints in alike.values())


@pytest.mark.repeats
@pytest.mark.parametrize("turn", [0, 1])
def test_axe_finds_nothing_on_any_page_of_the_desk(signed_in, rows, turn):
    """Each page in light at one width and in dark at the other, in one of two languages."""
    found, seen = [], 0
    pages = {
        (width, scheme): signed_in(language, width=width, scheme=scheme)
        for width in WIDTHS
        for scheme in SCHEMES
        for language in [LANGUAGES[(turn + WIDTHS.index(width)) % 2]]
    }

    for number, address in enumerate(addresses(rows)):
        if number % 2 != turn:
            continue
        for scheme, options in [("light", DESK_OPTIONS), ("dark", OF_COLOURS)]:
            width = WIDTHS[(number // 2 + SCHEMES.index(scheme)) % 2]
            page = pages[width, scheme]
            if page.goto(address).status in (403, 404):
                continue
            page.evaluate(OPEN_ALL)
            seen += 1
            found += [(address, width, scheme, *complaint) for complaint in complaints(page, options)]
            overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if overflow > 0:
                found.append((address, width, scheme, "overflows by", overflow))

    assert seen > 60
    assert not found, told(found)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_where_one_comes_in_or_is_told_of_errors(signed_in, rows, scheme):
    page = signed_in("fr", width=1024, scheme=scheme)
    found = []

    page.goto("/admin/practices/practice/add/")
    page.locator(".bar-button.is-main").click()
    page.locator(".complaints").wait_for()
    page.evaluate(OPEN_ALL)
    found += complaints(page, DESK_OPTIONS)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.goto("/admin/login/")
    found += complaints(page, DESK_OPTIONS)

    assert not found
