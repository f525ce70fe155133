import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from contacts.models import Commune, Contact, Display, Organisation
from tests.factories import make_commune, make_contact, make_merged_commune, make_organisation

pytestmark = pytest.mark.django_db


def refused(constraint: str):
    return pytest.raises(IntegrityError, match=constraint)


def test_a_commune_cannot_merge_into_itself():
    commune = make_commune()

    with refused("commune_does_not_succeed_itself"), transaction.atomic():
        Commune.objects.filter(pk=commune.pk).update(successor=commune, valid_to=datetime.date(2023, 1, 1))


def test_a_commune_cannot_end_before_it_begins():
    with refused("commune_ends_after_it_begins"), transaction.atomic():
        make_commune(valid_from=datetime.date(2020, 1, 1), valid_to=datetime.date(2019, 1, 1))


def test_a_merged_commune_has_a_last_day():
    with refused("merged_commune_has_an_end"), transaction.atomic():
        make_commune(successor=make_commune())


def test_a_merged_commune_is_not_one_of_today():
    today = make_commune()
    former = make_merged_commune(today, valid_to=datetime.date(2023, 8, 31))

    assert list(Commune.objects.current()) == [today]
    assert former.is_merged
    assert not today.is_merged
    assert former.merged_on == datetime.date(2023, 9, 1)
    assert today.merged_on is None


def test_a_commune_that_merges_takes_its_predecessors_along():
    middle, last = make_commune(), make_commune()
    first = make_merged_commune(middle)

    middle.successor, middle.valid_to = last, datetime.date(2030, 12, 31)
    middle.save()

    first.refresh_from_db()
    assert first.successor == last


def test_staff_cannot_choose_a_merged_commune_as_successor():
    merged = make_merged_commune(make_commune())
    commune = make_commune(successor=merged, valid_to=datetime.date(2024, 1, 1))

    with pytest.raises(ValidationError, match="successor"):
        commune.full_clean()


def test_a_commune_with_fiches_or_people_cannot_be_deleted():
    commune = make_commune()
    make_contact(commune=commune)

    with pytest.raises(ProtectedError):
        commune.delete()


def test_an_organisation_needs_a_kind():
    with refused("organisation_kind_is_known"), transaction.atomic():
        make_organisation(kind="club")


def test_a_contact_is_a_person_or_a_desk():
    make_contact(name="", desk_fr="Accueil")

    with refused("contact_is_a_person_or_a_desk"), transaction.atomic():
        make_contact(name="")


def test_a_contact_has_a_known_display():
    with refused("contact_display_is_known"), transaction.atomic():
        make_contact(display="secret")


def test_a_hidden_contact_is_not_listed_and_only_a_public_one_shows_its_address():
    public = make_contact(display=Display.PUBLIC)
    relay = make_contact(display=Display.RELAY)
    make_contact(display=Display.HIDDEN)

    assert set(Contact.objects.listed()) == {public, relay}
    assert public.is_public
    assert not relay.is_public


def test_people_stand_under_their_family_name():
    make_contact(name="Zoé Éberhard", sort_name="Éberhard Zoé")
    make_contact(name="Anne Faber", sort_name="Faber Anne")
    make_contact(name="Marc Daems", sort_name="Daems Marc")

    assert [contact.name for contact in Contact.objects.by_name()] == ["Marc Daems", "Zoé Éberhard", "Anne Faber"]


@pytest.mark.parametrize("number", ["+352 43 83 33-1", "8002 6006", "+352 691 964 447\n+352 447 43-501"])
def test_telephone_numbers_are_accepted_one_per_line(number):
    contact = make_contact(phones=number)

    contact.full_clean()

    assert contact.phone_numbers == number.split("\n")


@pytest.mark.parametrize("number", ["demander à Anne", "+352 43/83/33", "+352 43 83 33 ou 34", "javascript:1"])
def test_anything_else_than_a_telephone_number_is_refused(number):
    with pytest.raises(ValidationError) as refusal:
        make_contact(phones=number).full_clean()

    assert set(refusal.value.message_dict) == {"phones"}


def test_organisations_stand_in_the_order_of_their_shown_names():
    make_organisation(name_fr="Éducation", name_de="Zukunft")
    make_organisation(name_fr="Famille", name_de="")

    assert [str(organisation) for organisation in Organisation.objects.by_name()] == ["Éducation", "Famille"]
