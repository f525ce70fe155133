import re

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from contacts.models import Organisation
from practices.models import Practice
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "",
    "practices/",
    "practices/?commune=strassen&theme=participation",
    "practices/?theme=nonsense",
    "practices/?q=benevolta",
    "practices/?q=racisme",
    "practices/?theme=housing&view=map",
    "practices/lisko/",
    "practices/contrat-accueil-integration-local/",
    "selection/",
    "selection/?practice=lisko&practice=kufika-strassen",
    "practices/hauscare-canton-redange/",
    "communes/",
    "communes/?theme=housing",
    "communes/wahl/",
    "communes/strassen/",
    "organisations/",
    "organisations/olai/",
    "contacts/",
    "sessions/",
    "sessions/assises-2/",
    "glossary/",
    "about/",
    "helpdesk/",
    "nowhere/",
    "privacy/",
    "accessibility/",
]


def test_a_visitor_finds_what_a_commune_does_by_keyboard_alone(open_page):
    page = open_page("/fr/", java_script_enabled=False)

    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.get_by_role("main").get_by_role("textbox").focus()
    page.keyboard.type("strassen")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/fr/communes/strassen/$"))
    expect(page.get_by_role("article").get_by_role("link", name="Café de Babel")).to_be_visible()


def test_an_officer_narrows_the_library_on_a_phone_and_finds_whom_to_ring(open_page):
    page = open_page("/fr/practices/", java_script_enabled=False)

    page.locator(".filter-sheet > summary").click()
    page.locator(".more-facets > summary").click()
    page.locator("input[name=theme][value=housing]").check()
    page.locator(".filter-submit button").click()

    expect(page.get_by_role("status")).to_contain_text("4")
    page.get_by_role("link", name="HausCaRe").click()
    expect(page.get_by_role("link", name="Appeler")).to_have_attribute("href", "tel:+352621887941")
    expect(page.get_by_role("link", name="Appeler")).to_be_in_viewport()


def test_the_contact_of_a_fiche_is_visible_without_scrolling_on_a_laptop(open_page):
    page = open_page("/fr/practices/equigaart-junglinster/", viewport={"width": 1366, "height": 768})

    expect(page.get_by_role("link", name="mhagen@pt.lu")).to_be_in_viewport()


def test_the_menu_opens_on_a_phone_and_closes_with_escape(open_page):
    page = open_page("/fr/")
    menu = page.locator("#menu")

    expect(menu).to_be_hidden()
    page.locator(".menu-button").click()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_the_language_switch_keeps_the_page_and_its_filters(open_page):
    page = open_page("/fr/practices/?theme=housing")

    page.locator(".language-nav a[hreflang=lb]").click()

    expect(page).to_have_url(re.compile(r"/lb/practices/\?theme=housing$"))
    expect(page.locator("html")).to_have_attribute("lang", "lb")


@pytest.mark.any_database
@pytest.mark.repeats
@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_no_page_scrolls_sideways(open_page, language):
    page = open_page(f"/{language}/")
    too_wide = []

    for path in PAGES:
        page.goto(f"/{language}/{path}")
        for viewport in [{"width": 320, "height": 640}, PHONE, DESK]:
            page.set_viewport_size(viewport)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                too_wide.append((path, viewport["width"]))

    open_page.complaints[:] = [text for text in open_page.complaints if "400" not in text and "404" not in text]
    assert not too_wide


def test_staff_write_in_two_languages_side_by_side_and_publish(open_page):
    page = open_page("/admin/", viewport=DESK, locale="fr")
    sign_in(page)
    practice = Practice.objects.get(slug="cafe-de-babel-strassen")

    page.goto(f"/admin/practices/practice/{practice.pk}/change/")
    expect(page.locator("#id_title_fr")).to_be_visible()
    expect(page.locator("#id_title_lb")).to_be_hidden()
    page.locator(".language-switch label[lang=lb]").click()
    expect(page.locator("#id_title_lb")).to_be_visible()
    page.locator("#id_title_lb").fill("Sproochecafé „Café de Babel“")
    section = page.locator(".section").first
    section.locator("summary").click()
    section.locator("[data-language=lb] .ProseMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("Sech begéinen")
    page.locator("button[name=_publish]").click()

    expect(page.locator(".messagelist .success")).to_be_visible()
    practice.refresh_from_db()
    assert practice.title_lb == "Sproochecafé „Café de Babel“"
    assert practice.title_fr == "Café de Babel"
    assert practice.sections.first().body_lb == "<p>Sech begéinen</p>"


def test_staff_add_a_section_and_an_organisation_and_take_a_contact_away(open_page):
    page = open_page("/admin/", viewport=DESK, locale="en")
    sign_in(page)
    practice = Practice.objects.get(slug="cafe-de-babel-strassen")
    sections, organisations = practice.sections.count(), practice.practice_organisations.count()
    added = Organisation.objects.get(slug="asti")

    page.goto(f"/admin/practices/practice/{practice.pk}/change/")
    section = page.locator(".section", has_text="What was learnt")
    section.locator("summary").click()
    section.locator(".ProseMirror:visible").first.click()
    page.keyboard.type("Ce que nous avons appris")
    page.locator("#part-practice_organisations summary").first.click()
    page.locator("#practice_organisations-group .add-row a").click()
    organisation = page.locator(f"#practice_organisations-{organisations}")
    organisation.locator(".select2-selection").click()
    page.keyboard.type("soutien aux travailleurs")
    page.locator(".select2-results__option").get_by_text(added.name_fr).click()
    organisation.locator("select[name$=role]").select_option("partner")
    page.locator("#part-practice_contacts summary").first.click()
    page.locator("#practice_contacts-0 .row-delete input").check()
    page.locator("button[name=_publish]").click()

    expect(page.locator(".messagelist .success")).to_be_visible()
    assert practice.sections.count() == sections + 1
    assert practice.sections.get(kind="lessons").body_fr == "<p>Ce que nous avons appris</p>"
    assert practice.practice_organisations.count() == organisations + 1
    assert practice.practice_organisations.filter(role="partner", organisation=added).exists()
    assert practice.contacts.count() == 0


def sign_in(page) -> None:
    get_user_model().objects.create_superuser("staff", "staff@gresil.example", "a password of staff")
    page.locator("#id_login").fill("staff@gresil.example")
    page.locator("#id_password").fill("a password of staff")
    page.locator("button.default").click()
    expect(page.locator(".today")).to_be_visible()


@pytest.mark.repeats
def test_a_changed_original_makes_its_translations_outdated_until_they_are_reviewed(open_page):
    practice = Practice.objects.get(slug="cafe-de-babel-strassen")
    page = open_page("/admin/", viewport=DESK, locale="en")
    sign_in(page)
    form = f"/admin/practices/practice/{practice.pk}/change/"

    page.goto(form)
    page.locator("#id_title_fr").fill("Le Café de Babel")
    page.locator("button[name=_continue]").click()
    expect(page.locator(".translation-states .state-outdated")).to_have_count(3)

    for desk in [link.get_attribute("href") for link in page.locator("a:has(.translation-state)").all()]:
        page.goto(desk)
        outdated = page.locator(".text-pair.is-outdated")
        expect(outdated).to_contain_text("Le Café de Babel")
        outdated.locator(".read-tick input").check()
        page.locator("[name=_reviewed]").click()
        expect(page.locator(".messagelist .success")).to_be_visible()
    page.goto(form)
    expect(page.locator(".translation-states .state-reviewed")).to_have_count(3)


def test_whoever_changes_the_language_stays_where_they_were(open_page):
    page = open_page("/fr/practices/lisko/")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    page.wait_for_function("scrollY > 500")

    page.locator(".language-nav a[hreflang=de]").dispatch_event("click")

    page.wait_for_url(re.compile("/de/practices/lisko/"))
    page.wait_for_function("scrollY > 500")
    assert "#" not in page.url
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_arabic_in_a_fiche_runs_from_right_to_left(open_page):
    Practice.objects.filter(slug="move-together").update(subtitle_fr="مجلة للوافدين الجدد")
    page = open_page("/fr/practices/move-together/", viewport=DESK)

    directions = page.evaluate("""() => {
        const line = document.querySelector(".practice-lead");
        const range = document.createRange();
        const text = line.firstChild; const first = text.data.search(/\\S/);
        range.setStart(text, first); range.setEnd(text, first + 1);
        const letter = range.getBoundingClientRect();
        const box = line.getBoundingClientRect();
        return {first: letter.right, right: box.right, left: box.left};
    }""")

    assert directions["right"] - directions["first"] < 5


def test_the_library_narrows_in_place_and_the_back_button_undoes_it(open_page):
    page = open_page("/fr/practices/", viewport=DESK)
    page.evaluate("window.isTheSamePage = true")
    status = page.get_by_role("status").filter(has_text="exemple")
    expect(status).to_contain_text("25 exemples")

    page.locator("input[name=topic][value=housing]").check()
    expect(status).to_contain_text("5 exemples")
    expect(page).to_have_url(re.compile(r"/fr/practices/\?.*topic=housing"))
    expect(page.locator("input[name=topic][value=housing]")).to_be_focused()
    page.locator("#filter-q").press_sequentially("caritas", delay=100)
    expect(page).to_have_url(re.compile(r"q=caritas"))
    expect(status).to_contain_text("1 exemple")
    expect(page.locator(".language-nav a[hreflang=de]")).to_have_attribute("href", re.compile("topic=housing"))
    page.get_by_role("link", name=re.compile("caritas")).click()
    expect(status).to_contain_text("5 exemples")

    page.go_back()
    expect(status).to_contain_text("1 exemple")
    # The words came in one piece, however many requests they took.
    page.go_back()
    expect(status).to_contain_text("5 exemples")
    expect(page.locator("#filter-q")).to_have_value("")
    page.go_back()
    expect(status).to_contain_text("25 exemples")
    assert page.evaluate("window.isTheSamePage")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_library_turns_into_a_map_that_follows_its_filters(open_page):
    page = open_page("/de/practices/?topic=housing", viewport=DESK)
    page.evaluate("window.isTheSamePage = true")

    page.get_by_role("link", name="Karte", exact=True).click()
    commune = page.locator("svg a[href$='commune=ell']")
    expect(commune).to_have_accessible_name("Ell: 1 Praxisblatt")
    expect(page.locator(".result-count")).to_be_focused()
    page.locator("input[name=topic][value=housing]").uncheck()
    page.locator("input[name=topic][value=culture]").check()
    expect(page.locator("svg a[href$='commune=ell']")).to_have_accessible_name("Ell: 0 Praxisblätter")
    expect(page).to_have_url(re.compile(r"view=map"))
    assert page.evaluate("window.isTheSamePage")

    page.locator("svg a[href$='commune=strassen']").focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/de/practices/\?topic=culture.*&commune=strassen$"))
    expect(page.locator(".result-count")).to_contain_text("Beispiel")


def test_the_map_can_be_skipped_and_words_typed_in_the_library_are_ranked(open_page):
    page = open_page("/fr/practices/?view=map", viewport=DESK)
    page.evaluate("document.querySelector('.map').isTheSameMap = true")

    page.locator(".map-skip").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".map-key summary")).to_be_focused()
    assert page.evaluate("document.querySelector('.map').isTheSameMap")

    page.locator("#filter-q").fill("langues")
    expect(page).to_have_url(re.compile(r"/fr/practices/\?q=langues&view=map$"))
    expect(page.locator("#library-status")).to_contain_text("langues")


def test_the_filters_can_be_skipped_by_keyboard(open_page):
    page = open_page("/fr/practices/", viewport=DESK)

    page.locator("#filter-q").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller aux résultats")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator(".practice-card a").first).to_be_focused()


def test_a_search_without_result_shows_the_way_on(open_page):
    page = open_page("/fr/practices/?q=benevolta&theme=living-together", java_script_enabled=False)

    page.locator(".suggestion a").click()

    expect(page.get_by_role("status").filter(has_text="exemple")).to_be_visible()
    expect(page).to_have_url(re.compile(r"theme=living-together"))


def test_a_commune_is_reached_on_the_map_by_keyboard(open_page):
    page = open_page("/fr/communes/?theme=housing", viewport=DESK, java_script_enabled=False)

    place = page.locator(".map-drawing a[aria-label^='Hesperange']")
    place.focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/fr/communes/hesperange/$"))
