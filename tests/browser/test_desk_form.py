"""A change form of the desk, as one works with it."""

import re

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import expect

from practices.models import Practice
from tests.browser.conftest import DESK

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.ignore_template_errors]


@pytest.fixture
def open_desk(open_page, portal):
    """Opens the form of LISKO, signed in."""

    def open_desk(**options):
        client = Client()
        client.force_login(get_user_model().objects.create_superuser("staff", "staff@example.org", "of staff"))
        cookies = [
            {"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": portal},
            {"name": settings.LANGUAGE_COOKIE_NAME, "value": "fr", "url": portal},
        ]
        page = open_page("/fr/privacy/", **{"viewport": DESK} | options)
        page.context.add_cookies(cookies)
        page.goto(f"/admin/practices/practice/{Practice.objects.get(slug='lisko').pk}/change/")
        return page

    return open_desk


def roles(page) -> list[str]:
    names = page.locator("#practice_organisations-group .row:not(.empty-form) .cell-role select")
    return names.evaluate_all("fields => fields.map((field) => field.value)")


def test_the_bar_counts_what_is_unsaved_and_leaving_is_asked_first(open_desk):
    page = open_desk()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))

    expect(page.locator(".bar-unsaved")).to_be_hidden()
    page.locator("#id_title_fr").fill("LISKO autrement")
    page.locator("#id_subtitle_fr").fill("Sous-titre")

    expect(page.locator(".bar-unsaved")).to_have_text(re.compile(r"2$"))
    with page.expect_event("dialog"):
        page.get_by_role("button", name="DE", exact=True).click(no_wait_after=True)
    assert asked == ["beforeunload"]
    expect(page.locator("#id_title_fr")).to_have_value("LISKO autrement")


def test_rows_change_places_by_keyboard_and_stay_there(open_desk):
    page = open_desk()
    page.locator("#part-practice_organisations summary").first.click()
    before = roles(page)

    page.locator("#practice_organisations-group .row").nth(1).get_by_role("button", name="Monter").press("Enter")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    page.locator("#part-practice_organisations summary").first.click()
    assert roles(page) == [before[1], before[0], *before[2:]]


def test_an_editor_is_made_when_its_section_is_opened(open_desk):
    page = open_desk()

    expect(page.locator(".ProseMirror")).to_have_count(0)
    page.locator(".section summary").first.click()

    expect(page.locator(".section").first.locator(".ProseMirror:visible")).to_have_count(1)


def test_the_form_saves_without_a_script(open_desk):
    page = open_desk(java_script_enabled=False)

    page.locator("#id_title_fr").fill("LISKO sans script")
    page.get_by_role("button", name="Enregistrer", exact=True).click()

    expect(page.locator(".messagelist .success")).to_be_visible()
    draft = Practice.objects.get(slug="lisko").draft
    assert draft.title_fr == "LISKO sans script"
    assert draft.sections.count() == 5
