"""What breaks a rule of the database is told in words, at a field of the form; no error of the database is."""

import pytest
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import IntegrityError, transaction
from django.db.models import BaseConstraint, UniqueConstraint
from pytest_django.asserts import assertContains

from practices.models import Practice, Topic
from sessions_app.models import Session
from tests.factories import (
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_session,
    make_source_document,
    make_topic,
)

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]
OURS = {"practices", "contacts", "sessions_app"}


def edited_models() -> list:
    """All that have a form at the desk, and their parts."""
    shown = {model: found for model, found in admin.site._registry.items() if model._meta.app_label in OURS}
    return list(dict.fromkeys([*shown, *(inline.model for found in shown.values() for inline in found.inlines)]))


def test_every_rule_has_a_sentence():
    rules = [(model, constraint) for model in edited_models() for constraint in model._meta.constraints]

    assert len(rules) > 40
    without = [rule.name for _model, rule in rules if rule.violation_error_message in (None, "")]
    without += [
        rule.name
        for _model, rule in rules
        if rule.violation_error_message == BaseConstraint.default_violation_error_message
    ]
    assert without == []


def data_of(client, address: str) -> dict:
    """What a browser sends back for the untouched form."""
    context = client.get(address).context
    formsets = [rows.formset for rows in context["inline_admin_formsets"]]
    forms = [context["adminform"].form, *(one for rows in formsets for one in (rows.management_form, *rows.forms))]
    values = {bound.html_name: bound.value() for form in forms for bound in form}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def practice_address() -> str:
    practice = make_practice(state="draft", published_at=None, communes=(make_commune(),))
    return f"/admin/practices/practice/{practice.pk}/change/"


def session_address() -> str:
    return f"/admin/sessions_app/session/{make_session().pk}/change/"


ROWS = {
    "practice_communes": (practice_address, lambda: {"commune": make_commune().pk}),
    "practice_organisations": (
        practice_address,
        lambda: {"organisation": make_organisation().pk, "role": "carrier"},
    ),
    "practice_contacts": (practice_address, lambda: {"contact": make_contact().pk}),
    "practice_sources": (practice_address, lambda: {"document": make_source_document().pk}),
    "indicators": (practice_address, lambda: {"value": "3", "label_fr": "langues"}),
    "links": (practice_address, lambda: {"kind": "website", "url": "https://www.asti.lu", "label_fr": "ASTI"}),
    "agenda_items": (session_address, lambda: {"title_fr": "Accueil"}),
    "speakers": (session_address, lambda: {"name": "Anne Daems", "affiliation_fr": "ASTI"}),
    "partners": (session_address, lambda: {"organisation": make_organisation().pk, "role": "host"}),
    "figures": (session_address, lambda: {"value": "3", "label_fr": "langues"}),
    "documents": (session_address, lambda: {"kind": "press", "title_fr": "Presse", "url": "https://www.asti.lu"}),
    "localities": (
        lambda: f"/admin/contacts/commune/{make_commune().pk}/change/",
        lambda: {"name_fr": "Reckange", "kind": "locality"},
    ),
}


@pytest.mark.parametrize("prefix", ROWS)
def test_a_row_twice_is_refused_at_its_field_with_the_sentence_of_the_rule(client, prefix):
    address, row = ROWS[prefix][0](), ROWS[prefix][1]()
    data = data_of(client, address)
    first = int(data[f"{prefix}-TOTAL_FORMS"])
    for number in (first, first + 1):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
        data |= {f"{prefix}-{number}-position": number + 1}

    response = client.post(address, data | {f"{prefix}-TOTAL_FORMS": first + 2})

    [formset] = [rows.formset for rows in response.context["inline_admin_formsets"] if rows.formset.prefix == prefix]
    sentences = {
        str(rule.violation_error_message)
        for rule in formset.model._meta.constraints
        if isinstance(rule, UniqueConstraint)
    }
    *_others, errors = formset.errors
    assert NON_FIELD_ERRORS not in errors
    assert {sentence for found in errors.values() for sentence in found} <= sentences
    assert formset.non_form_errors() == []
    assert not any("_fr" in complaint.label + complaint.message for complaint in response.context["complaints"])


@pytest.mark.parametrize("prefix", ["indicators", "practice_organisations"])
def test_a_row_that_is_there_already_is_refused_in_the_same_way(client, prefix):
    address, row = ROWS[prefix][0](), ROWS[prefix][1]()
    one = {f"{prefix}-0-{name}": value for name, value in (row | {"position": 1}).items()}
    one |= {f"{prefix}-TOTAL_FORMS": 1}
    assert client.post(address, data_of(client, address) | one).status_code == 302
    again = {f"{prefix}-1-{name}": value for name, value in (row | {"position": 2}).items()}
    again |= {f"{prefix}-TOTAL_FORMS": 2}

    response = client.post(address, data_of(client, address) | again)

    [formset] = [rows.formset for rows in response.context["inline_admin_formsets"] if rows.formset.prefix == prefix]
    assert formset.errors[1]
    assert NON_FIELD_ERRORS not in formset.errors[1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "gresil", "edition": "7"}, "edition"),
        ({"start_time": "14h", "end_time": "9h30"}, "end_time"),
        ({"title_fr": ""}, "title_fr"),
    ],
)
def test_a_rule_of_a_session_is_told_at_its_field(client, changes, field):
    make_session(kind="gresil", edition=7)
    address = session_address()

    response = client.post(address, data_of(client, address) | changes)

    assert set(response.context["adminform"].form.errors) == {field}
    assert Session.objects.filter(edition=7).count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"started_on": "2019", "ended_on": "2018"}, "ended_on"),
        ({"started_precision": "year"}, "started_on"),
        ({"year": "0"}, "year"),
        ({"year": "20"}, "year"),
        ({"year": "99999"}, "year"),
    ],
)
def test_a_rule_of_a_factsheet_is_told_at_its_field(client, changes, field):
    address = practice_address()

    response = client.post(address, data_of(client, address) | changes)

    assert set(response.context["adminform"].form.errors) == {field}


def test_an_address_that_is_taken_is_told_at_its_field(client):
    make_topic(slug="logement")

    response = client.post("/admin/practices/topic/add/", {"name_fr": "Logement", "slug": "logement"})

    assert set(response.context["adminform"].form.errors) == {"slug"}
    assert Topic.objects.count() == 1


def test_a_contact_without_a_name_is_told_where_to_write_it(client):
    data = {"organisation": make_organisation().pk, "display": "relay", "recorded_year": "2026", "slug": "x"}

    response = client.post("/admin/contacts/contact/add/", data | {"sort_name": "X"})

    assert set(response.context["adminform"].form.errors) == {"name"}
    assertContains(response, "Indiquez le nom")


@pytest.mark.parametrize("year", [0, 20, 9999])
def test_the_database_has_no_impossible_year(year):
    practice = make_practice()

    with pytest.raises(IntegrityError, match="practice_year_is_plausible"), transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(year=year)
