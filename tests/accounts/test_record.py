"""The record is only added to."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import append_only
from accounts.models import RecordEntry
from accounts.record import forget_old, note
from tests.factories import make_practice, make_staff

pytestmark = pytest.mark.django_db


def make_old_entry() -> RecordEntry:
    entry = note("logged in", by=None)
    append_only.run(connection, append_only.UNPROTECT)
    RecordEntry.objects.update(at=timezone.now() - datetime.timedelta(days=370))
    append_only.run(connection, append_only.PROTECT)
    return entry


def test_who_did_what_about_what_is_noted():
    anne, practice = make_staff("editor", first_name="Anne"), make_practice(title_fr="Jardin\nnouveau")

    note("published", by=anne, about=practice, small=True)

    entry = RecordEntry.objects.get()
    assert (entry.act, entry.by, entry.by_name) == ("published", anne, "Anne")
    assert (entry.about_model, entry.about_key, entry.about) == (
        "practices.practice",
        str(practice.pk),
        "Jardin nouveau",
    )
    assert entry.details == {"small": True}


def test_an_act_without_words_is_not_noted():
    with pytest.raises(ValueError, match="flew"):
        note("flew", by=None)


@pytest.mark.parametrize(
    "change",
    [
        lambda: RecordEntry.objects.update(act="left"),
        lambda: RecordEntry.objects.all().delete(),
        lambda: connection.cursor().execute(f"DELETE FROM {append_only.TABLE}"),
    ],
    ids=["update", "delete", "delete by hand"],
)
def test_the_database_refuses_to_change_the_record(change):
    note("logged in", by=make_staff("editor"))

    with pytest.raises(IntegrityError, match="record"), transaction.atomic():
        change()

    assert RecordEntry.objects.get().act == "logged in"


def test_the_database_refuses_to_replace_or_empty_the_record():
    entry = note("logged in", by=None)
    statement = {
        "sqlite": f"INSERT OR REPLACE INTO {append_only.TABLE} SELECT * FROM {append_only.TABLE} WHERE id = {entry.pk}",
        "postgresql": f"TRUNCATE {append_only.TABLE}",
    }[connection.vendor]

    with pytest.raises(IntegrityError, match="record"), transaction.atomic():
        connection.cursor().execute(statement)

    assert RecordEntry.objects.get() == entry


def test_what_is_older_than_a_year_is_forgotten():
    make_old_entry()
    new = note("logged in", by=None)

    count = forget_old()

    assert count == 1
    assert RecordEntry.objects.get() == new


def test_who_is_deleted_stays_on_record():
    anne = make_staff(first_name="Anne")
    note("logged in", by=anne)

    anne.delete()

    assert RecordEntry.objects.get().by_name == "Anne"
