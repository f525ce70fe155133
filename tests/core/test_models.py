import json
import unicodedata

import pytest
from django.core import serializers

from practices.models import Topic
from tests.factories import make_topic

pytestmark = pytest.mark.django_db

COMPOSED = "Été à Käerjeng"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


def save() -> None:
    topic = make_topic()
    topic.name_fr = DECOMPOSED
    topic.save(update_fields=["name_fr"])


def update() -> None:
    make_topic()
    Topic.objects.update(name_fr=DECOMPOSED)


def bulk_create() -> None:
    Topic.objects.bulk_create([Topic(slug="topic", name_fr=DECOMPOSED)])


def bulk_update() -> None:
    topic = make_topic()
    topic.name_fr = DECOMPOSED
    Topic.objects.bulk_update([topic], ["name_fr"])


def load_fixture() -> None:
    rows = [{"model": "practices.topic", "fields": {"slug": "topic", "name_fr": DECOMPOSED}}]
    for row in serializers.deserialize("json", json.dumps(rows)):
        row.save()


@pytest.mark.parametrize(
    "write",
    [lambda: make_topic(name_fr=DECOMPOSED), save, update, bulk_create, bulk_update, load_fixture],
    ids=["create", "save", "update", "bulk_create", "bulk_update", "load_fixture"],
)
def test_letters_are_stored_with_their_accents_as_one_character(write):
    assert len(DECOMPOSED) > len(COMPOSED)

    write()

    assert Topic.objects.values_list("name_fr", flat=True).get() == COMPOSED


def test_saving_does_not_read_what_was_not_read():
    make_topic(slug="topic")
    topic = Topic.objects.only("slug").get()

    topic.slug = "other"
    topic.save()

    assert "name_fr" not in topic.__dict__
