"""The map, and the pages of communes, contacts and organisations."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LANGUAGES = [code for code, name in settings.LANGUAGES]
LONG_PAGES = [
    "communes/",
    "communes/luxembourg/",
    "communes/winseler/",
    "contacts/",
    "organisations/",
    "organisations/olai/",
]


def place(page, name: str):
    return page.locator(f".map-drawing a[aria-label^='{name}']")


def test_the_first_touch_tells_what_a_commune_has_and_the_link_of_the_panel_opens_it(open_page):
    page = open_page("/fr/communes/", has_touch=True, is_mobile=True)
    panel = page.locator(".map-panel")

    place(page, "Junglinster").tap()
    expect(panel).to_contain_text("Equigaart")
    expect(panel).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"/fr/communes/$"))
    place(page, "Mersch").tap()
    expect(panel).to_contain_text("Mersch")
    expect(panel).not_to_contain_text("Equigaart")
    panel.get_by_role("link").tap()

    expect(page).to_have_url(re.compile(r"/fr/communes/mersch/$"))


def test_a_second_touch_opens_the_commune(open_page):
    page = open_page("/fr/communes/", has_touch=True, is_mobile=True)

    place(page, "Junglinster").tap()
    place(page, "Junglinster").tap()

    expect(page).to_have_url(re.compile(r"/fr/communes/junglinster/$"))


def test_the_focus_tells_what_a_commune_has_and_enter_opens_it(open_page):
    page = open_page("/lb/communes/", viewport=DESK)

    place(page, "Stroossen").focus()
    expect(page.locator(".map-panel")).to_contain_text("Stroossen")
    expect(page.locator(".map-panel li")).to_have_count(3)
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/lb/communes/strassen/$"))


def test_the_mouse_tells_what_a_commune_has_and_a_click_opens_it(open_page):
    page = open_page("/de/communes/", viewport=DESK)

    place(page, "Mersch").hover()
    expect(page.locator(".map-panel")).to_contain_text("Mersch")
    place(page, "Mersch").click()

    expect(page).to_have_url(re.compile(r"/de/communes/mersch/$"))


def test_without_javascript_the_communes_are_links_and_the_themes_have_a_button(open_page):
    page = open_page("/fr/communes/", viewport=DESK, java_script_enabled=False)

    expect(page.locator(".map-panel")).to_be_hidden()
    page.locator("input[name=theme][value=housing]").check()
    page.locator(".map-themes button").click()
    expect(page).to_have_url(re.compile(r"/fr/communes/\?theme=housing#map$"))
    place(page, "Mersch").click()

    expect(page).to_have_url(re.compile(r"/fr/communes/mersch/$"))


def test_a_theme_acts_at_once_and_keeps_the_focus(open_page):
    page = open_page("/fr/communes/", viewport=DESK)
    page.evaluate("window.isTheSamePage = true")
    theme = page.locator("input[name=theme][value=housing]")

    theme.focus()
    page.keyboard.press("Space")

    expect(page).to_have_url(re.compile(r"/fr/communes/\?theme=housing$"))
    expect(page.get_by_role("status").filter(has_text="logement")).to_be_visible()
    expect(place(page, "Strassen")).to_have_accessible_name(re.compile("0"))
    expect(theme).to_be_focused()
    expect(page.locator(".map-panel")).to_be_visible()
    assert page.evaluate("window.isTheSamePage")
    place(page, "Hesperange").focus()
    expect(page.locator(".map-panel")).to_contain_text("Hesperange")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_as_a_table_does_not_scroll_sideways_however_large_the_text(open_page, language):
    page = open_page(f"/{language}/communes/", viewport={"width": 320, "height": 640})

    page.locator(".map-key summary").click()
    for size in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
        table = page.locator(".map-table")
        assert table.evaluate("table => table.scrollWidth <= table.parentElement.clientWidth")
        assert table.evaluate("table => table.getBoundingClientRect().right <= innerWidth")


@pytest.mark.repeats
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_higher_than_8000_pixels_on_a_phone(open_page, language):
    page = open_page(f"/{language}/", viewport=PHONE)

    heights = {}
    for path in LONG_PAGES:
        page.goto(f"/{language}/{path}")
        heights[path] = page.evaluate("document.documentElement.scrollHeight")

    assert not {path: height for path, height in heights.items() if height > 8_000}


def test_the_people_of_a_commune_stand_on_the_first_two_screens_of_a_phone(open_page):
    page = open_page("/fr/communes/strassen/", viewport=PHONE)

    box = page.get_by_role("link", name="+352 310 262-270").bounding_box()

    assert box
    assert box["y"] < 800


def test_the_address_of_a_contact_leads_to_its_row(open_page):
    page = open_page("/fr/contacts/#luiza-sosna")

    expect(page.locator("#luiza-sosna")).to_be_in_viewport()
    expect(page.locator("#luiza-sosna")).to_contain_text("Luiza Sosna")


@pytest.mark.parametrize("path", ["communes/?q=%00", "contacts/?q=---", "organisations/?q=---"])
def test_an_error_leads_to_its_field(open_page, path):
    page = open_page(f"/fr/{path}")
    open_page.complaints.clear()

    page.get_by_role("alert").get_by_role("link").first.click()

    expect(page.get_by_role("main").locator("input[name=q]")).to_be_focused()
    expect(page.get_by_role("main").locator("input[name=q]")).to_have_attribute("aria-invalid", "true")
