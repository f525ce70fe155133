import json
import unicodedata

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError

from practices.models import Practice, PracticeSection, SectionKind, Topic
from tests.factories import make_practice, make_topic

pytestmark = pytest.mark.django_db

COMPOSED = "Été à Käerjeng"
# With a line break of Word in it, which neither a feed nor a file for translators could hold.
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED).replace(" ", "\x0b")


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
def test_texts_are_stored_as_every_file_can_hold_them_with_one_character_for_each_letter(write):
    assert len(DECOMPOSED) > len(COMPOSED)

    write()

    assert Topic.objects.values_list("name_fr", flat=True).get() == COMPOSED


def test_saving_does_not_read_what_was_not_read():
    make_topic(slug="topic")
    topic = Topic.objects.only("slug").get()

    topic.slug = "other"
    topic.save()

    assert "name_fr" not in topic.__dict__


def test_each_rule_that_a_row_breaks_is_told():
    practice = Practice(title_fr="", state="nowhere", territory="local", status="", cost_band="")

    with pytest.raises(ValidationError) as error:
        practice.validate_constraints()

    assert error.value.messages == ["Choisissez un état.", "Indiquez le titre dans la langue source."]


def test_a_rule_is_left_out_that_reads_a_field_which_is_not_checked():
    practice = Practice(title_fr="", state="nowhere", territory="local", status="", cost_band="")

    practice.validate_constraints(exclude={"title_fr", "state"})


def test_a_row_that_keeps_its_rules_but_is_a_double_is_refused():
    practice = make_practice(body="<p>Texte</p>")
    double = PracticeSection(practice=practice, kind=SectionKind.DESCRIPTION, body_fr="<p>Texte</p>")

    with pytest.raises(ValidationError, match="déjà"):
        double.validate_constraints()


def test_a_row_that_keeps_its_rules_is_asked_about_once(django_assert_num_queries):
    practice = make_practice()

    with django_assert_num_queries(3):  # two of them open and close a transaction
        practice.validate_constraints()
