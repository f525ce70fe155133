"""The terms that a page names are noted when the practice is saved."""

import pytest
from django.utils import translation

from library.terms import shown_terms, superseded_shown
from practices.models import Practice, Term
from practices.terms import Vocabulary, vocabulary
from tests.factories import make_practice, make_term

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Term:
    term = make_term(slug="plan", kind="law", name_fr="plan communal", name_de="Gemeindeplan", abbreviation="PCI")
    term.successors.add(make_term(name_fr="pacte", kind="law"))
    return term


def shown(practice: Practice, language: str) -> list[str]:
    with translation.override(language):
        return [row.term.slug for row in superseded_shown(shown_terms(practice.pk), vocabulary())]


def test_each_language_has_the_terms_of_the_texts_that_its_page_shows(plan):
    practice = make_practice(title_fr="Le plan communal", title_de="Der Plan", title_lb="De PCI")

    assert {code: shown(practice, code) for code in ["fr", "de", "lb", "en"]} == {
        "fr": ["plan"],
        "de": [],
        "lb": ["plan"],
        "en": ["plan"],
    }


def test_each_text_falls_back_by_itself(plan):
    practice = make_practice(title_fr="Un titre", title_de="Ein Titel", body="<p>Le plan communal</p>")

    assert shown(practice, "de") == ["plan"]
    practice.sections.update(body_de="<p>Ein Text</p>")
    assert shown(practice, "de") == []
    practice.sections.update(body_de="")
    assert shown(practice, "de") == ["plan"]


def test_the_names_of_what_a_practice_is_tied_to_are_no_texts_of_its_page(plan):
    theme = make_practice().theme
    theme.short_title_fr = "PCI"
    theme.save()

    assert not shown(Practice.objects.get(), "fr")


def test_a_new_name_of_a_term_is_shown_and_an_old_one_no_more(plan):
    old, new = make_practice(title_fr="Le plan communal"), make_practice(title_fr="Le grand plan")

    plan.name_fr = "grand plan"
    plan.save()

    assert shown(new, "fr") == ["plan"]
    assert shown(old, "fr") == []


def test_a_term_that_is_superseded_later_is_shown_from_then_on():
    ministry = make_term(slug="ministry", name_fr="ministère", kind="institution")
    practice = make_practice(title_fr="Le ministère")
    assert not shown(practice, "fr")

    ministry.successors.add(make_term(kind="institution"))

    assert shown(practice, "fr") == ["ministry"]


def test_a_deleted_term_is_shown_no_more(plan):
    practice = make_practice(title_fr="Le plan communal")

    plan.delete()

    assert not shown(practice, "fr")


def test_a_page_asks_one_query_for_its_terms_and_recognises_none(plan, django_assert_num_queries, monkeypatch):
    practice, terms = make_practice(title_fr="Le plan communal", body="<p>PCI</p>"), vocabulary()
    monkeypatch.setattr(Vocabulary, "mentions", None)

    with django_assert_num_queries(1):
        assert [row.term for row in superseded_shown(shown_terms(practice.pk), terms)] == [plan]
