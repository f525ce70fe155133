import datetime
import re

import pytest
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from contacts.models import OrganisationKind
from gresil.organisations import SECTIONS
from tests.factories import make_contact, make_organisation, make_practice, make_session
from tests.pages import main_of

pytestmark = pytest.mark.django_db


def section(response, slug: str) -> str:
    """What stands below a heading of the page; empty without it."""
    _before, _mark, after = main_of(response).partition(f'aria-labelledby="{slug}-heading"')
    return after.partition("</section>")[0]


def make_dissolved(**fields):
    return make_organisation(**{"dissolved_on": datetime.date(2019, 12, 31), "dissolved_precision": "year"} | fields)


def test_each_kind_of_organisation_has_a_section():
    assert [slug for slug in SECTIONS if slug != "dissolved"] == list(OrganisationKind)


def test_organisations_stand_by_kind_and_name_with_an_index_that_counts_them(client):
    make_organisation(name_fr="Zèbre", kind="association")
    make_organisation(name_fr="Écureuil", kind="association")
    make_organisation(name_fr="Commune de Strassen", kind="municipality")

    response = client.get("/fr/organisations/")

    html = main_of(response)
    assert html.index("Commune de Strassen") < html.index("Écureuil") < html.index("Zèbre")
    assert "Strassen" in section(response, "municipality")
    assert re.search(r'<a\s+href="#association"\s*>[^<]+</a>\s*<span class="choice-count">2</span>', html)


def test_an_organisation_of_the_list_says_what_it_does_and_how_many_examples_it_has(client):
    caritas = make_organisation(slug="caritas", name_fr="Caritas", description_fr="Elle aide.")
    make_practice(organisations=(caritas,))
    make_practice(organisations=(caritas,), state="draft")

    row = section(client.get("/en/organisations/"), "association")

    assert "Elle aide." in row
    assert re.search(r"<small>\s*1 example\s*</small>", row)


def test_those_that_are_no_more_stand_apart_at_the_end_with_what_took_their_place(client):
    olai = make_dissolved(name_fr="OLAI", kind="state-body", description_fr="Un office.")
    olai.successors.add(make_organisation(slug="ona", name_fr="Office national", kind="state-body"))

    response = client.get("/fr/organisations/")

    assert "OLAI" not in section(response, "state-body")
    gone = section(response, "dissolved")
    assert "OLAI" in gone
    assert '<a href="/fr/organisations/ona/">Office national</a>' in gone
    assert main_of(response).rindex("<section") < main_of(response).index("OLAI")


def test_words_narrow_the_organisations_by_name_acronym_and_what_they_do(client):
    make_organisation(name_fr="Association de soutien", short_name="ASTI", description_fr="Elle conseille.")
    make_organisation(name_fr="Radio")

    for query in ["asti", "soutien", "conseille"]:
        html = main_of(client.get(f"/fr/organisations/?q={query}"))
        assert "Association de soutien" in html
        assert "Radio" not in html


def test_words_that_fit_no_organisation_leave_ways_on(client):
    make_organisation(name_fr="Radio")
    make_contact(slug="agence-interculturelle", name="", desk_fr="Agence interculturelle", phones="+352 43 83 33-1")

    html = main_of(client.get("/fr/organisations/?q=zzz"))

    assert "Radio" not in html
    assert "tel:+3524383331" in html
    assertInHTML('<a href="/fr/organisations/">Toutes les organisations</a>', html)


@pytest.mark.parametrize("query", ["---", "%00", "a" * 300])
def test_signs_without_a_word_are_refused_at_their_field(client, query):
    make_organisation(name_fr="Radio")

    response = client.get(f"/fr/organisations/?q={query}")

    assert response.status_code == 400
    html = main_of(response)
    assert "Radio" not in html
    assert 'href="#organisation-q"' in html
    assert 'aria-invalid="true" aria-describedby="organisation-error"' in html


@pytest.mark.parametrize(
    ("name", "short_name", "shown"),
    [
        ("ADEM", "ADEM", ""),
        ("Fondation Caritas Luxembourg", "Caritas", ""),
        ("Mouvement pour l’égalité", "MEC asbl", "(MEC asbl)"),
        ("Aide aux voisins", "AI", "(AI)"),
        ("Radio Ara", "", ""),
    ],
)
def test_an_acronym_that_the_name_has_is_not_said_twice(client, name, short_name, shown):
    make_organisation(slug="one", name_fr=name, short_name=short_name)

    [heading] = re.findall(r"<h1>(.*?)</h1>", client.get("/fr/organisations/one/").content.decode(), flags=re.DOTALL)
    [row] = re.findall(r"<h3>(.*?)</h3>", main_of(client.get("/fr/organisations/")), flags=re.DOTALL)

    assert " ".join(heading.split()) == f"{name} {shown}".strip()
    assert ("(" in row) == bool(shown)


def test_an_organisation_shows_its_fiches_people_sessions_and_what_took_its_place(client):
    today = make_organisation(name_fr="Office national de l’accueil")
    olai = make_organisation(slug="olai", name_fr="OLAI", description_fr="Un office.")
    olai.successors.add(today)
    make_practice(organisations=(olai,), title_fr="La brochure", status="ended")
    make_practice(organisations=(olai,), title_fr="Le brouillon", state="draft")
    make_contact(organisation=olai, name="Anne Weber")
    make_session(title_fr="Les Assises").partners.create(organisation=olai)

    response = client.get("/fr/organisations/olai/")

    for words in [
        "Un office.",
        "La brochure",
        "standing-ended",
        "Anne Weber",
        "Les Assises",
        "Office national de l’acc",
    ]:
        assertContains(response, words)
    assertNotContains(response, "Le brouillon")


def test_the_page_of_a_body_that_is_no_more_begins_with_whom_to_ask_today_and_gives_no_number(client):
    olai = make_dissolved(slug="olai", description_fr="Un office.", website="https://olai.lu/")
    olai.successors.add(make_organisation(slug="ona", name_fr="Office national"))
    make_contact(organisation=olai, phones="+352 247-85752", email="a@olai.lu", website="https://olai.lu/")

    html = main_of(client.get("/fr/organisations/olai/"))

    assert html.index("/fr/organisations/ona/") < html.index("Un office.")
    assert 'href="/fr/helpdesk/"' in html
    for gone in ("tel:", "mailto:", "olai.lu/"):
        assert gone not in html


def test_the_directory_asks_the_database_as_often_for_many_as_for_few(client, django_assert_max_num_queries):
    def add(count: int) -> None:
        for _ in range(count):
            organisation = make_organisation(kind="ministry")
            make_dissolved().successors.add(organisation)
            make_practice(organisations=(organisation,))

    add(2)
    with django_assert_max_num_queries(8) as small:
        client.get("/fr/organisations/")
    add(18)
    with django_assert_max_num_queries(8) as full:
        client.get("/fr/organisations/")

    assert len(full) == len(small)
