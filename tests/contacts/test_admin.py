import pytest
from django.urls import reverse

from contacts.models import Commune
from tests.factories import make_canton, make_commune, make_merged_commune

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
        data | NO_LOCALITIES | {"successor": merged.pk, "valid_to": "2017-12-31"},
    )

    assert set(response.context["adminform"].form.errors) == {"successor"}
    commune.refresh_from_db()
    assert not commune.is_merged
