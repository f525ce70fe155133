import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from contacts.models import Commune
from tests.factories import (
    make_canton,
    make_commune,
    make_contact,
    make_merged_commune,
    make_organisation,
    make_practice,
)

pytestmark = pytest.mark.django_db

NO_LOCALITIES = {"localities-TOTAL_FORMS": "0", "localities-INITIAL_FORMS": "0"}


def test_a_commune_of_today_is_saved_through_its_form(client, staff):
    canton = make_canton()
    data = {"slug": "strassen", "code": "LU0111", "name_fr": "Strassen", "canton": canton.pk, "successor": ""}

    response = client.post(reverse("admin:contacts_commune_add"), data | NO_LOCALITIES)

    assert response.status_code == 302
    assert [commune.name for commune in Commune.objects.current()] == ["Strassen"]


def test_the_form_refuses_a_merged_commune_as_successor_with_a_sentence(client, staff):
    commune = make_commune(slug="hobscheid", name_fr="Hobscheid", canton=make_canton())
    merged = make_merged_commune(make_commune())
    data = {"slug": "hobscheid", "code": commune.code, "name_fr": "Hobscheid", "canton": commune.canton.pk}

    response = client.post(
        reverse("admin:contacts_commune_change", args=[commune.pk]),
        data | NO_LOCALITIES | {"successor": merged.pk, "valid_to": "2017-12-31", "confirm_merger": "on"},
    )

    assert set(response.context["adminform"].form.errors) == {"successor"}
    commune.refresh_from_db()
    assert not commune.is_merged


@pytest.mark.ignore_template_errors
class TestMerger:
    def post(self, client, commune: Commune, **changes):
        data = {"slug": commune.slug, "code": commune.code, "name_fr": commune.name, "canton": commune.canton_id}
        address = reverse("admin:contacts_commune_change", args=[commune.pk])
        return client.post(address, data | NO_LOCALITIES | changes)

    def test_is_not_made_by_one_click_and_says_what_it_changes(self, client, staff):
        commune, successor = make_commune(name_fr="Bascharage"), make_commune(name_fr="Käerjeng")
        make_merged_commune(commune, name_fr="Linger")
        make_practice(communes=(commune,))

        response = self.post(client, commune, successor=successor.pk, valid_to="2011-12-31")

        [error] = response.context["adminform"].form.errors["confirm_merger"]
        assert "Bascharage sera présentée comme fusionnée avec Käerjeng" in error
        assert "Sa fiche (1) garde" in error
        assert "Linger" in error
        commune.refresh_from_db()
        assert not commune.is_merged

    def test_is_made_once_it_is_confirmed_and_not_asked_about_again(self, client, staff):
        commune, successor = make_commune(), make_commune()
        merger = {"successor": successor.pk, "valid_to": "2011-12-31"}

        assert self.post(client, commune, **merger, confirm_merger="on").status_code == 302
        assert self.post(client, commune, **merger, website="https://a.lu/").status_code == 302

        commune.refresh_from_db()
        assert (commune.successor, commune.website) == (successor, "https://a.lu/")

    def test_is_taken_back_only_when_that_is_confirmed(self, client, staff):
        commune = make_merged_commune(make_commune())

        assert self.post(client, commune, valid_to="").status_code == 200
        assert self.post(client, commune, valid_to="", confirm_merger="on").status_code == 302

        commune.refresh_from_db()
        assert not commune.is_merged


def offered(client, model: str, field: str, term: str, language: str = "en") -> list[str]:
    app, _dot, name = model.partition(".")
    asked = {"app_label": app, "model_name": name, "field_name": field, "term": term}
    answer = client.get(reverse("admin:autocomplete"), asked, headers={"accept-language": language})
    return [choice["text"] for choice in answer.json()["results"]]


def test_contacts_are_offered_with_what_tells_them_apart(client, staff):
    strassen = make_commune(name_fr="Strassen")
    office = make_organisation(name_fr="OLAI", dissolved_on=datetime.date(2020, 1, 1), dissolved_precision="year")
    day = datetime.date(2026, 1, 2)
    make_contact(name="Anne Daems", commune=strassen, department_fr="integration service", confirmed_on=day)
    make_contact(name="Anne Weber", display="hidden", organisation=office, recorded_year=2017)

    choices = sorted(offered(client, "practices.practicecontact", "contact", "anne"))

    assert choices == [
        "Anne Daems – Strassen, integration service, confirmed 2026",
        "Anne Weber – OLAI, not confirmed, of 2017, hidden from the public, the organisation is no more",
    ]
    assert offered(client, "practices.practicecontact", "contact", "strassen") == [choices[0]]


def test_organisations_and_communes_are_offered_with_what_tells_them_apart(client, staff):
    commune = make_commune(name_fr="Käerjeng")
    make_merged_commune(commune, name_fr="Bascharage")
    end = {"dissolved_on": datetime.date(2020, 1, 1), "dissolved_precision": "year"}
    make_organisation(name_fr="Maison", short_name="M", commune=commune, **end)

    assert offered(client, "practices.practiceorganisation", "organisation", "maison") == [
        "Maison – M, association, Käerjeng, existed until 2020"
    ]
    assert offered(client, "practices.practicecommune", "commune", "basch") == ["Bascharage – merged into Käerjeng"]
    assert offered(client, "practices.practicecommune", "commune", "kaer") == ["Käerjeng"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "non confirmé, de 2017, caché au public"),
        ("de", "nicht bestätigt, von 2017, öffentlich nicht sichtbar"),
        ("lb", "net confirméiert, vun 2017, net ëffentlech"),
        ("en", "not confirmed, of 2017, hidden from the public"),
    ],
)
def test_choices_speak_the_language_of_the_desk(client, staff, language, words):
    make_contact(name="Anne Daems", display="hidden", organisation=make_organisation(name_fr="ASTI"))

    assert offered(client, "practices.practicecontact", "contact", "daems", language) == [f"Anne Daems – ASTI, {words}"]


def test_autocompletion_asks_the_database_as_often_for_many_choices(client, staff):
    counts = []
    # The first request of a session writes when it came.
    client.get("/admin/")
    for number in (2, 18):
        for _ in range(number):
            make_contact(name="Anne", commune=make_commune())
        with CaptureQueriesContext(connection) as captured:
            assert len(offered(client, "practices.practicecontact", "contact", "anne")) >= number
        counts.append(len(captured))

    assert counts[0] == counts[1]
