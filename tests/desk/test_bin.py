"""What staff take away goes to the bin, is seen nowhere, and comes back as it was."""

import datetime
import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from accounts.models import RecordEntry
from contacts.models import Contact, Organisation
from desk.bin import DAYS_KEPT, address_in_bin, binnable_models
from library.check import differences
from practices.models import Practice, State, Term
from sessions_app.models import Session
from tests.desk.test_seen import opened
from tests.factories import (
    make_audience,
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_session,
    make_term,
    make_topic,
)
from translations.models import Translation

pytestmark = pytest.mark.django_db
messages = pytest.mark.ignore_template_errors


def form_of(obj, page: str = "change") -> str:
    return f"/admin/{obj._meta.app_label}/{obj._meta.model_name}/{obj.pk}/{page}/"


def list_of(model) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@pytest.fixture
def editor(client):
    user = get_user_model().objects.create_user("editor", is_staff=True)
    user.groups.add(Group.objects.get(name="editor"))
    client.force_login(user)
    return user


def test_practices_sessions_contacts_organisations_and_terms_have_a_bin():
    assert set(binnable_models()) == {Practice, Session, Contact, Organisation, Term}


MAKE = {
    Practice: lambda **names: make_practice(title_fr="Zorglub", body="<p>Gaston</p>", **names),
    Session: lambda **names: make_session(title_fr="Zorglub", **names),
    Contact: lambda **names: make_contact(name="Zorglub", sort_name="Zorglub", **names),
    Organisation: lambda **names: make_organisation(name_fr="Zorglub", **names),
    Term: lambda **names: make_term(name_fr="Zorglub", **names),
}
PUBLIC_PAGES = [
    "/fr/", "/fr/practices/", "/fr/practices/?q=gaston", "/fr/practices/feed/", "/fr/search/suggestions/?q=gaston",
    "/fr/communes/strassen/", "/fr/communes/", "/fr/organisations/", "/fr/contacts/", "/fr/sessions/", "/fr/glossary/",
    "/sitemap-practices.xml", "/sitemap-sessions.xml", "/sitemap-organisations.xml", "/fr/organisations/carrier/",
    "/fr/practices/other/", "/fr/selection/?practice=zorglub", "/fr/sessions/forum/",
]  # fmt: skip
DESK_PAGES = [
    "/admin/practices/practice/", "/admin/sessions_app/session/", "/admin/contacts/contact/",
    "/admin/contacts/organisation/", "/admin/practices/term/", "/admin/translations/translation/",
]  # fmt: skip


@messages
@pytest.mark.parametrize("model", MAKE, ids=lambda model: model.__name__)
def test_what_is_in_the_bin_is_seen_nowhere_and_comes_back_to_every_place(client, staff, model):
    commune, carrier = make_commune(slug="strassen"), make_organisation(slug="carrier")
    names = {Practice: {"communes": (commune,), "organisations": (carrier,)}, Session: {"commune": commune},
             Contact: {"commune": commune, "organisation": carrier}, Organisation: {"commune": commune}}  # fmt: skip
    obj = MAKE[model](slug="zorglub", **names.get(model, {}))
    other = make_practice(slug="other", communes=(commune,), organisations=(carrier,))
    session = make_session(slug="forum")
    session.practices.set([other, obj] if model is Practice else [other])
    pages = [*PUBLIC_PAGES, *DESK_PAGES]

    def seen() -> set[str]:
        """Pages that name it outside of what was asked for."""
        found = set()
        for page in pages:
            text = client.get(page).content.decode().casefold().replace("practice=zorglub", "")
            if "zorglub" in text:
                found.add(page)
        return found

    before = seen()
    obj.put_in_bin(by=staff)
    assert not list(differences())
    hidden = seen()
    model.everything.get(pk=obj.pk).take_out_of_bin(by=staff)

    assert len(before) >= 2
    assert not hidden
    assert seen() == before
    assert not list(differences())


def state_of(practice: Practice) -> tuple:
    fields = [field.attname for field in Practice._meta.concrete_fields]
    return (
        Practice.objects.filter(pk=practice.pk).values(*fields).get(),
        list(practice.sections.values_list("pk", "body_fr")),
        set(practice.topics.values_list("pk", flat=True)),
        set(practice.sessions.values_list("pk", flat=True)),
        set(Translation.objects.of(practice).values_list("pk", "language", "state", "is_reviewed")),
    )


def test_a_factsheet_comes_back_with_its_state_translations_parts_and_relations_from_above(staff):
    practice = make_practice(title_de="Der Garten", topics=(make_topic(),), body="<p>Des fleurs</p>")
    make_session().practices.add(practice)
    practice.mark_reviewed("de", by=staff)
    before = state_of(practice)

    practice.put_in_bin(by=staff)
    Practice.everything.get(pk=practice.pk).take_out_of_bin(by=staff)

    assert state_of(practice) == before


def test_a_session_that_is_saved_keeps_its_practices_in_the_bin(staff):
    practice, session = make_practice(), make_session()
    session.practices.add(practice)
    practice.put_in_bin(by=staff)

    session.practices.set([])
    Practice.everything.get(pk=practice.pk).take_out_of_bin(by=staff)

    assert list(session.practices.all()) == [practice]


def test_a_name_in_the_bin_is_taken_and_the_form_says_so(staff):
    make_practice(slug="garden").put_in_bin(by=staff)
    new = make_practice()
    new.slug = "garden"

    with pytest.raises(ValidationError) as caught:
        new.full_clean()

    assert "corbeille" in caught.value.message_dict["slug"][0]


def test_the_edition_of_a_session_in_the_bin_is_taken(staff):
    make_session(edition=7).put_in_bin(by=staff)
    new = make_session()
    new.edition = 7

    with pytest.raises(ValidationError, match="corbeille"):
        new.full_clean()


@messages
@pytest.mark.usefixtures("editor")
def test_an_editor_bins_after_one_question_and_takes_it_back_from_the_message(client):
    """A8: two clicks, and it was gone for ever."""
    practice = make_practice(title_fr="Kufika", slug="kufika")

    question = client.get(form_of(practice, "delete")).content.decode()
    still_there = Practice.objects.filter(pk=practice.pk).exists()
    done = client.post(form_of(practice, "delete"), follow=True).content.decode()
    binned = Practice.everything.get(pk=practice.pk)
    undo = re.search(r'<form class="undo" method="post" action="([^"]+)"', done)[1]
    client.post(undo)

    assert "Kufika" in question
    assert "/fr/practices/kufika/" in question
    assert still_there
    assert binned.is_binned
    assert Practice.objects.get(pk=practice.pk).state == State.PUBLISHED
    assert list(RecordEntry.objects.order_by("pk").values_list("act", flat=True)) == ["binned", "restored"]


@messages
def test_only_administrators_delete_for_good_and_type_its_name(client, staff, editor):
    practice = make_practice(title_fr="Kufika")
    practice.put_in_bin(by=None)

    client.force_login(editor)
    refused = client.post(address_in_bin("delete", practice), {"name": "Kufika"})
    client.force_login(staff)
    client.post(address_in_bin("delete", practice), {"name": "Kufi"})
    kept = Practice.everything.filter(pk=practice.pk).exists()
    client.post(address_in_bin("delete", practice), {"name": "kufika"})

    assert refused.status_code == 403
    assert kept
    assert not Practice.everything.filter(pk=practice.pk).exists()
    assert RecordEntry.objects.get(act="deleted").about == "Kufika"


@messages
@pytest.mark.parametrize("use", ["contact", "organisation", "term", "topic", "audience", "commune"])
def test_what_is_in_use_is_refused_with_the_names_of_its_factsheets(client, staff, use):
    """A10: nothing said that factsheets would lose their topic; a commune's page did not name the factsheet."""
    made = {
        "contact": make_contact(),
        "organisation": make_organisation(),
        "term": make_term(),
        "topic": make_topic(),
        "audience": make_audience(),
        "commune": make_commune(),
    }
    practice = make_practice(
        title_fr="Kufika", contacts=(made["contact"],), organisations=(made["organisation"],),
        framework=made["term"], topics=(made["topic"],), audiences=(made["audience"],), communes=(made["commune"],),
    )  # fmt: skip
    obj = made[use]

    page = client.get(form_of(obj, "delete")).content.decode()
    client.post(form_of(obj, "delete"), {"post": "yes"})

    assert f'<a href="{form_of(practice)}">Kufika</a>' in page
    assert type(obj).objects.filter(pk=obj.pk).exists()


@messages
def test_the_bin_lists_what_who_and_days_left(client, staff):
    practice, contact = make_practice(title_fr="Kufika"), make_contact(name="Marie")
    practice.put_in_bin(by=staff)
    contact.put_in_bin(by=staff)
    Contact.everything.update(deleted_at=timezone.now() - datetime.timedelta(days=80))

    page = client.get("/admin/bin/").content.decode()

    rows = [
        re.sub(r"<[^>]+>|\s+", " ", row)
        for row in re.findall(r"<tr>.*?</tr>", page.partition('class="bin"')[2], re.DOTALL)
    ]
    assert "Kufika" in rows[1]
    assert f" {DAYS_KEPT} " in rows[1]
    assert "Marie" in rows[2]
    assert " staff@gresil.example " in rows[2]
    assert f" {DAYS_KEPT - 80} " in rows[2]


def test_after_ninety_days_the_bin_is_emptied(staff, capsys):
    old, young = make_practice(), make_practice()
    contact = make_contact()
    organisation = contact.organisation
    for obj in (old, young, contact, organisation):
        obj.put_in_bin(by=staff)
    long_ago = timezone.now() - datetime.timedelta(days=DAYS_KEPT, minutes=1)
    for model in (Practice, Contact, Organisation):
        model.everything.filter(pk__in=[old.pk, contact.pk, organisation.pk]).exclude(pk=young.pk).update(
            deleted_at=long_ago
        )
    Practice.everything.filter(pk=young.pk).update(deleted_at=timezone.now())

    call_command("empty_bin", dry_run=True)
    kept = Practice.everything.filter(pk=old.pk).exists()
    call_command("empty_bin")
    call_command("empty_bin")

    assert kept
    assert list(Practice.everything.all()) == [young]
    assert not Contact.everything.filter(pk=contact.pk).exists()
    assert not Organisation.everything.filter(pk=organisation.pk).exists()
    assert capsys.readouterr().out.endswith("0 deleted for good.\n")


@messages
@pytest.mark.parametrize("language", ["fr", "de", "lb", "en"])
def test_a_withdrawn_page_says_so_and_leads_on(client, staff, language):
    commune = make_commune(slug="strassen", name_fr="Strassen")
    archived = make_practice(slug="archived", communes=(commune,))
    archived.archive()
    binned = make_practice(slug="binned", communes=(commune,))
    session, organisation = make_session(slug="forum"), make_organisation(slug="asti", commune=commune)
    for obj in (binned, session, organisation):
        obj.put_in_bin(by=staff)
    make_practice(slug="draft", state=State.DRAFT, published_at=None)

    pages = ["practices/archived", "practices/binned", "sessions/forum", "organisations/asti"]
    answers = {page: client.get(f"/{language}/{page}/") for page in pages}

    assert {answer.status_code for answer in answers.values()} == {410}
    for page, answer in answers.items():
        text = answer.content.decode()
        assert str(timezone.localdate().year) in text.partition("<h1>")[2]
        assert f"/{language}/communes/strassen/" in text or page == "sessions/forum"
    assert client.get(f"/{language}/practices/draft/").status_code == 404


def test_the_page_of_what_came_back_is_there_again(client, staff):
    practice = make_practice(slug="garden")
    practice.put_in_bin(by=staff)
    gone = client.get("/fr/practices/garden/").status_code

    practice.take_out_of_bin(by=staff)

    assert (gone, client.get("/fr/practices/garden/").status_code) == (410, 200)


@messages
@pytest.mark.parametrize("in_a_part", [True, False])
def test_a_choice_that_went_to_the_bin_is_told_at_its_field_and_nothing_typed_is_lost(client, staff, in_a_part):
    practice = make_practice(state=State.DRAFT, published_at=None)
    page = opened(client, practice)
    chosen = make_contact() if in_a_part else make_term()
    typed = {"title_fr": "Le potager", "practice_contacts-0-subject_fr": "Le jardin"}
    if in_a_part:
        typed |= {"practice_contacts-TOTAL_FORMS": "1", "practice_contacts-0-contact": str(chosen.pk)}
        typed |= {"practice_contacts-0-practice": str(practice.pk), "practice_contacts-0-position": "0"}
    else:
        typed = {"title_fr": "Le potager", "framework": str(chosen.pk)}
    chosen.put_in_bin(by=None)

    answer = client.post(form_of(practice), page | typed)

    sentence = "Ceci n’existe plus\u00a0: quelqu’un vient de le mettre à la corbeille ou de le supprimer."
    formsets = {rows.formset.prefix: rows.formset for rows in answer.context["inline_admin_formsets"]}
    form = formsets["practice_contacts"].forms[0] if in_a_part else answer.context["adminform"].form
    [error] = form.errors["contact" if in_a_part else "framework"]
    assert error.startswith(sentence)
    assert 'value="Le potager"' in answer.text
    assert not in_a_part or 'value="Le jardin"' in answer.text

    chosen.take_out_of_bin(by=None)
    assert client.post(form_of(practice), page | typed).status_code == 302
