import datetime

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import translation

from desk.written import DateAsWritten, TimeAsWritten, WebAddressAsWritten, month_or_year_written
from practices.models import Term

WRITTEN = (DateAsWritten, TimeAsWritten, WebAddressAsWritten)

DAYS = [
    "15.12.2026", "15/12/2026", "15-12-2026", "2026-12-15", "15. 12. 2026", "15.12.26", "15 décembre 2026",
    "mardi 15 déc. 2026", "15. Dezember 2026", "15 dezember 2026", "15 Dez 2026", "15th of December 2026",
    "December 15, 2026",
]  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "de", "lb", "en"])
def test_a_date_is_read_in_whichever_language_it_is_written(language):
    with translation.override(language):
        assert {DateAsWritten().clean(text) for text in DAYS} == {datetime.date(2026, 12, 15)}
        for first in ["1er mars 2026", "1. Mäerz 2026", "1. März 2026", "1 March 2026"]:
            assert DateAsWritten().clean(first) == datetime.date(2026, 3, 1)


@pytest.mark.parametrize("text", ["31.02.2026", "12/15/2026", "15 jui 2026", "2026", "15.12.0026", "x"])
def test_what_is_no_date_is_refused_with_an_example(text):
    with translation.override("lb"), pytest.raises(ValidationError, match=r"15\.12\.2026 oder 15\. Dezember 2026"):
        DateAsWritten().clean(text)


@pytest.mark.parametrize("text", ["9h30", "9.30", "9:30", "9 h 30", "09:30", "9:30:00", "9.30 Uhr", "9:30 Auer"])
def test_a_time_is_read_as_people_write_it(text):
    assert TimeAsWritten().clean(text) == datetime.time(9, 30)
    assert TimeAsWritten().clean("9h") == TimeAsWritten().clean("9") == datetime.time(9)


@pytest.mark.parametrize("text", ["25:00", "9h60", "x", "9h3"])
def test_what_is_no_time_is_refused_with_an_example(text):
    with pytest.raises(ValidationError, match="9h30"):
        TimeAsWritten().clean(text)


def test_a_web_address_becomes_https_and_a_file_is_told_from_one():
    field = WebAddressAsWritten()
    for text in ["www.mersch.lu", "http://www.mersch.lu", "https://www.mersch.lu"]:
        assert field.clean(text) == "https://www.mersch.lu"
    for path in ["C:\\Users\\x.docx", "/home/x.odt", "rapport.pdf", "file:///x.pdf"]:
        with pytest.raises(ValidationError, match="fichier"):
            field.clean(path)


@pytest.mark.parametrize("language", ["fr", "de", "lb", "en"])
def test_a_month_or_a_year_is_enough_where_it_says_how_exact_it_is(language):
    with translation.override(language):
        months = {
            month_or_year_written(text) for text in ["12/2026", "12.2026", "2026-12", "décembre 2026", "Dez. 2026"]
        }
        assert months == {(datetime.date(2026, 12, 1), "month")}
        assert month_or_year_written(" 2026 ") == (datetime.date(2026, 1, 1), "year")
        assert {month_or_year_written(text) for text in ["13/2026", "0026", "26", "jui 2026", "x", ""]} == {None}


def add_term(client, **dates):
    dates = {"name_fr": "PCI", "kind": "law", "valid_from": "", "valid_from_precision": ""} | dates
    return client.post("/admin/practices/term/add/", dates)


@pytest.mark.ignore_template_errors
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "chosen", "date", "exactness"),
    [
        ("2026", "", datetime.date(2026, 1, 1), "year"),
        ("12/2026", "", datetime.date(2026, 12, 1), "month"),
        ("12/2026", "day", datetime.date(2026, 12, 1), "month"),
        ("15.12.2026", "", datetime.date(2026, 12, 15), "day"),
        ("15.12.2026", "year", datetime.date(2026, 12, 15), "year"),
    ],
)
def test_what_is_typed_says_how_exact_it_is(client, staff, typed, chosen, date, exactness):
    add_term(client, valid_from=typed, valid_from_precision=chosen)

    term = Term.objects.get()
    assert (term.valid_from, term.valid_from_precision) == (date, exactness)


@pytest.mark.ignore_template_errors
@pytest.mark.django_db
def test_what_ends_in_a_year_may_begin_within_it(client, staff):
    add_term(client, valid_from="15.3.2026", valid_to="2026")

    term = Term.objects.get()
    assert (term.valid_to, term.valid_to_precision) == (datetime.date(2026, 12, 31), "year")


@pytest.mark.ignore_template_errors
@pytest.mark.django_db
def test_a_date_that_cannot_be_read_says_that_a_year_is_enough(client, staff):
    response = add_term(client, valid_from="vers 2026")

    [sentence] = response.context["adminform"].form.errors["valid_from"]
    assert "12/2026 ou 2026" in sentence


@pytest.mark.ignore_template_errors
@pytest.mark.django_db
def test_every_form_of_the_desk_reads_dates_times_and_addresses_as_written(client, staff):
    read, others = [], []
    for model in admin.site._registry:
        response = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/")
        context = response.context or {}
        if response.status_code != 200 or "adminform" not in context:
            continue
        forms_of_page = [context["adminform"].form]
        forms_of_page += [rows.formset.empty_form for rows in context["inline_admin_formsets"]]
        for form in forms_of_page:
            for name, field in form.fields.items():
                if isinstance(field, WRITTEN):
                    read.append(name)
                elif isinstance(field, forms.DateField | forms.TimeField | forms.DateTimeField | forms.URLField):
                    others.append((model.__name__, name))

    assert {"started_on", "publish_on", "start_time", "website", "valid_to", "measured_on"} <= set(read)
    assert others == []
