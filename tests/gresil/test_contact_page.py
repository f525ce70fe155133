import datetime
import re

import pytest
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from contacts.models import Display
from gresil.contacts import PER_PAGE
from tests.factories import (
    make_commune,
    make_contact,
    make_merged_commune,
    make_organisation,
    make_practice,
    make_theme,
    make_topic,
)
from tests.pages import main_of

pytestmark = pytest.mark.django_db


def section(response, slug: str) -> str:
    """What stands below a heading of the page; empty without it."""
    _before, _mark, after = main_of(response).partition(f'aria-labelledby="{slug}-heading"')
    return after.partition("</section>")[0]


def test_a_public_contact_can_be_called_and_written_to(client):
    make_contact(name="Pitt Bach", phones="+352 43 83 33-33", email="pitt.bach@asti.lu")

    response = client.get("/fr/contacts/")

    assertContains(response, 'href="tel:+35243833333"')
    assertContains(response, 'href="mailto:pitt.bach@asti.lu"')


def test_a_confirmed_contact_says_when_with_a_tick(client):
    make_contact(confirmed_on=datetime.date(2026, 3, 9))

    row = section(client.get("/fr/contacts/"), "others")

    assert "✓" in row
    assert "9 mars 2026" in row


def test_an_unconfirmed_contact_has_no_tick(client):
    make_contact(slug="luiza")

    html = main_of(client.get("/fr/contacts/"))

    assert "luiza" in html
    # The head of the page says what the tick means.
    assert "✓" not in html.partition("luiza")[2]


def test_a_contact_behind_the_relay_shows_name_and_role_only(client):
    make_contact(name="Anne Weber", role_fr="Échevine", display=Display.RELAY, email="anne@example.lu", phones="123456")

    response = client.get("/fr/contacts/")

    assertContains(response, "Anne Weber")
    assertContains(response, "Échevine")
    assertNotContains(response, "anne@example.lu")
    assertNotContains(response, "123456")


def test_a_contact_of_a_body_that_is_no_more_leads_to_whom_to_ask_today(client):
    olai = make_organisation(dissolved_on=datetime.date(2019, 12, 31), dissolved_precision="year")
    olai.successors.add(make_organisation(slug="ona", name_fr="Office national de l’accueil"))
    contact = make_contact(name="Sandy", organisation=olai, phones="+352 247-85752", email="sandy@olai.lu")
    make_practice(contacts=(contact,), theme=make_theme(slug="housing"))

    response = client.get("/fr/contacts/")

    assert "Sandy" in section(response, "housing")
    assert "/fr/organisations/ona/" in section(response, "housing")
    assertNotContains(response, "tel:")
    assertNotContains(response, "sandy@olai.lu")


def test_contacts_stand_by_theme_and_practice_and_those_of_no_practice_at_the_end(client):
    housing, meeting = (
        make_theme(slug="housing", code="1"),
        make_theme(slug="meeting", code="2", need_fr="Se rencontrer"),
    )
    luiza = make_contact(name="Luiza Sosna")
    make_practice(slug="cafe", theme=meeting, contacts=(luiza,), communes=(make_commune(name_fr="Strassen"),))
    make_practice(theme=housing, contacts=(make_contact(name="Anne Weber"),))
    make_contact(name="Marc Faber")

    response = client.get("/fr/contacts/")

    headings = re.findall(r'<section[^>]+aria-labelledby="([\w-]+)-heading"', main_of(response))
    assert headings == ["housing", "meeting", "others"]
    assert "Luiza Sosna" in section(response, "meeting")
    assert "Strassen" in section(response, "meeting")
    assert '<a href="/fr/practices/cafe/">' in section(response, "meeting")
    assert "Anne Weber" in section(response, "housing")
    assert "Marc Faber" in section(response, "others")
    assertInHTML('<a href="#meeting">Se rencontrer</a>', main_of(response))


def test_a_contact_of_several_practices_stands_with_each_and_its_address_leads_to_the_first(client):
    luiza = make_contact(slug="luiza-sosna", name="Luiza Sosna")
    for title in ("Café", "Plan"):
        make_practice(title_fr=title, contacts=(luiza,))

    html = main_of(client.get("/fr/contacts/"))

    assert html.count("Luiza Sosna") == 2
    assert html.count('id="luiza-sosna"') == 1
    assert html.index("Café") < html.index('id="luiza-sosna"') < html.index("Plan")


def test_a_draft_names_nobody(client):
    contact = make_contact(name="Anne Weber")
    make_practice(title_fr="Brouillon", contacts=(contact,), state="draft")

    response = client.get("/fr/contacts/")

    assert "Anne Weber" in section(response, "others")
    assertNotContains(response, "Brouillon")


def test_the_helpdesk_stands_first_and_not_among_the_others(client):
    make_contact(slug="agence-interculturelle", name="", desk_fr="Agence interculturelle", phones="+352 43 83 33-1")
    make_contact(name="Anne Weber")

    html = main_of(client.get("/fr/contacts/"))

    assert html.count("tel:+3524383331") == 1
    assert html.index("tel:+3524383331") < html.index("<form") < html.index("Anne Weber")
    assert html.count('id="agence-interculturelle"') == 1


def test_words_narrow_the_directory_by_person_practice_subject_and_commune(client):
    make_practice(
        title_fr="Café de Babel",
        contacts=(make_contact(name="Luiza Sosna"),),
        communes=(make_commune(name_fr="Strassen"),),
        topics=(make_topic(name_fr="langues"),),
    )
    make_practice(title_fr="Jardin", contacts=(make_contact(name="Marc Faber"),))
    make_contact(name="Anne Weber")

    for query in ["luiza", "babel", "langues", "strassen", "cafe sosna"]:
        html = main_of(client.get(f"/fr/contacts/?q={query}"))
        assert "Luiza Sosna" in html
        assert "Marc Faber" not in html
        assert "Anne Weber" not in html
    assert "Anne Weber" in section(client.get("/fr/contacts/?q=weber"), "others")


def test_a_subject_narrows_the_directory_and_only_subjects_of_a_practice_are_offered(client):
    languages, culture = make_topic(slug="languages", name_fr="langues"), make_topic(slug="culture")
    make_topic(slug="empty")
    make_practice(contacts=(make_contact(name="Luiza Sosna"),), topics=(languages,))
    make_practice(contacts=(make_contact(name="Marc Faber"),), topics=(culture,))
    make_contact(name="Anne Weber")

    response = client.get("/fr/contacts/?topic=languages")

    html = main_of(response)
    assert "Luiza Sosna" in html
    assert "Marc Faber" not in html
    assert "Anne Weber" not in html
    assertInHTML('<option value="languages" selected>langues</option>', html)
    assert 'value="culture"' in html
    assert 'value="empty"' not in html


@pytest.mark.parametrize("query", ["q=---", "q=%FF", "q=%00", "topic=nonsense", "topic=%00", "q=a&topic=x"])
def test_what_is_not_understood_is_refused_and_never_means_everybody(client, query):
    make_contact(name="Anne Weber")

    response = client.get(f"/fr/contacts/?{query}")

    assert response.status_code == 400
    assertNotContains(response, "Anne Weber", status_code=400)


def test_an_error_leads_to_its_field_which_names_it(client):
    html = main_of(client.get("/fr/contacts/?q=---"))

    assert 'href="#contact-q"' in html
    assert re.search(r'id="contact-q"[^>]+aria-invalid="true" aria-describedby="contact-error"', html)
    assert 'id="contact-error"' in html


def test_words_that_fit_nobody_leave_ways_on_to_the_helpdesk_all_contacts_and_the_commune(client):
    make_contact(slug="agence-interculturelle", name="", desk_fr="Agence interculturelle", phones="+352 43 83 33-1")
    make_commune(slug="bertrange", name_fr="Bertrange")

    html = main_of(client.get("/fr/contacts/?q=bertrange"))

    assert "tel:+3524383331" in html
    assert '<a href="/fr/contacts/">' in html
    assert re.search(r'<a\s+href="/fr/communes/bertrange/"\s*>Bertrange</a>', html)


def test_search_engines_keep_no_list_of_people(client):
    assertContains(client.get("/fr/contacts/"), '<meta name="robots" content="noindex">')
    assertNotContains(client.get("/fr/organisations/"), "noindex")


@pytest.mark.parametrize("path", ["contacts", "communes", "organisations"])
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


def test_a_long_list_goes_on_over_pages_and_its_index_leads_to_them(client):
    housing, meeting = make_theme(slug="housing", code="1"), make_theme(slug="meeting", code="2")
    for number in range(PER_PAGE - 1):
        make_practice(contacts=(make_contact(),), title_fr=f"{number:03}", theme=housing)
    make_practice(contacts=(make_contact(name="Zoé"),), theme=meeting)
    make_contact(name="Anne Weber")

    first, second = client.get("/fr/contacts/"), client.get("/fr/contacts/?page=2")

    assert "Zoé" in section(first, "meeting")
    assertNotContains(first, "Anne Weber")
    assert 'href="?page=2#others"' in main_of(first)
    assert "Anne Weber" in section(second, "others")
    assert 'href="?page=1#housing"' in main_of(second)


def test_the_directory_asks_the_database_as_often_for_many_as_for_few(client, django_assert_max_num_queries):
    theme = make_theme()

    def add(count: int) -> None:
        for _ in range(count):
            gone = make_organisation(dissolved_on=datetime.date(2019, 12, 31), dissolved_precision="year")
            gone.successors.add(make_organisation())
            commune = make_merged_commune(make_commune())
            make_practice(
                theme=theme, communes=(commune,), contacts=(make_contact(commune=commune, organisation=gone),)
            )
            make_contact(organisation=gone)

    add(2)
    with django_assert_max_num_queries(20) as small:
        client.get("/fr/contacts/")
    add(18)
    with django_assert_max_num_queries(20) as full:
        client.get("/fr/contacts/")

    assert len(full) == len(small)
