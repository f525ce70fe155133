"""The search box: where words lead, and what it suggests while they are typed."""

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from contacts.models import Commune
from practices.models import Term
from tests.factories import (
    make_audience,
    make_commune,
    make_locality,
    make_organisation,
    make_practice,
    make_session,
    make_topic,
)
from tests.pages import main_of

pytestmark = pytest.mark.django_db


def suggested(client, words: str) -> dict[str, list[str]]:
    groups = client.get("/fr/search/suggestions/", {"q": words}).json()["groups"]
    return {group["label"]: [entry["name"] for entry in group["entries"]] for group in groups}


@pytest.mark.parametrize("words", ["Strassen", "strassen", "commune de Strassen"])
def test_the_name_of_a_commune_leads_to_its_page(client, words):
    make_commune(slug="strassen", name_fr="Strassen")
    make_practice(title_fr="Un café à Strassen")

    assertRedirects(client.get("/fr/search/", {"q": words}), "/fr/communes/strassen/")


def test_the_name_of_a_place_leads_to_its_commune(client):
    make_locality(make_commune(slug="sanem", name_fr="Sanem"), name_fr="Belval")

    assertRedirects(client.get("/fr/search/?q=belval"), "/fr/communes/sanem/")


def test_a_misspelt_commune_is_meant_where_the_words_stand_in_no_practice(client):
    make_commune(slug="strassen", name_fr="Strassen")

    assertRedirects(client.get("/fr/search/?q=strasen"), "/fr/communes/strassen/")


def test_words_of_a_practice_that_resemble_a_commune_lead_to_the_library(client):
    make_commune(slug="ell", name_fr="Langue")
    make_practice(title_fr="Café des langues")

    assertRedirects(client.get("/fr/search/?q=langues"), "/fr/practices/?q=langues")


@pytest.mark.parametrize(
    ("query", "address"),
    [("?q=logement social", "/fr/practices/?q=logement+social"), ("", "/fr/practices/"), ("?q=", "/fr/practices/")],
)
def test_all_other_words_lead_to_the_library(client, query, address):
    assertRedirects(client.get(f"/fr/search/{query}"), address)


@pytest.mark.parametrize("words", ["%00", "a" * 201])
def test_words_that_cannot_be_searched_are_answered_by_the_library(client, words):
    response = client.get(f"/fr/search/?q={words}", follow=True)

    assertContains(response, 'role="alert"', status_code=400)


@pytest.mark.parametrize("words", ["//evil.example", "https://evil.example", "/\t/evil.example"])
def test_words_never_lead_to_another_host(client, words):
    assert client.get("/fr/search/", {"q": words})["Location"].startswith("/fr/practices/?q=")


def test_suggestions_stand_in_groups(client):
    make_commune(name_fr="Langdorf")
    make_practice(title_fr="Café des langues", topics=(make_topic(name_fr="langues"),))
    make_audience(name_fr="langues étrangères")
    make_session(title_fr="Les langues dans nos communes")
    make_organisation(name_fr="Maison des langues")
    Term.objects.create(slug="cafe", name_fr="café des langues")

    found = suggested(client, "langues")

    assert found["Sujets"] == ["langues", "langues étrangères"]
    assert found["Bonnes pratiques"] == ["Café des langues"]
    assert found["Séances"] == ["Les langues dans nos communes"]
    assert found["Organisations"] == ["Maison des langues"]
    assert found["Glossaire"] == ["café des langues"]


def test_a_group_without_entries_is_left_out(client):
    make_commune(name_fr="Strassen")

    assert suggested(client, "strass") == {"Communes": ["Strassen"]}


def test_enter_opens_the_first_suggestion_only_if_a_commune_is_meant(client):
    make_commune(name_fr="Strassen")
    make_practice(title_fr="Stratégie")

    assert client.get("/fr/search/suggestions/?q=strassen").json()["isFirstMeant"]
    assert not client.get("/fr/search/suggestions/?q=stra").json()["isFirstMeant"]


def test_drafts_are_never_suggested(client):
    make_practice(title_fr="Café secret", state="draft")
    make_session(title_fr="Café secret", is_published=False)

    assert suggested(client, "secret") == {}


def test_a_suggestion_in_another_language_says_so(client):
    make_practice(title_fr="Jardin")

    [group] = client.get("/de/search/suggestions/?q=jardin").json()["groups"]

    assert group["entries"][0]["language"] == "fr"


def test_the_library_shows_what_the_words_name_elsewhere(client):
    make_session(slug="forum-12", title_fr="Les communes contre le racisme")
    make_organisation(slug="lisel", name_fr="Lieu d’initiatives", short_name="LISEL")
    make_commune(slug="strassen", name_fr="Strassen")
    make_practice(title_fr="Un café à Strassen")

    assert 'href="/fr/sessions/forum-12/"' in main_of(client.get("/fr/practices/?q=racisme"))
    assert 'href="/fr/organisations/lisel/"' in main_of(client.get("/fr/practices/?q=lisel"))
    assert 'href="/fr/communes/strassen/"' in main_of(client.get("/fr/practices/?q=strassen"))


def test_a_session_is_found_by_its_words_in_any_language(client):
    make_session(slug="forum-12", title_fr="Contre le racisme", title_de="Gegen Rassismus")

    assert 'href="/fr/sessions/forum-12/"' in main_of(client.get("/fr/practices/?q=rassismus"))


def test_a_new_name_is_found_at_once(client):
    commune = make_commune(slug="wahl", name_fr="Wahl")
    assert suggested(client, "wahl") == {"Communes": ["Wahl"]}

    commune.name_fr = "Groussbus"
    commune.save()

    assert suggested(client, "groussbus") == {"Communes": ["Groussbus"]}
    Commune.objects.update(name_fr="Mersch")
    assert suggested(client, "mersch") == {"Communes": ["Mersch"]}


def test_a_half_typed_word_asks_the_database_seldom(client, django_assert_max_num_queries):
    make_commune(name_fr="Strassen")
    make_practice(title_fr="Stratégie")
    client.get("/fr/search/suggestions/?q=stra")

    with django_assert_max_num_queries(12):
        client.get("/fr/search/suggestions/?q=stra")
