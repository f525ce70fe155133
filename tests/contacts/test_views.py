import datetime

import pytest
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from contacts.models import Display
from tests.factories import make_contact, make_organisation
from tests.pages import main_of

pytestmark = pytest.mark.django_db


def test_a_public_contact_can_be_called_and_written_to(client):
    make_contact(name="Pitt Bach", phones="+352 43 83 33-33", email="pitt.bach@asti.lu", recorded_year=2017)

    response = client.get("/fr/contacts/")

    assertContains(response, 'href="tel:+35243833333"')
    assertContains(response, 'href="mailto:pitt.bach@asti.lu"')
    assertContains(response, "2017")


def test_a_confirmed_contact_says_when(client):
    make_contact(confirmed_on=datetime.date(2026, 3, 9))

    assertContains(client.get("/fr/contacts/"), "9 mars 2026")


def test_a_contact_behind_the_relay_shows_name_and_role_only(client):
    make_contact(name="Anne Weber", role_fr="Échevine", display=Display.RELAY, email="anne@example.lu", phones="123456")

    response = client.get("/fr/contacts/")

    assertContains(response, "Anne Weber")
    assertContains(response, "Échevine")
    assertNotContains(response, "anne@example.lu")
    assertNotContains(response, "123456")


def test_words_narrow_the_directory(client):
    make_contact(name="Anne Weber")
    make_contact(name="Marc Faber")

    response = client.get("/fr/contacts/?q=weber")

    assertContains(response, "Anne Weber")
    assertNotContains(response, "Marc Faber")


@pytest.mark.parametrize("query", ["---", "%FF", "%00"])
def test_signs_without_a_word_are_refused_and_never_mean_everybody(client, query):
    make_contact(name="Anne Weber")

    response = client.get(f"/fr/contacts/?q={query}")

    assert response.status_code == 400
    assertNotContains(response, "Anne Weber", status_code=400)


def test_words_that_fit_nobody_leave_a_way_on(client):
    response = client.get("/fr/contacts/?q=nobody")

    assertInHTML('<a href="/fr/contacts/">Tous les contacts</a>', main_of(response))


@pytest.mark.parametrize("path", ["contacts", "communes"])
@pytest.mark.parametrize("query", ["%00", "a" * 10_000])
def test_a_search_that_cannot_be_understood_is_answered_with_a_sentence(client, path, query):
    response = client.get(f"/fr/{path}/?q={query}")

    assertContains(response, 'role="alert"', status_code=400)


@pytest.mark.parametrize("path", ["contacts", "organisations"])
def test_a_page_beyond_the_last_is_not_found(client, path):
    make_contact()

    assert client.get(f"/fr/{path}/?page=1").status_code == 200
    for page in ["2", "0", "-1", "x", "99999999999999999999"]:
        assert client.get(f"/fr/{path}/?page={page}").status_code == 404


def test_organisations_are_listed_by_name(client):
    make_organisation(name_fr="Zèbre")
    make_organisation(name_fr="Écureuil")

    html = client.get("/fr/organisations/").content.decode()

    assert html.index("Écureuil") < html.index("Zèbre")
