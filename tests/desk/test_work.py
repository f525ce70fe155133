"""What `manage.py work` does every hour with what staff left behind, and what the first page says of it."""

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone
from reversion.models import Revision, Version

from desk import history
from desk.bin import DAYS_KEPT
from library.models import EmptySearch
from practices.models import Practice, Topic
from tests.factories import make_practice, make_staff, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


def put_in_bin(days_ago: int) -> Practice:
    practice = make_practice()
    practice.put_in_bin(by=None)
    Practice.everything.filter(pk=practice.pk).update(deleted_at=timezone.now() - datetime.timedelta(days=days_ago))
    return practice


def test_work_empties_the_bin_of_what_is_old_and_forgets_old_searches():
    old, new = put_in_bin(DAYS_KEPT + 1), put_in_bin(DAYS_KEPT - 1)
    today = timezone.localdate()
    for days in (DAYS_KEPT + 1, 1):
        EmptySearch.objects.create(language="fr", fingerprint=str(days), last_on=today - datetime.timedelta(days=days))

    call_command("work")

    assert list(Practice.everything.filter(pk__in=[old.pk, new.pk])) == [new]
    assert [search.fingerprint for search in EmptySearch.objects.all()] == ["1"]


def changed_often(times: int) -> Topic:
    topic = make_topic()
    for number in range(times):
        topic.name_fr = f"name {number}"
        topic.save()
    return topic


def age(topic: Topic) -> None:
    revisions = Version.objects.get_for_object(topic).values("revision")
    long_ago = timezone.now() - history.KEPT_FOR - datetime.timedelta(days=1)
    Revision.objects.filter(pk__in=list(revisions.values_list("revision", flat=True))).update(date_created=long_ago)


def names_in_history(topic: Topic) -> list[str]:
    return [version.object_repr for version in Version.objects.get_for_object(topic)]


def test_work_keeps_the_newest_versions_of_each_object_and_all_that_are_not_old(monkeypatch):
    monkeypatch.setattr(history, "ALWAYS_KEPT", 2)
    old, mixed, new = changed_often(4), changed_often(1), changed_often(4)
    age(old)
    age(mixed)
    for number in range(3):
        mixed.name_fr = f"new {number}"
        mixed.save()
    before = names_in_history(new)

    call_command("work")

    assert names_in_history(old) == ["name 3", "name 2"]
    assert names_in_history(mixed) == ["new 2", "new 1", "new 0"]
    assert names_in_history(new) == before
    # Nothing is left of the others.
    assert not Revision.objects.filter(version=None).exists()


def bin_lines(client) -> list:
    lines = [line for card in client.get("/admin/").context["cards"] for line in card["lines"]]
    return [(line.label, line.note) for line in lines if getattr(line, "url", "") == "/admin/bin/"]


def test_the_first_page_says_how_much_is_in_the_bin_and_when_the_first_goes(client, staff):
    assert bin_lines(client) == []

    put_in_bin(10)
    put_in_bin(2)

    day = timezone.localdate() + datetime.timedelta(days=DAYS_KEPT - 10)
    note = f"Le premier sera supprimé le {day:%d/%m/%Y}."
    assert bin_lines(client) == [("2 objets dans la corbeille", note)]


def test_who_may_bring_nothing_back_reads_nothing_of_the_bin(client):
    put_in_bin(10)
    client.force_login(make_staff("translator"))

    assert bin_lines(client) == []
