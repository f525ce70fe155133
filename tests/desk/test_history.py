"""Versions of every change, whatever way it is made; what changed, and the way back."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from reversion.models import Revision, Version

from core.changes import How, batch
from desk.history import BEFORE, is_kept
from practices.models import Practice, PracticeSection, SectionKind, Topic
from tests.factories import make_commune, make_contact, make_practice, make_session, make_topic
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
    translation = Translation.objects.get(content_type__model="topic", language="de")

    client.post(f"/admin/practices/topic/{topic.pk}/change/", {"slug": "sport", "name_fr": "le sport"})
    page = client.get(f"/admin/translations/translation/{translation.pk}/change/")
    field = page.context["texts"][0]
    seen = {f"seen-{field['pair'].name}": field["pair"].seen, field["pair"].name: "der Sport"}
    client.post(f"/admin/translations/translation/{translation.pk}/change/", seen)
    with batch(by=staff, how=How.LIST):
        session.save()

    assert [(row.user, row.comment) for row in revisions_of(topic)[:2]] == [(staff, How.DESK), (staff, How.FORM)]
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
