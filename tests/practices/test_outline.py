"""The change form of a practice: its outline of sections, its groups, and what it says of errors."""

import re

import pytest
from pytest_django.asserts import assertContains

from practices.models import PracticeSection, SectionKind
from tests.factories import make_commune, make_practice
from tests.practices.test_admin import form_data

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]
NEED, DESCRIPTION, OBJECTIVES = SectionKind.NEED, SectionKind.DESCRIPTION, SectionKind.OBJECTIVES


def address(practice) -> str:
    return f"/admin/practices/practice/{practice.pk}/change/"


def section(practice, kind: SectionKind, position: int) -> PracticeSection:
    return PracticeSection.objects.create(practice=practice, kind=kind, position=position, body_fr="<p>Texte</p>")


def row_of(data: dict, kind: SectionKind) -> str:
    """The start of the names of the fields of a section."""
    return next(
        name.removesuffix("kind")
        for name, value in data.items()
        if re.fullmatch(r"sections-\d+-kind", name) and value == kind
    )


def test_the_form_shows_all_kinds_of_sections_in_their_order(client):
    practice = make_practice()
    section(practice, NEED, 1)
    section(practice, DESCRIPTION, 2)

    page = client.get(address(practice)).content.decode()

    titles = re.findall(r'class="section-title">([^<]*)<', page)
    assert titles[:-1] == [str(kind.label) for kind in SectionKind if kind != SectionKind.OTHER]


def test_sections_that_stay_empty_are_not_saved(client):
    practice = make_practice(communes=(make_commune(),))
    section(practice, DESCRIPTION, 1)

    response = client.post(address(practice), form_data(client, practice, title_fr="Titre"))

    assert response.status_code == 302
    assert [one.kind for one in practice.sections.all()] == [DESCRIPTION]


def test_a_section_that_was_empty_takes_its_place_among_the_others(client):
    practice = make_practice(state="draft", published_at=None, communes=(make_commune(),))
    section(practice, OBJECTIVES, 1)
    section(practice, DESCRIPTION, 2)
    data = form_data(client, practice)

    response = client.post(address(practice), data | {f"{row_of(data, NEED)}body_fr": "<p>Besoin</p>"})

    assert response.status_code == 302
    assert [(one.kind, one.position) for one in practice.sections.all()] == [
        (OBJECTIVES, 1),
        (NEED, 2),
        (DESCRIPTION, 3),
    ]


def test_a_new_row_stands_after_the_others(client):
    practice = make_practice()
    section(practice, DESCRIPTION, 4)

    formsets = client.get(address(practice)).context["inline_admin_formsets"]

    empty = next(one.formset.empty_form for one in formsets if one.formset.prefix == "sections")
    assert empty["position"].value() == 5


def test_an_error_is_told_at_the_top_in_the_words_of_its_field_and_its_part_is_open(client):
    practice = make_practice(communes=(make_commune(),))

    response = client.post(address(practice), form_data(client, practice, year="vingt"))

    assertContains(response, '<a href="#id_year">')
    assertContains(response, "<strong>Année")
    part = response.content.decode().partition('id="part-1"')[2].partition("</fieldset>")[0]
    assert '<details class="part" open>' in part
