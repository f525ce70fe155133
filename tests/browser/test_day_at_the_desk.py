"""A day at the desk, from coming in to what was taken back, as two colleagues live it."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from accounts.models import RecordEntry
from accounts.roles import CONTRIBUTOR, EDITOR
from practices.models import Practice, State, ThemeBlock
from tests.accounts.test_coming_in import code_of, end_of_code
from tests.browser.clipboard import WORD
from tests.browser.conftest import DESK
from tests.browser.test_editor import PASTE
from tests.factories import make_staff

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.ignore_template_errors,
]
PASSWORD = "correct horse battery staple"
# Of the factsheet, as it is written in each language.
TITLES = {"fr": "Café du quartier", "lb": "Quartierscafé"}
CORRECTED = {"fr": "Café du quartier de Mersch", "lb": "Quartierscafé zu Miersch"}


class Colleague:
    """A member of staff with a telephone, at a desk in one language."""

    def __init__(self, open_page, role: str, name: str, language: str) -> None:
        self.user = make_staff(role, email=f"{name.lower()}@gresil.example", first_name=name, password=PASSWORD)
        TOTP.activate(self.user, generate_totp_secret())
        end_of_code(self.user)
        self.language = language
        self.page = open_page("/admin/", viewport=DESK, locale=language)

    def come_in(self) -> None:
        self.page.locator("[name=login]").fill(self.user.email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("main button[type=submit]").first.click()
        field = self.page.locator("#id_code")
        expect(field).to_be_visible()
        field.fill(code_of(self.user))
        self.press("Log in")
        expect(self.page.locator(".today")).to_be_visible()

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=gettext(words), exact=True).first.click()

    def save(self, name: str) -> None:
        self.page.locator(f".bar button[name={name}]").click()
        expect(self.page.locator(".messagelist .success").first).to_be_visible()

    def show(self, language: str) -> None:
        """The boxes of this language: some are shown already."""
        self.page.locator(f".language-switch label[lang={language}]").set_checked(True)

    def unfold(self, part: str) -> None:
        self.page.locator(part).first.evaluate("part => { part.open = true; }")

    def choose(self, select: str, words: str, shown: str | re.Pattern) -> None:
        """From a list that is searched."""
        self.page.locator(f"{select} + .select2").click()
        self.page.keyboard.type(words)
        self.page.locator(".select2-results__option", has_text=shown).first.click()


@pytest.mark.parametrize("language", ["fr", "lb"])
def test_a_day_at_the_desk(open_page, settings, smtp, language):
    settings.SECOND_FACTOR_REQUIRED = True
    with translation.override(language):
        lea = Colleague(open_page, CONTRIBUTOR, "Lea", language)
        tom = Colleague(open_page, EDITOR, "Tom", language)
        practice = write(lea)
        preview(lea, practice)
        ask_for_review(lea, practice, smtp)
        publish(tom, practice, smtp)
        correct(tom, practice)
        restore(tom, practice)
        bin_and_back(tom, practice)
        acts = list(RecordEntry.objects.order_by("pk").values_list("by_name", "act"))

    told = [act for act in acts if act[1] != "logged in"]
    assert told[:2] == [("Lea", "sent to review"), ("Tom", "published")]


def write(lea: Colleague) -> Practice:
    page = lea.page
    lea.come_in()
    page.get_by_role("link", name=gettext("New factsheet")).click()
    page.locator("#id_title_fr").fill(TITLES["fr"])
    page.locator("#id_summary_fr").fill("Des voisins se rencontrent chaque mois autour d’un café.")
    page.locator("#id_year").fill("2026")
    page.locator("#id_theme").select_option(str(ThemeBlock.objects.get(slug="pci").pk))
    lea.show("lb")
    page.locator("#id_title_lb").fill(TITLES["lb"])
    section = page.locator(".section").nth(2)
    section.locator("summary").click()
    section.locator("[data-language=fr] .ProseMirror").click()
    page.evaluate(PASTE, WORD)
    expect(page.locator(".editor-note:not(:empty)").first).to_be_visible()
    lea.unfold("#part-practice_communes")
    page.locator("#practice_communes-group .add-row a").click()
    lea.choose("#id_practice_communes-0-commune", "mersch", re.compile("Mersch|Miersch"))
    lea.save("_continue")
    practice = Practice.objects.get(title_fr=TITLES["fr"])
    assert (practice.state, practice.title_lb, practice.created_by) == (State.DRAFT, TITLES["lb"], lea.user)
    return practice


def preview(lea: Colleague, practice: Practice) -> None:
    """Of what is not saved."""
    page = lea.page
    page.locator("#id_subtitle_fr").fill("chaque premier samedi")
    with page.context.expect_page() as opened:
        page.locator(".bar button[name=_preview_fr]").click()
    shown = opened.value
    expect(shown.get_by_role("heading", level=1)).to_contain_text(TITLES["fr"])
    expect(shown.get_by_text("chaque premier samedi")).to_be_visible()
    expect(shown.get_by_role("columnheader", name="Participants")).to_be_visible()
    shown.close()
    practice.refresh_from_db()
    assert practice.subtitle_fr != "chaque premier samedi"


def ask_for_review(lea: Colleague, practice: Practice, smtp) -> None:
    lea.unfold("details:has(#id_message)")
    lea.page.locator("#id_message").fill("Merci de relire.")
    lea.save("_review")
    practice.refresh_from_db()
    assert (practice.state, practice.subtitle_fr) == (State.IN_REVIEW, "chaque premier samedi")


def publish(tom: Colleague, practice: Practice, smtp) -> None:
    page = tom.page
    tom.come_in()
    page.locator(".today a[href*='in-review'], .today a[href*=review]").first.click()
    page.get_by_role("link", name=re.compile("|".join(TITLES.values()))).click()
    expect(page.get_by_text("Merci de relire.")).to_be_visible()
    tom.save("_publish")
    practice.refresh_from_db()
    assert practice.is_published
    page.goto(f"/{tom.language}/practices/{practice.slug}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLES[tom.language])


def correct(tom: Colleague, practice: Practice) -> None:
    """In a draft beside what the public sees."""
    page, language = tom.page, tom.language
    page.locator(".edit-link a, a.edit-link").first.click()
    tom.show(language)
    page.locator(f"#id_title_{language}").fill(CORRECTED[language])
    tom.save("_continue")
    expect(page.locator(".bar")).to_contain_text(gettext("draft of the published one"))
    page.goto(f"/{language}/practices/{practice.slug}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[language])

    page.goto(f"/admin/practices/practice/{practice.pk}/change/")
    tom.save("_publish")
    page.goto(f"/{language}/practices/{practice.slug}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(CORRECTED[language])


def restore(tom: Colleague, practice: Practice) -> None:
    """The version before the correction."""
    page, language = tom.page, tom.language
    page.goto(f"/admin/practices/practice/{practice.pk}/history/")
    expect(page.locator(".version").first).to_contain_text("Tom")
    page.locator(".version").nth(1).get_by_role("link", name=gettext("Restore this version")).click()
    tom.press("Restore this version")
    expect(page.locator(".messagelist .success").first).to_be_visible()
    page.goto(f"/admin/practices/practice/{practice.pk}/change/")
    tom.save("_publish")
    page.goto(f"/{language}/practices/{practice.slug}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[language])


def bin_and_back(tom: Colleague, practice: Practice) -> None:
    page, language = tom.page, tom.language
    page.goto(f"/admin/practices/practice/{practice.pk}/change/")
    page.locator(".bar a[href$='/delete/']").click()
    page.locator("#content form button, #content form input[type=submit]").first.click()
    expect(page.locator(".messagelist .success").first).to_be_visible()
    assert page.request.get(f"/{language}/practices/{practice.slug}/").status == 410
    page.goto("/admin/bin/")
    page.get_by_role("button", name=f"{gettext('Restore')} {TITLES[language]}").click()
    expect(page.locator(".messagelist .success").first).to_be_visible()
    page.goto(f"/{language}/practices/{practice.slug}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[language])
