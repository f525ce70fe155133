import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK
from tests.browser.test_accessibility import OPTIONS, complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def finder(page):
    return page.get_by_role("main").get_by_role("combobox", name=re.compile("commune|Gemeinde|municipality"))


def test_a_commune_takes_its_first_letters_an_arrow_and_enter(open_page):
    page = open_page("/fr/")
    field = finder(page)
    expect(field).to_have_attribute("aria-expanded", "false")

    field.press_sequentially("belva")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options).to_have_count(2)
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id"))
    expect(field).to_be_focused()
    field.press("Enter")

    expect(page).to_have_url(re.compile(r"/fr/communes/sanem/$"))


def test_enter_opens_the_first_suggestion_and_the_way_back_keeps_the_page(open_page):
    page = open_page("/de/")
    field = finder(page)

    field.fill("L-4750")
    expect(page.get_by_role("option")).to_have_count(1)
    field.press("Enter")
    expect(page).to_have_url(re.compile(r"/de/communes/petange/$"))
    page.go_back()

    expect(page).to_have_url(re.compile(r"/de/$"))
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_the_arrows_go_round_through_the_words_and_the_cursor_keys_return_to_them(open_page):
    page = open_page("/fr/")
    field = finder(page)
    field.fill("belval")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)

    field.press("ArrowUp")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    field.press("ArrowDown")
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    field.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    field.press("Home")

    expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))
    expect(options.nth(0)).to_have_attribute("aria-selected", "false")
    assert field.evaluate("field => field.selectionStart") == 0


def test_escape_closes_the_list_and_then_empties_the_field(open_page):
    page = open_page("/fr/")
    field = finder(page)
    field.fill("esch")
    expect(page.get_by_role("listbox")).to_be_visible()

    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("esch")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    field.press("Escape")

    expect(field).to_have_value("")


def test_a_finger_chooses_and_leaving_the_field_closes_the_list(open_page):
    page = open_page("/fr/", has_touch=True)
    field = finder(page)
    field.fill("strasen")
    expect(page.get_by_role("option")).to_have_count(1)
    field.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()

    field.fill("wahl")
    page.get_by_role("option", name="Groussbus-Wal").first.tap()

    expect(page).to_have_url(re.compile(r"/fr/communes/groussbus-wal/$"))


def test_the_number_of_suggestions_is_said_and_so_is_that_there_is_none(open_page):
    page = open_page("/en/")
    field = finder(page)
    status = page.get_by_role("main").locator(".finder").get_by_role("status")

    field.fill("belval")
    expect(status).to_contain_text("2")
    field.fill("xyzzy")

    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(status).to_be_visible()
    expect(status).not_to_be_empty()


def test_only_the_last_words_count_however_late_older_answers_come(open_page):
    page = open_page("/fr/")
    field = finder(page)
    page.route("**/suggestions/?q=bel", lambda route: page.wait_for_timeout(600) or route.continue_())

    field.fill("bel")
    page.wait_for_timeout(200)
    field.fill("L-4750")
    page.wait_for_timeout(900)

    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.get_by_role("option")).to_contain_text("Pétange")


def test_the_button_sends_the_form_although_the_list_is_open(open_page):
    page = open_page("/fr/", viewport=DESK)
    finder(page).fill("langues")
    expect(page.get_by_role("group", name="Sujets").get_by_role("option").first).to_have_text(re.compile("langues"))

    page.locator("main .finder button").click()

    expect(page).to_have_url(re.compile(r"/fr/practices/\?q=langues$"))


def test_when_the_suggestions_fail_the_form_still_answers(open_page):
    page = open_page("/fr/")
    page.route("**/suggestions/**", lambda route: route.abort())
    field = finder(page)

    field.fill("strasen")
    page.wait_for_timeout(300)
    field.press("Enter")

    expect(page).to_have_url(re.compile(r"/fr/communes/strassen/$"))
    open_page.complaints.clear()


def test_without_javascript_the_form_answers_with_the_communes_best_first(open_page):
    page = open_page("/fr/communes/", java_script_enabled=False)

    field = page.get_by_role("textbox", name="Votre commune")
    field.fill("wahl")
    field.press("Enter")

    expect(page).to_have_url(re.compile(r"/fr/communes/\?q=wahl$"))
    expect(page.locator(".matches a").first).to_have_text("Groussbus-Wal")
    expect(page.locator(".matches li").first).to_contain_text("Wahl")
    expect(page.locator(".matches a").nth(1)).to_have_text("Wahl")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [{"width": 320, "height": 640}, DESK])
def test_axe_finds_nothing_to_complain_of_on_the_open_list(open_page, scheme, viewport):
    page = open_page("/de/", color_scheme=scheme, viewport=viewport)
    field = finder(page)
    field.fill("sprache")
    expect(page.get_by_role("group")).not_to_have_count(0)
    field.press("ArrowDown")

    found = complaints(page, OPTIONS)

    open_page.complaints.clear()
    # What lies under the open list has no colour of its own.
    assert not [complaint for complaint in found if "overlapped" not in complaint[-1]]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
