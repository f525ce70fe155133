"""The rich text editor, as people use it: they paste, they link, they listen."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from core.rich_text import clean
from practices.models import Practice, PracticeSection
from tests.browser.clipboard import KEPT, PROGRAMS
from tests.browser.conftest import DESK
from tests.core.addresses import ADDRESSES

pytestmark = [pytest.mark.any_database, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """(html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "plain words");
  const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(event);
}"""


@pytest.fixture
def lisko(content):
    return Practice.objects.get(slug="lisko")


@pytest.fixture
def open_form(open_page, client, django_user_model, lisko, settings):
    """The form of LISKO in a language, and the field and the text area of its first section in French."""
    client.force_login(django_user_model.objects.create_superuser("staff", password="a password of staff"))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value

    def open_form(language: str = "fr"):
        page = open_page("/healthz", viewport=DESK, locale=language)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": page.url}
        page.context.add_cookies([cookie])
        page.goto(f"/admin/practices/practice/{lisko.pk}/change/")
        page.locator("#sections-0 summary").click()
        textarea = page.locator("#id_sections-0-body_fr")
        field = textarea.locator("xpath=..").locator(".ProseMirror")
        field.click()
        page.keyboard.press("Control+A")
        return page, field, textarea

    return open_form


def save(page) -> None:
    """What is published is saved in a draft: the public page needs more."""
    page.locator("button[name=_publish]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def body() -> str:
    return PracticeSection.objects.filter(practice__slug="lisko").order_by("position", "pk")[0].body_fr


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_is_pasted_from_a_program_keeps_its_lists_headings_and_tables(open_form, program):
    page, _field, textarea = open_form()

    page.evaluate(PASTE, PROGRAMS[program])

    assert clean(textarea.input_value()) == KEPT
    note = page.locator(".editor-note:not(:empty)")
    expect(note).to_have_text(
        "Non repris : 1 image, 1 lien sans adresse utilisable, couleurs, soulignement".replace(" :", "\u00a0:")
    )


def test_what_was_pasted_is_saved_and_shown_on_the_public_page(open_form):
    page, _field, _textarea = open_form()
    page.evaluate(PASTE, PROGRAMS["Word"])

    save(page)
    page.goto("/fr/practices/lisko/")

    assert body() == KEPT
    prose = page.locator(".prose", has_text="Le bilan")
    expect(prose.get_by_role("heading", name="Le bilan")).to_be_visible()
    expect(prose.get_by_role("columnheader", name="Participants")).to_be_visible()
    expect(prose.get_by_role("link", name="www.mersch.lu")).to_have_attribute("href", "https://www.mersch.lu/cours")
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_editor_has_the_same_rule_for_addresses_as_the_server(open_form):
    page, _field, _textarea = open_form()
    languages = [code for code, _name in settings.LANGUAGES]
    script = """async ([cases, languages]) => {
      const {usableAddress} = await import("/static/js/addresses.js");
      return cases.map((written) => usableAddress(written, languages));
    }"""

    found = page.evaluate(script, [[written for written, _address in ADDRESSES], languages])

    assert dict(zip([written for written, _address in ADDRESSES], found, strict=True)) == dict(ADDRESSES)


@pytest.mark.parametrize("typed", ["www.mersch.lu ", "http://www.mersch.lu "])
def test_an_address_that_is_typed_becomes_a_link_that_lasts(open_form, typed):
    page, _field, _textarea = open_form()

    page.keyboard.type(typed)
    save(page)

    assert body() == f'<p><a href="https://www.mersch.lu">{typed.strip()}</a></p>'


def test_a_link_is_made_without_selecting_words_first_and_junk_is_refused_in_words(open_form):
    page, _field, textarea = open_form("lb")
    page.keyboard.type("Kuckt ")
    page.get_by_role("toolbar").first.get_by_role("button", name=re.compile("Link setzen")).click()
    dialog = page.get_by_role("dialog")
    address = dialog.get_by_role("textbox").first

    address.fill("C:\\Users\\anne\\lescht.docx")
    page.keyboard.press("Enter")

    expect(dialog.get_by_role("alert")).to_contain_text("keng Adress")
    address.fill("mersch.lu/cours")
    dialog.get_by_role("textbox").nth(1).fill("Mersch")
    dialog.get_by_role("button", name="Asetzen").click()
    expect(dialog).to_have_count(0)
    assert clean(textarea.input_value()) == '<p>Kuckt <a href="https://mersch.lu/cours">Mersch</a></p>'


def test_an_own_page_is_chosen_by_its_words_and_shown_in_each_language(open_form):
    page, _field, _textarea = open_form()
    page.keyboard.type("Café ")
    page.keyboard.press("Control+K")
    dialog = page.get_by_role("dialog")

    dialog.get_by_role("textbox").first.fill("cafe de babel")
    dialog.get_by_role("button", name=re.compile("Café de Babel")).first.click()
    dialog.get_by_role("button", name="Insérer").click()
    save(page)

    assert body() == '<p>Café <a href="/practices/cafe-de-babel-strassen/">Café de Babel</a></p>'
    page.goto("/fr/practices/lisko/")
    link = page.locator(".prose").get_by_role("link", name="Café de Babel")
    expect(link).to_have_attribute("href", "/fr/practices/cafe-de-babel-strassen/")


def test_links_that_cannot_be_kept_are_named_after_saving(open_form):
    page, _field, textarea = open_form()
    textarea.evaluate("(area) => { area.value = '<p>x <a href=\"C:/liste.docx\">la liste</a></p>' }")

    save(page)

    expect(page.locator(".messagelist .warning")).to_contain_text("« la liste »".replace(" ", "\u00a0"))
    assert body() == "<p>x la liste</p>"


@pytest.mark.parametrize(("language", "words"), [("fr", "Gras"), ("de", "Fett"), ("lb", "Fett"), ("en", "Bold")])
def test_toolbar_and_field_speak_the_language_of_the_person(open_form, language, words):
    _page, field, _textarea = open_form(language)
    toolbar = field.locator("xpath=..").get_by_role("toolbar")

    expect(toolbar.get_by_role("button", name=words, exact=True)).to_be_visible()
    expect(field).to_have_attribute("lang", "fr")
    assert field.get_attribute("aria-label")
    untranslated = {"unordered list", "insert link", "bold", "Insert table"}
    assert not untranslated & {button.get_attribute("title") for button in toolbar.get_by_role("button").all()}
