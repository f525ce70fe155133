"""A form begins with the name of the thing, and fills in what follows from it."""

import pytest
from django.contrib import admin
from django.utils import timezone

from contacts.models import Contact, Organisation
from desk.forms import FILLED, family_name_first, slug_of
from practices.models import Practice, Topic
from sessions_app.models import AgendaItem, Session
from tests.factories import make_contact, make_organisation, make_practice, make_session, make_theme, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]
OURS = {"practices", "contacts", "sessions_app"}
TITLES = {"title", "name"}


def fieldsets_of(client, model) -> list:
    response = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/add/")
    return response.context["adminform"].fieldsets


def test_every_form_begins_with_the_title_and_ends_with_what_fills_itself_in(client):
    firsts, before_the_end = {}, {}
    for model in [model for model in admin.site._registry if model._meta.app_label in OURS]:
        sets = [options["fields"] for _heading, options in fieldsets_of(client, model)]
        firsts[model.__name__] = str(sets[0][0]).removesuffix("_fr")
        before_the_end[model.__name__] = [name for names in sets[:-1] for name in names if name in FILLED]

    assert len(firsts) > 8
    assert {name: first for name, first in firsts.items() if first not in TITLES} == {}
    assert not any(before_the_end.values())


def test_a_topic_needs_nothing_but_a_name_in_one_language(client):
    client.post("/admin/practices/topic/add/", {"name_fr": "Vie d’été", "slug": ""})

    assert Topic.objects.get().slug == "vie-d-ete"


def test_two_that_are_called_the_same_have_addresses_of_their_own(client):
    make_topic(slug="logement")

    client.post("/admin/practices/topic/add/", {"name_fr": "Logement", "slug": ""})

    assert set(Topic.objects.values_list("slug", flat=True)) == {"logement", "logement-2"}


def test_an_address_in_the_bin_is_not_given_again():
    organisation = make_organisation(slug="asti")
    organisation.put_in_bin(by=None)

    assert slug_of("ASTI", Organisation) == "asti-2"


def test_a_long_title_makes_an_address_that_ends_with_a_word():
    slug = slug_of("Une séance " * 20, Session)

    assert slug == "une-seance-une-seance-une-seance-une-seance-une"
    assert slug_of("日本", Topic) == "topic"


def test_an_address_that_is_typed_is_kept(client):
    client.post("/admin/practices/topic/add/", {"name_fr": "Logement", "slug": "housing"})

    assert Topic.objects.get().slug == "housing"


@pytest.mark.parametrize(
    ("name", "sorted_under"),
    [
        ("Anne Daems", "Daems Anne"),
        ("Sing-Loon Cheung", "Cheung Sing-Loon"),
        ("Jan van der Velde", "van der Velde Jan"),
        ("Madonna", "Madonna"),
        ("", ""),
    ],
)
def test_a_person_is_sorted_under_the_family_name(name, sorted_under):
    assert family_name_first(name) == sorted_under


def test_a_new_contact_is_of_this_year_and_behind_the_helpdesk(client):
    organisation = make_organisation()
    form = client.get("/admin/contacts/contact/add/").context["adminform"].form
    data = {"name": "Anne Daems", "organisation": organisation.pk}
    data |= {name: form[name].value() for name in ("display", "recorded_year")}

    client.post("/admin/contacts/contact/add/", data)

    contact = Contact.objects.get()
    assert (contact.slug, contact.sort_name) == ("anne-daems", "Daems Anne")
    assert (contact.display, contact.recorded_year) == ("relay", timezone.localdate().year)


def test_a_desk_is_sorted_under_its_own_name(client):
    data = {"desk_fr": "Service Intégration", "organisation": make_organisation().pk, "display": "relay"}

    client.post("/admin/contacts/contact/add/", data | {"recorded_year": "2026"})

    contact = Contact.objects.get()
    assert (contact.slug, contact.sort_name) == ("service-integration", "Service Intégration")


def test_a_contact_within_its_organisation_fills_itself_in_and_keeps_its_address(client):
    organisation = make_organisation()
    old = make_contact(organisation=organisation, slug="anne", name="Anne Daems")
    page = client.get(f"/admin/contacts/organisation/{organisation.pk}/change/").context
    data = {"name_fr": "ASTI", "kind": organisation.kind, "contacts-TOTAL_FORMS": 2, "contacts-INITIAL_FORMS": 1}
    rows = page["inline_admin_formsets"][0].formset.forms[0]
    data |= {bound.html_name: bound.value() for bound in rows if bound.value() is not None}
    data |= {"contacts-0-slug": "daems", "contacts-1-name": "Marc Faber", "contacts-1-display": "relay"}

    client.post(f"/admin/contacts/organisation/{organisation.pk}/change/", data | {"contacts-1-recorded_year": "2026"})

    old.refresh_from_db()
    assert old.slug == "anne"
    assert organisation.contacts.exclude(pk=old.pk).values_list("slug", "sort_name").get() == (
        "marc-faber",
        "Faber Marc",
    )


def test_what_is_folded_opens_where_something_is_wrong(client):
    make_topic(slug="logement")

    response = client.post("/admin/practices/topic/add/", {"name_fr": "Logement", "slug": "logement"})

    [part] = [part for group in response.context["outline"] for part in group.parts if part.is_foldable]
    assert part.is_open
    [part] = [
        part
        for group in client.get("/admin/practices/topic/add/").context["outline"]
        for part in group.parts
        if part.is_foldable
    ]
    assert not part.is_open


def test_a_new_factsheet_has_an_address_from_its_title(client):
    parts = ("practice_communes", "sections", "practice_organisations", "practice_contacts", "indicators", "links")
    data = {f"{part}-{count}_FORMS": 0 for part in (*parts, "practice_sources") for count in ("TOTAL", "INITIAL")}
    data |= {"title_fr": "Café des langues", "theme": make_theme().pk, "year": "2026", "territory": "local"}

    client.post("/admin/practices/practice/add/", data)

    assert Practice.objects.get().slug == "cafe-des-langues"


def test_the_address_of_a_published_factsheet_stays(client):
    practice, draft = make_practice(slug="lisko"), make_practice(state="draft", published_at=None)

    readonly = client.get(f"/admin/practices/practice/{practice.pk}/change/").context["adminform"].readonly_fields
    editable = client.get(f"/admin/practices/practice/{draft.pk}/change/").context["adminform"].readonly_fields

    assert "slug" in readonly
    assert "slug" not in editable


def session_data(client, session: Session, **changes) -> dict:
    context = client.get(f"/admin/sessions_app/session/{session.pk}/change/").context
    formsets = [rows.formset for rows in context["inline_admin_formsets"]]
    forms = [context["adminform"].form, *(one for rows in formsets for one in (rows.management_form, *rows.forms))]
    values = {bound.html_name: bound.value() for form in forms for bound in form}
    return {name: value for name, value in values.items() if value is not None and value is not False} | changes


def test_the_programme_stands_in_the_order_of_its_times(client):
    session = make_session()
    for position, (time, title) in enumerate([("10:00", "Débat"), (None, "Pause"), ("14:00", "Ateliers")], start=1):
        AgendaItem.objects.create(session=session, start_time=time, title_fr=title, position=position)
    new = {"title_fr": "Accueil", "start_time": "9h30", "position": "4"}
    data = session_data(client, session, **{f"agenda_items-3-{name}": value for name, value in new.items()})

    client.post(f"/admin/sessions_app/session/{session.pk}/change/", data | {"agenda_items-TOTAL_FORMS": 4})

    titles = session.agenda_items.values_list("title_fr", flat=True)
    assert list(titles) == ["Accueil", "Débat", "Pause", "Ateliers"]
