import datetime

import pytest
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from tests.factories import make_commune, make_organisation, make_practice, make_session

pytestmark = pytest.mark.django_db


def test_sessions_to_come_stand_before_past_ones(client):
    make_session(title_fr="Hier", date=datetime.date(2017, 2, 11), kind="gresil", series_name="GRESIL", edition=4)
    make_session(title_fr="Demain", date=datetime.date(2999, 1, 1))
    make_session(title_fr="Secret", is_published=False)

    response = client.get("/fr/sessions/")

    html = response.content.decode()
    assert html.index("Demain") < html.index("Hier")
    assertNotContains(response, "Secret")


def test_a_session_in_a_list_names_its_commune_as_the_language_does(client):
    make_session(locality="Huncherange", commune=make_commune(name_fr="Bettembourg", name_de="Bettemburg"))

    html = client.get("/de/sessions/").content.decode()

    assertInHTML("<p>Vor Ort · Huncherange · Bettemburg</p>", html)


def test_the_name_of_a_series_keeps_its_language(client):
    make_session(series_name="Forum fir d’Zesummeliewen", series_language="lb", edition=12)

    assertContains(client.get("/de/sessions/"), '<span lang="lb">Forum fir d’Zesummeliewen</span>, 12. Ausgabe')
    assertContains(client.get("/lb/sessions/"), "Forum fir d’Zesummeliewen, 12. Editioun")


def test_a_session_shows_everything_that_it_holds(client):
    session = make_session(
        slug="assises-2",
        title_fr="Deuxièmes Assises",
        summary_fr="Un samedi de travail.",
        date=datetime.date(2017, 2, 11),
        start_time=datetime.time(9),
        end_time=datetime.time(14),
        venue_fr="Lycée Ermesinde",
        locality="Rollingen",
        commune=make_commune(name_fr="Mersch"),
        participants=162,
        communes_represented=43,
        communes_approximate=True,
        evidence="reported",
    )
    session.agenda_items.create(title_fr="Tables rondes", description_fr="Des tables courtes", start_time="10:30")
    session.speakers.create(name="Corinne Cahen", affiliation_fr="Ministre", role="opening")
    session.partners.create(organisation=make_organisation(name_fr="ASTI"), role="organiser", detail_fr="Agence")
    session.figures.create(value=24, label_fr="bonnes pratiques présentées")
    session.documents.create(url="https://www.syvicol.lu/page", title_fr="Page du SYVICOL")
    session.practices.add(make_practice(title_fr="Le café"), make_practice(title_fr="Brouillon", state="draft"))

    response = client.get("/fr/sessions/assises-2/")

    for words in [
        "Deuxièmes Assises", "Un samedi de travail.", "11 février 2017", "09:00", "14:00", "Lycée Ermesinde",
        "Rollingen", "Mersch", "162", "43", "Tables rondes", "Des tables courtes", "10:30", "Corinne Cahen", "Ministre",
        "ASTI", "Agence", "bonnes pratiques présentées", "Page du SYVICOL", "Le café",
    ]:  # fmt: skip
        assertContains(response, words)
    assertNotContains(response, "Brouillon")


def test_a_draft_is_for_staff_only(client, django_user_model):
    make_session(slug="demain", is_published=False)

    assert client.get("/fr/sessions/demain/").status_code == 404
    client.force_login(django_user_model.objects.create_superuser("staff"))
    assert client.get("/fr/sessions/demain/").status_code == 200
