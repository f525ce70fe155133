"""Versions of every change, whatever way it is made; what changed, and the way back."""

import json
import re
from datetime import UTC, datetime
from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext
from reversion.models import Revision, Version

from accounts.models import RecordEntry
from core.changes import How, batch
from desk.history import BEFORE, is_kept
from library.check import differences
from practices.models import Practice, PracticeSection, SectionKind, State, Topic
from tests.factories import (
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_session,
    make_staff,
    make_topic,
)
from tests.test_messages import everything_once
from translations.models import Translation, unit_models

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return get_user_model().objects.create_user("author")


def revisions_of(obj) -> list[Revision]:
    """The latest first."""
    versions = Version.objects.get_for_object(obj).select_related("revision__user")
    return [version.revision for version in versions]


def fields_of(obj, revision: Revision) -> dict:
    version = revision.version_set.get(object_id=str(obj.pk), content_type__model=obj._meta.model_name)
    return json.loads(version.serialized_data)[0]["fields"]


def forget_versions() -> None:
    """As if the rows came from a fixture."""
    Revision.objects.all().delete()


def save(practice):
    practice.title_fr = "Le potager"
    practice.save()


def update(practice):
    Practice.objects.filter(pk=practice.pk).update(title_fr="Le potager")


def bulk_update(practice):
    practice.title_fr = "Le potager"
    Practice.objects.bulk_update([practice], ["title_fr"])


def save_raw(practice):
    practice.title_fr = "Le potager"
    practice.save_base(raw=True)


def change_part(practice):
    section = practice.sections.get()
    section.body_fr = "<p>Des légumes</p>"
    section.save()


def update_parts(practice):
    practice.sections.update(body_fr="<p>Des légumes</p>")


def delete_part(practice):
    practice.sections.get().delete()


def create_part(practice):
    PracticeSection.objects.create(practice=practice, kind=SectionKind.COSTS, body_fr="<p>Rien</p>")


def create_parts(practice):
    PracticeSection.objects.bulk_create(
        [PracticeSection(practice=practice, kind=SectionKind.COSTS, body_fr="<p>Rien</p>")]
    )


def set_relation(practice):
    practice.topics.set([make_topic()])


def add_from_the_other_side(practice):
    make_topic().practices.add(practice)


def review(practice):
    practice.mark_reviewed("de", by=None)


WAYS = [
    save, update, bulk_update, save_raw, change_part, update_parts, delete_part, create_part, create_parts,
    set_relation, add_from_the_other_side, review,
]  # fmt: skip


@pytest.mark.parametrize("change", WAYS, ids=lambda way: way.__name__)
def test_every_way_of_changing_makes_one_version_with_its_author_and_keeps_the_state_before(author, change):
    practice = make_practice(title_fr="Le jardin", body="<p>Des fleurs</p>")
    forget_versions()

    with batch(by=author, how=How.FORM):
        change(practice)

    after, before = revisions_of(practice)
    assert (after.user, after.comment) == (author, How.FORM)
    assert (before.user, before.comment) == (None, BEFORE)
    assert fields_of(practice, before)["title_fr"] == "Le jardin"
    contents = [sorted(revision.version_set.values_list("serialized_data", flat=True)) for revision in (after, before)]
    assert contents[0] != contents[1]


@pytest.mark.parametrize("change", WAYS, ids=lambda way: way.__name__)
def test_a_change_outside_any_batch_makes_a_version_too(change):
    practice = make_practice(title_fr="Le jardin", body="<p>Des fleurs</p>")

    change(practice)

    assert [revision.comment for revision in revisions_of(practice)] == [How.COMMAND, How.COMMAND]


def test_a_batch_makes_one_version_of_each_object(author):
    practice, topic = make_practice(), make_topic()

    with batch(by=author, how=How.FORM):
        practice.save()
        practice.topics.add(topic)
        PracticeSection.objects.create(practice=practice, kind=SectionKind.COSTS, body_fr="<p>Rien</p>")
        topic.save()

    assert [len(revisions_of(obj)) for obj in (practice, topic)] == [2, 2]
    assert revisions_of(practice)[0] != revisions_of(topic)[0]


def test_a_version_holds_texts_of_all_languages_parts_relations_and_states_of_translation():
    topic, commune = make_topic(), make_commune()
    practice = make_practice(title_lb="De Gaart", topics=(topic,), communes=(commune,), body="<p>Des fleurs</p>")

    [revision] = revisions_of(practice)

    assert fields_of(practice, revision)["title_lb"] == "De Gaart"
    assert fields_of(practice, revision)["topics"] == [topic.pk]
    kinds = sorted(revision.version_set.values_list("content_type__model", flat=True))
    assert kinds == ["practice", "practicecommune", "practicesection", *["translation"] * 3]


def test_the_form_the_desk_and_the_list_say_who_and_how(staff, client):
    topic = make_topic(name_fr="sport", slug="sport")
    session = make_session(title_fr="Forum")
    row = Translation.objects.get(content_type__model="topic", language="de")

    client.post(f"/admin/practices/topic/{topic.pk}/change/", {"slug": "sport", "name_fr": "le sport"})
    page = client.get(f"/admin/translations/translation/{row.pk}/change/")
    field = page.context["texts"][0]
    seen = {f"seen-{field['pair'].name}": field["pair"].seen, field["pair"].name: "der Sport"}
    client.post(f"/admin/translations/translation/{row.pk}/change/", seen)
    with batch(by=staff, how=How.LIST):
        session.save()

    assert [(one.user, one.comment) for one in revisions_of(topic)[:2]] == [(staff, How.DESK), (staff, How.FORM)]
    assert revisions_of(session)[0].comment == How.LIST


def test_a_fixture_makes_no_version(tmp_path):
    make_practice(body="<p>Des fleurs</p>")
    dump = tmp_path / "practices.json"
    options = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True, "verbosity": 0}
    call_command("dumpdata", "practices", output=dump, **options)
    forget_versions()

    call_command("loaddata", dump, verbosity=0)

    assert not Version.objects.exists()


def test_what_is_deleted_for_good_leaves_no_version():
    contact, other = make_contact(), make_contact()

    contact.delete()

    assert not Version.objects.get_for_object_reference(type(contact), contact.pk).exists()
    assert revisions_of(other)


def test_all_that_staff_edit_has_a_history():
    assert all(is_kept(model) for model in unit_models())
    assert is_kept(Topic)
    assert not is_kept(PracticeSection)


def test_the_history_of_a_long_factsheet_asks_the_database_as_often_as_that_of_a_short_one():
    counts = []
    for parts in (1, 12):
        practice = make_practice(contacts=[make_contact() for _ in range(parts)], body="<p>Des fleurs</p>")
        with CaptureQueriesContext(connection) as captured:
            practice.save()
        counts.append(len(captured))

    assert counts[0] == counts[1]


# The page


def page_of(client, obj, language: str = "fr", query: str = "") -> str:
    address = f"/admin/{obj._meta.app_label}/{obj._meta.model_name}/{obj.pk}/history/{query}"
    return client.get(address, headers={"accept-language": language}).content.decode().partition('class="versions"')[2]


def words_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


messages = pytest.mark.ignore_template_errors


@messages
def test_the_history_says_what_changed_word_by_word_and_from_what_to_what(client, staff):
    """A12: “Modification de État”, and never from what to what."""
    practice = make_practice(title_fr="Le jardin", body="<p>Des fleurs et des <strong>fruits</strong></p>")
    with batch(by=staff, how=How.FORM):
        practice.state, practice.title_de = State.ARCHIVED, "Der Garten"
        practice.save()
        practice.sections.update(body_fr="<p>Des fleurs et des légumes</p>")
        PracticeSection.objects.create(practice=practice, kind=SectionKind.COSTS, body_fr="<p>Rien</p>")

    text = words_of(page_of(client, practice).partition('class="version"')[2])

    assert "staff" in text
    assert "publiée → archivée" in text
    assert "Titre (Deutsch) ajouté : Der Garten" in text
    assert "retiré : fruits ajouté : légumes" in text
    assert "Ajouté : Section: Coûts" in text or "Ajouté : Section : Coûts" in text


@messages
@pytest.mark.parametrize("language", ["fr", "de", "lb"])
def test_the_history_is_in_the_language_of_its_reader(client, staff, language):
    """A12: names of sections and roles stood there in English in every language."""
    practice = make_practice(organisations=(make_organisation(),))
    PracticeSection.objects.create(practice=practice, kind=SectionKind.DESCRIPTION, body_fr="<p>Des fleurs</p>")
    practice.practice_organisations.update(role="funder")

    text = words_of(page_of(client, practice, language))

    with translation.override(language):
        assert str(SectionKind.DESCRIPTION.label) in text
        assert gettext("Restore this version") in text
    for english in ["Description and approach", "funded by", "carried by", "Section added", "section:"]:
        assert english not in text


@messages
@pytest.mark.usefixtures("staff")
def test_any_two_versions_are_compared(client):
    practice = make_practice(title_fr="un")
    for title in ("deux", "trois"):
        practice.title_fr = title
        practice.save()
    keys = [version.pk for version in Version.objects.get_for_object(practice)]

    text = words_of(page_of(client, practice, query=f"?from={keys[0]}&to={keys[2]}").partition("<form")[0])

    assert "retiré : un ajouté : trois" in text


@messages
def test_a_long_history_has_pages_and_asks_the_database_as_often(client, staff):
    practice, counts = make_practice(title_fr="0"), []
    page_of(client, practice)
    for number in range(45):
        practice.title_fr = str(number)
        practice.save()
        if number in (24, 44):
            with CaptureQueriesContext(connection) as captured:
                page = page_of(client, practice)
            counts.append(len(captured))

    assert page.count('class="version"') == 20
    assert page_of(client, practice, query="?page=3").count('class="version"') == 6
    assert counts[0] == counts[1]


@messages
@pytest.mark.usefixtures("staff")
def test_every_object_has_a_history_page(client):
    everything_once()

    rows = [row for model in unit_models() if (row := model._default_manager.order_by("pk").first())]
    assert len(rows) > 7
    for row in rows:
        row.save()
        assert 'class="version"' in page_of(client, row)


# The way back


def state_of(practice: Practice) -> dict:
    translations = Translation.objects.of(practice).order_by("language")
    return {
        "row": Practice.objects.filter(pk=practice.pk).values().get() | {"updated_at": None},
        "sections": list(practice.sections.order_by("pk").values()),
        "organisations": list(practice.practice_organisations.order_by("pk").values()),
        "contacts": list(practice.practice_contacts.order_by("pk").values()),
        "communes": list(practice.practice_communes.order_by("pk").values()),
        "topics": set(practice.topics.values_list("pk", flat=True)),
        "sessions": set(practice.sessions.values_list("pk", flat=True)),
        "translations": list(translations.values("language", "state", "is_reviewed", "based_on", "recorded")),
    }


@messages
def test_a_version_is_restored_with_texts_parts_relations_and_states_and_can_be_undone(client, staff):
    practice = make_practice(
        title_fr="Le jardin", title_de="Der Garten", title_lb="De Gaart", title_en="The garden", summary_de="Kurz",
        topics=(make_topic(),), contacts=(make_contact(),), communes=(make_commune(),), body="<p>Des fleurs</p>",
        organisations=(make_organisation(), make_organisation()), state=State.DRAFT,
    )  # fmt: skip
    make_session().practices.add(practice)
    PracticeSection.objects.update(body_de="<p>Blumen</p>")
    practice.mark_reviewed("de", by=staff)
    before = state_of(practice)
    chosen = Version.objects.get_for_object(practice).first()
    practice = Practice.objects.get(pk=practice.pk)
    with batch(by=staff, how=How.FORM):
        practice.title_fr, practice.title_de, practice.title_lb, practice.title_en = "Le potager", "x", "", "y"
        practice.save()
        practice.topics.set([make_topic()])
        practice.sections.all().delete()
        practice.practice_contacts.all().delete()
        PracticeSection.objects.create(practice=practice, kind=SectionKind.DESCRIPTION, body_fr="<p>Autre</p>")
        first, second = practice.practice_organisations.order_by("pk")
        one, other = first.organisation, second.organisation
        second.delete()
        first.organisation = other
        first.save()
        practice.practice_organisations.create(organisation=one, role="carrier")
    changed = state_of(practice)
    address = f"/admin/practices/practice/{practice.pk}/history/"

    question = client.get(f"{address}{chosen.pk}/").content.decode()
    client.post(f"{address}{chosen.pk}/")
    restored = state_of(practice)
    latest = Version.objects.get_for_object(practice).select_related("revision")
    client.post(f"{address}{latest[1].pk}/")

    assert "potager" in words_of(question)
    assert restored == before
    assert state_of(practice) == changed
    assert (latest[0].revision.comment, latest[0].revision.user) == (How.RESTORE, staff)
    assert not list(differences())
    assert RecordEntry.objects.filter(act="restored", by=staff).count() == 2


@messages
def test_restoring_keeps_address_and_state_and_leaves_out_what_is_gone(client, staff):
    contact, topic = make_contact(), make_topic()
    practice = make_practice(slug="old", state=State.DRAFT, contacts=(contact,), topics=(topic,), title_fr="Le jardin")
    chosen = Version.objects.get_for_object(practice).first()
    practice.practice_contacts.all().delete()
    contact.delete()
    topic.delete()
    practice.slug, practice.state, practice.title_fr = "new", State.IN_REVIEW, "Le potager"
    practice.save()

    client.post(f"/admin/practices/practice/{practice.pk}/history/{chosen.pk}/")

    practice.refresh_from_db()
    assert (practice.slug, practice.state, practice.title_fr) == ("new", State.IN_REVIEW, "Le jardin")
    assert not practice.contacts.exists()
    assert not list(differences())


@messages
def test_who_may_not_publish_restores_nothing_public(client):
    practice = make_practice()
    chosen = Version.objects.get_for_object(practice).first()
    client.force_login(make_staff("translator"))

    assert client.post(f"/admin/practices/practice/{practice.pk}/history/{chosen.pk}/").status_code == 403


@messages
def test_the_form_says_who_changed_it_last(client, staff):
    practice = make_practice()
    with batch(by=staff, how=How.FORM):
        practice.save()

    page = client.get(f"/admin/practices/practice/{practice.pk}/change/").content.decode()

    assert "par staff" in re.search(r'class="bar-note">([^<]+)', page)[1]


@messages
def test_the_form_says_who_wrote_it_and_since_when_it_is_public(client, staff):
    with batch(by=staff, how=How.FORM):
        practice = make_practice(published_at=datetime(2026, 3, 4, 12, tzinfo=UTC))
    Practice.objects.filter(pk=practice.pk).update(year=2018)

    page = client.get(f"/admin/practices/practice/{practice.pk}/change/").content.decode()

    written, changed, public = re.search(r'class="bar-note">([^<]+)', page)[1].split(" · ")
    assert re.fullmatch(r"Création le .* par staff.*", written)
    assert changed.startswith("Dernière modification le ")
    assert public == "en ligne depuis le 04/03/2026"
