import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertInHTML

from core.changes import batch
from tests.factories import (
    make_commune,
    make_contact,
    make_merged_commune,
    make_organisation,
    make_practice,
    make_session,
    make_term,
)

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]
PRACTICES = "/admin/practices/practice/"


def listed(client, address: str) -> list[str]:
    """The first words of each row, in the order of the list."""
    return [str(row) for row in client.get(address).context["cl"].result_list]


def test_practices_are_found_by_commune_organisation_and_last_confirmation(client):
    strassen, mersch = make_commune(slug="strassen"), make_commune(slug="mersch")
    asti = make_organisation(slug="asti")
    today = timezone.localdate()
    make_practice(title_fr="A", communes=(strassen,), organisations=(asti,), confirmed_on=today)
    make_practice(title_fr="B", communes=(mersch, strassen), confirmed_on=today - datetime.timedelta(days=366))
    make_practice(title_fr="C", communes=(mersch,), confirmed_on=today - datetime.timedelta(days=364))
    make_practice(title_fr="D", organisations=(asti,))

    found = {
        query: "".join(sorted(listed(client, f"{PRACTICES}?{query}")))
        for query in ["commune=strassen", "commune=mersch", "organisation=asti", "confirmed=long-ago",
                      "confirmed=lately", "commune=mersch&confirmed=long-ago", "commune=nowhere"]
    }  # fmt: skip

    assert found == {
        "commune=strassen": "AB", "commune=mersch": "BC", "organisation=asti": "AD", "confirmed=long-ago": "BD",
        "confirmed=lately": "AC", "commune=mersch&confirmed=long-ago": "B", "commune=nowhere": "",
    }  # fmt: skip


def test_a_filter_of_many_offers_those_in_use_and_keeps_the_other_filters(client):
    make_practice(communes=(make_commune(slug="strassen", name_fr="Strassen"),))
    make_commune(slug="unused", name_fr="Unused")

    html = client.get(f"{PRACTICES}?state__exact=published&q=practice&p=0").content.decode()

    form = html.partition('<select name="commune"')[0].rpartition("<form>")[2]
    assertInHTML('<input type="hidden" name="state__exact" value="published">', form)
    assertInHTML('<option value="strassen">Strassen</option>', html)
    assert "Unused" not in html


def test_a_row_tells_its_communes_and_who_changed_it_last(client, staff, django_user_model):
    anne = django_user_model.objects.create_user("anne", first_name="Anne")
    names = ["Bech", "Asselborn", "Clervaux", "Diekirch"]
    practice = make_practice(communes=tuple(make_commune(name_fr=name) for name in names))
    make_practice(territory="national")
    for user in (staff, anne):
        with batch(by=user):
            practice.save()

    page = client.get(PRACTICES)

    assertContains(page, '<td class="field-where">Asselborn, Bech +2</td>', html=True)
    assertContains(page, '<td class="field-where">tout le pays</td>', html=True)
    day = timezone.localdate().strftime("%d/%m/%Y")
    assertContains(page, f'<td class="field-changed">{day} Anne</td>', html=True)


def test_contacts_stand_in_the_order_of_their_family_names(client):
    for name, sort_name in [("Anne Weber", "Weber, Anne"), ("Zoé Éberhard", "Éberhard, Zoé"), ("Marc Adam", "Adam")]:
        make_contact(name=name, sort_name=sort_name)

    assert listed(client, "/admin/contacts/contact/") == ["Marc Adam", "Zoé Éberhard", "Anne Weber"]


def test_terms_stand_in_the_order_of_their_names(client):
    for slug, name in [("c", "bénévole"), ("a", "pacte"), ("b", "bonne pratique")]:
        make_term(slug=slug, name_fr=name)

    assert listed(client, "/admin/practices/term/") == ["bénévole", "bonne pratique", "pacte"]


def test_communes_organisations_and_terms_are_found_by_whether_they_are_of_today(client):
    today = make_commune(name_fr="Käerjeng")
    make_merged_commune(today, name_fr="Bascharage")
    make_organisation(name_fr="OLAI", dissolved_on=datetime.date(2021, 1, 1), dissolved_precision="day")
    make_organisation(name_fr="ASTI")
    make_term(name_fr="PCI").successors.add(make_term(name_fr="pacte"))

    found = [
        listed(client, f"/admin/{address}")
        for address in [
            "contacts/commune/?merged=no", "contacts/commune/?merged=yes", "contacts/organisation/?dissolved=no",
            "contacts/organisation/?dissolved=yes", "practices/term/?superseded=no", "practices/term/?superseded=yes",
        ]
    ]  # fmt: skip

    assert found == [["Käerjeng"], ["Bascharage"], ["ASTI"], ["OLAI"], ["pacte"], ["PCI"]]


@pytest.mark.parametrize(
    "address",
    ["practices/practice", "practices/term", "contacts/contact", "contacts/organisation", "sessions_app/session"],
)
def test_a_list_asks_the_database_as_often_for_ten_rows_as_for_forty(client, staff, address):
    client.get(f"/admin/{address}/")
    counts = []
    for number in (10, 30):
        for _ in range(number):
            commune = make_commune()
            contact = make_contact(commune=commune)
            practice = make_practice(communes=(commune,), organisations=(contact.organisation,), contacts=(contact,))
            make_term()
            make_session(commune=commune)
            with batch(by=staff):
                practice.save()
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/admin/{address}/")
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 25
