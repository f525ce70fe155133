"""Whatever is sent to the admin, by mistake or on purpose, is answered: no page breaks."""

import random
import time
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote as quote_key
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from accounts.record import note
from contacts.models import Commune
from library.models import EmptySearch
from practices.models import Practice, Term
from tests.factories import make_broken_link, make_commune, make_locality, make_practice
from tests.test_messages import everything_once
from translations.models import TranslationImport

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]

FORM = "application/x-www-form-urlencoded"
JUNK = [
    "", " ", "word", "été", "e\u0301", "0", "-1", "1.5", "1e9", "true", "None", "٣", "nan", "%", "'", '"><b>', "\\",
    "[]", "1,2", "a__b", ",", "&", "\x00", "a\x00b", "\x01\x1b\x7f", "\u202e\ufeff", "\ud800", "\ud83d\ude00",
    "9" * 19, str(2**63),
    str(10**30), f"-{10**30}", "1" * 5000, "x" * 10_000, "2026-13-45", "9999999-01-01", "25:61", "http://[", "../../x",
    ["1", "word"], ["1", "1"], [str(10**30), "\x00"],
]  # fmt: skip
PARAMETERS = [
    "q", "p", "o", "e", "all", "_popup", "_to_field", "_changelist_filters", "_facets", "pk", "pk__in", "junk",
]  # fmt: skip
LOOKUPS = ["", "__exact", "__in", "__isnull", "__id__exact", "__gte", "__range", "__regex", "__isempty", "__pk__in"]
ACTIONS = ["delete_selected", "publish", "archive", "mark_reviewed"]

Values = Mapping[str, str | list[str]]


def encoded(values: Values) -> str:
    """As a form sends it, with characters that are none, as %ED%A0%80."""
    pairs = [(name, one) for name, value in values.items() for one in (value if isinstance(value, list) else [value])]
    return urlencode([(name, str(one).encode("utf-8", "surrogatepass")) for name, one in pairs])


def send(client: Client, method: str, address: str, values: Values) -> HttpResponse:
    """The answer; what it changed in the database is taken back."""
    savepoint = transaction.savepoint()
    if method == "get":
        response = client.get(f"{address}?{encoded(values)}")
    else:
        response = client.post(address, encoded(values), content_type=FORM)
    transaction.savepoint_rollback(savepoint)
    return response


def form_values(client: Client, address: str) -> dict[str, str | list[str]]:
    """What a browser sends back for the untouched form at `address`, with an empty row of each kind of part."""
    context = client.get(address).context
    # The translator's desk has a form of its own, without parts.
    forms = [context["adminform"].form if "adminform" in context else context["form"]]
    for formset in context.get("inline_admin_formsets", []):
        forms += [formset.formset.management_form, *formset.formset.forms, formset.formset.empty_form]
    values = {bound.html_name: bound.value() for form in forms for bound in form}
    values["seen"] = context.get("seen")
    return {
        name: [str(getattr(one, "pk", one)) for one in value] if isinstance(value, list) else str(value)
        for name, value in values.items()
        if value is not None and value is not False
    }


def junk_in(chance: random.Random, values: Values, names: list[str]) -> dict[str, str | list[str]]:
    """`values` with junk in one to three of `names`."""
    return {**values, **{name: chance.choice(JUNK) for name in chance.choices(names, k=chance.randint(1, 3))}}


def junk_for_pages(client: Client, chance: random.Random) -> Iterator[tuple[str, str, Values]]:
    """(method, address, values) for every page of every model, and for what the pages ask in between."""
    for model in admin.site._registry:
        desk = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        row = model._default_manager.order_by("pk")[0]
        names = [field.name + chance.choice(LOOKUPS) for field in model._meta.get_fields()] + PARAMETERS
        # `quote_key` as the admin writes a key in an address; the rest as a browser does.
        key = quote(quote_key(str(chance.choice(JUNK))).encode("utf-8", "surrogatepass"), safe="")
        yield "get", f"{desk}{key or 'x'}/change/", {}
        for page in ["", "", "add/", f"{row.pk}/change/", f"{row.pk}/history/", f"{row.pk}/delete/"]:
            yield "get", desk + page, junk_in(chance, {}, names)
        marked = {"action": chance.choice(ACTIONS), "_selected_action": str(row.pk), "post": "yes", "index": "0"}
        yield "post", desk, junk_in(chance, marked, [*marked, "select_across"])
    asked = {"app_label": "practices", "model_name": "practice", "field_name": "topics", "term": "a"}
    for _ in range(20):
        yield "get", "/admin/autocomplete/", junk_in(chance, asked, [*asked, "page"])
        yield "get", "/admin/login/", junk_in(chance, {}, ["next"])
        yield "get", "/admin/jsi18n/", junk_in(chance, {}, PARAMETERS)
        yield "post", "/i18n/setlang/", junk_in(chance, {"language": "lb"}, ["language", "next"])


def junk_for_forms(client: Client, chance: random.Random) -> Iterator[tuple[str, str, Values]]:
    for model in admin.site._registry:
        row = model._default_manager.order_by("pk")[0]
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{row.pk}/change/"
        values = form_values(client, address)
        for _ in range(3):
            yield "post", address, junk_in(chance, values, [*values, "_popup", "_to_field", "_continue"])


@pytest.fixture
def everything():
    """A row of every model of the admin."""
    everything_once()
    make_locality(Commune.objects.get(slug="row-commune"))
    Term.objects.create(slug="row-pact", name_fr="ROWpact")
    TranslationImport.objects.create(file_name="ROWfile", language="de")
    EmptySearch.objects.create(query="ROWwords", language="de")
    note("logged in", by=None)
    make_broken_link()


@pytest.mark.parametrize("requests", [junk_for_pages, junk_for_forms])
def test_junk_sent_to_the_admin_breaks_no_page(client, everything, requests):
    client.raise_request_exception = False
    chance = random.Random(13)

    answers = [
        (send(client, method, address, values).status_code, method, address, values)
        for method, address, values in requests(client, chance)
    ]

    assert len(answers) > 40
    assert len({status for status, *_ in answers}) > 2
    assert not [answer for answer in answers if answer[0] >= 500]


@pytest.mark.parametrize("value", ["word", str(10**30), "\x00"])
@pytest.mark.parametrize("name", ["topics", "theme", "practice_communes-0-commune", "practice_communes-0-id"])
def test_a_word_where_a_field_sends_a_key_is_refused(client, name, value):
    practice = make_practice(state="draft", published_at=None, title_fr="Café", communes=(make_commune(),))
    address = f"/admin/practices/practice/{practice.pk}/change/"

    response = client.post(address, form_values(client, address) | {"title_fr": "Autre", name: value})

    # An unknown part counts as deleted in the meantime.
    assert response.status_code in (200, 400, 409)
    assert Practice.objects.get().title_fr == "Café"


@pytest.mark.parametrize("count", ["999", "9" * 30, "9" * 5000])
def test_a_form_that_claims_to_have_too_many_parts_is_refused_at_once(client, count):
    practice = make_practice()
    address = f"/admin/practices/practice/{practice.pk}/change/"
    values = form_values(client, address) | {"links-TOTAL_FORMS": count}
    start = time.monotonic()

    response = client.post(address, values)

    assert response.status_code == 400
    assert time.monotonic() - start < 2
