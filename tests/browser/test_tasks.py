"""Ten things that people come for, by keyboard and on a phone."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def search_box(page):
    return page.get_by_role("main").get_by_role("combobox")


def test_from_an_idea_to_a_person_to_ring(open_page):
    page = open_page("/fr/")

    search_box(page).press_sequentially("café des langues")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/fr/practices/\?q="))
    page.locator(".practice-card a").first.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Café de Babel")
    call = page.get_by_role("region", name="Contact direct").get_by_role("link", name="Appeler")
    expect(call).to_be_in_viewport(ratio=1)
    expect(call).to_have_attribute("href", re.compile(r"^tel:\+352"))


def test_from_my_commune_to_whom_to_ask(open_page):
    page = open_page("/lb/")

    search_box(page).press_sequentially("stroossen")
    expect(page.get_by_role("option").first).to_contain_text("Stroossen")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/lb/communes/strassen/$"))
    talk_to = page.locator("#talk-to")
    expect(talk_to).to_be_in_viewport()
    expect(talk_to.get_by_role("link", name=re.compile(r"\+352|@")).first).to_be_visible()


def test_a_subject_needs_no_commune(open_page):
    page = open_page("/de/")

    search_box(page).press_sequentially("wohnen")
    subjects = page.get_by_role("group", name="Themen")
    expect(subjects.get_by_role("option").first).to_be_visible()
    while subjects.locator("[aria-selected=true]").count() == 0:
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/de/practices/\?topic="))
    expect(page.locator(".practice-card").first).to_be_in_viewport()


def test_three_practices_go_into_one_print(open_page):
    page = open_page("/fr/practices/kufika-strassen/")
    assert page.evaluate("localStorage.length") == 0

    for slug in ["kufika-strassen", "equigaart-junglinster", "cafe-de-babel-strassen"]:
        page.goto(f"/fr/practices/{slug}/")
        page.get_by_role("button", name="Mettre dans ma sélection").press("Enter")
        expect(page.get_by_text("dans ce navigateur seulement")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Ma sélection").press("Enter")

    expect(page).to_have_url(re.compile(r"/fr/selection/\?practice=kufika-strassen&practice=equigaart-junglinster"))
    expect(page.locator(".selected-practice")).to_have_count(3)
    page.evaluate("window.print = () => { window.printed = true; }")
    page.get_by_role("button", name="Imprimer").press("Enter")
    assert page.evaluate("window.printed")
    page.get_by_role("button", name="Vider ma sélection").press("Enter")
    expect(page.locator(".selected-practice")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_a_practice_is_shared_or_its_address_copied(open_page):
    page = open_page("/fr/practices/kufika-strassen/")
    page.evaluate("navigator.share = async (shared) => { window.shared = shared; }")
    page.evaluate("navigator.clipboard = undefined")
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}})"
    )

    page.get_by_role("button", name="Partager").press("Enter")
    page.wait_for_function("window.shared")
    page.get_by_role("button", name="Copier l’adresse").press("Enter")
    expect(page.get_by_role("status").filter(has_text="copiée")).to_be_visible()

    assert page.evaluate("window.shared.url").endswith("/fr/practices/kufika-strassen/")
    assert page.evaluate("window.copied").endswith("/fr/practices/kufika-strassen/")


def test_a_filter_says_what_it_will_show_and_is_still_there_on_the_way_back(open_page):
    page = open_page("/fr/practices/")

    page.locator(".filter-sheet > summary").press("Enter")
    box = page.get_by_role("checkbox", name=re.compile("logement"))
    box.press(" ")
    show = page.get_by_role("button", name="Voir 5 exemples")
    expect(show).to_be_in_viewport(ratio=1)
    expect(box).to_be_focused()
    show.press("Enter")
    expect(page.locator(".filter-groups")).to_be_hidden()
    expect(page.locator(".result-count")).to_be_focused()
    expect(page.locator(".filter-sheet > summary")).to_have_text(re.compile(r"Filtrer\s+1"))
    page.locator(".practice-card a").first.press("Enter")
    expect(page.locator(".practice")).to_be_visible()
    page.get_by_role("link", name="Retour aux résultats").press("Enter")

    expect(page).to_have_url(re.compile(r"topic=housing"))
    expect(page.locator(".result-count")).to_contain_text("5 exemples")


def test_no_result_leads_to_the_helpdesk(open_page):
    page = open_page("/fr/")

    search_box(page).press_sequentially("mosquée")
    page.keyboard.press("Enter")

    helpdesk = page.get_by_role("region", name="Demandez au helpdesk")
    mail = helpdesk.get_by_role("link", name=re.compile("@"))
    expect(mail).to_have_attribute("href", re.compile(r"^mailto:.*subject=mosqu%C3%A9e"))
    expect(helpdesk.get_by_role("link", name=re.compile(r"\+352"))).to_be_visible()


def test_a_wrong_address_leads_on(open_page):
    page = open_page("/de/practices/gibt-es-nicht/")

    search_box(page).press_sequentially("strassen")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/de/communes/strassen/$"))
    open_page.complaints[:] = [text for text in open_page.complaints if "404" not in text]


def test_a_word_of_a_session_leads_to_it(open_page):
    page = open_page("/fr/practices/")

    page.get_by_role("searchbox").press_sequentially("racisme")
    page.keyboard.press("Enter")
    elsewhere = page.get_by_role("region", name="Ailleurs sur le portail")
    elsewhere.get_by_role("link", name=re.compile("racisme")).first.press("Enter")

    expect(page).to_have_url(re.compile(r"/fr/sessions/forum-12/$"))


def test_the_map_by_keyboard(open_page):
    page = open_page("/fr/communes/")

    page.locator(".map-drawing a[aria-label^='Hesperange']").focus()
    panel = page.locator(".map-panel")
    expect(panel).to_contain_text("Hesperange")
    expect(panel).to_contain_text("Betreit Wunnen")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/fr/communes/hesperange/$"))
