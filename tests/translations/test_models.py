import pytest
from django.db import IntegrityError, transaction

from core.changes import batch
from practices.models import Practice, PracticeSection, SectionKind, Term
from tests.factories import make_contact, make_practice, make_session, make_topic
from translations.models import (
    Translation,
    TranslationState,
    translated_fields,
    unit_models,
)

pytestmark = pytest.mark.django_db


def state(unit, language: str) -> str:
    return Translation.objects.of(unit).get(language=language).state


def change(unit, by=None, **fields) -> None:
    """What the admin does when staff save: texts before, the change, the record."""
    with batch(by=by):
        type(unit).objects.filter(pk=unit.pk).update(**fields)


@pytest.fixture
def topic():
    return make_topic(name_fr="langues", name_de="Sprachen", name_en="languages")


def test_what_is_there_is_a_machine_draft_and_what_is_not_is_missing(topic):
    assert state(topic, "de") == TranslationState.DRAFT
    assert state(topic, "lb") == TranslationState.MISSING


def test_a_change_of_the_original_makes_its_translations_outdated(topic):
    change(topic, name_fr="langues et cafés")

    assert state(topic, "de") == state(topic, "en") == TranslationState.OUTDATED
    assert state(topic, "lb") == TranslationState.MISSING


def test_the_old_and_the_new_original_can_be_compared(topic):
    change(topic, name_fr="langues et cafés")
    change(topic, name_fr="langues, cafés, jeux")

    stale = Translation.objects.of(topic).get(language="de").outdated_originals(topic.fresh().texts("fr"))

    assert stale == {"name": ("langues", "langues, cafés, jeux")}


def test_a_translation_that_is_changed_along_is_up_to_date(topic):
    change(topic, name_fr="sport", name_de="Sport")

    assert state(topic, "de") == TranslationState.DRAFT
    assert state(topic, "en") == TranslationState.OUTDATED


def test_marking_as_reviewed_brings_a_translation_up_to_date_and_says_who_and_when(topic, django_user_model):
    anne = django_user_model.objects.create_user("anne")
    change(topic, name_fr="langues et cafés")

    topic.mark_reviewed("de", by=anne)

    translation = Translation.objects.of(topic).get(language="de")
    assert translation.state == TranslationState.REVIEWED
    assert translation.set_by == anne
    assert translation.percentage == 100


def test_a_reviewed_translation_that_is_rewritten_is_a_draft_until_it_is_reviewed_again(topic):
    topic.mark_reviewed("de", by=None)
    change(topic, name_fr="sport")
    assert state(topic, "de") == TranslationState.OUTDATED

    change(topic, name_de="Sport")
    assert state(topic, "de") == TranslationState.DRAFT

    topic.mark_reviewed("de", by=None)
    assert state(topic, "de") == TranslationState.REVIEWED


def test_what_is_written_in_one_language_leaves_the_review_of_another(topic):
    topic.mark_reviewed("de", by=None)
    topic.mark_reviewed("en", by=None)

    change(topic, name_en="tongues")

    assert state(topic, "de") == TranslationState.REVIEWED
    assert state(topic, "en") == TranslationState.DRAFT


def test_an_original_that_comes_back_in_other_words_has_changed(topic):
    change(topic, name_fr="")
    change(topic, name_fr="sport")

    assert state(topic, "de") == TranslationState.OUTDATED


def test_line_ends_are_no_change():
    term = Term.objects.create(
        slug="pci", name_fr="plan", name_de="Plan", aliases_fr="a\nb", aliases_de="c\nd", name_en="plan", aliases_en="e"
    )
    term.mark_reviewed("de", by=None)

    change(term, aliases_fr="a\r\nb")
    change(term, aliases_de="c\r\nd")

    assert state(term, "de") == TranslationState.REVIEWED
    assert not Translation.objects.filter(state=TranslationState.OUTDATED).exists()


def make_own_section() -> PracticeSection:
    fields = {"kind": SectionKind.OTHER, "heading_fr": "Un titre", "body_fr": "<p>Texte</p>"}
    return PracticeSection.objects.create(practice=make_practice(), **fields)


# The parts whose natural key holds a text, and that text.
@pytest.mark.parametrize(
    ("make", "field"),
    [
        (make_own_section, "heading"),
        (lambda: make_practice().indicators.create(value=1, label_fr="femmes"), "label"),
        (lambda: make_session().agenda_items.create(title_fr="Accueil", description_fr="Café"), "title"),
        (lambda: make_session().speakers.create(name="Anne", affiliation_fr="ASTI"), "affiliation"),
        (lambda: make_session().figures.create(value=1, label_fr="associations"), "label"),
    ],
)
def test_a_new_name_of_a_part_outdates_its_translation_and_hides_no_earlier_change(make, field):
    part = make()
    unit = getattr(part, part.natural_key_fields[0].partition("__")[0])
    fields = translated_fields(type(part))
    type(unit).objects.update(title_de="Titel")
    type(unit).objects.update(summary_de="Auszug")
    type(part).objects.update(**{f"{name}_de": "Text" for name in fields})
    assert state(unit, "de") == TranslationState.DRAFT

    for name in sorted(fields, key=field.__eq__):
        type(part).objects.update(**{f"{name}_fr": "Tout autre"})

    stale = Translation.objects.of(unit).get(language="de").outdated_originals(unit.fresh().texts("fr"))
    assert state(unit, "de") == TranslationState.OUTDATED
    assert {path.rpartition("/")[2] for path in stale} == set(fields)


def test_a_translation_is_reviewed_once_each_of_its_texts_is(django_user_model):
    anne = django_user_model.objects.create_user("anne")
    practice = make_practice(title_fr="Café", title_de="Kaffee", summary_de="Auszug", body="<p>Texte</p>")
    practice.sections.update(body_de="<p>Text</p>")
    body = f"sections/{practice.sections.get().pk}/body"

    practice.mark_reviewed("de", by=anne, paths=["title", "summary"])
    assert state(practice, "de") == TranslationState.DRAFT
    practice.mark_reviewed("de", by=anne, paths=[body])
    assert state(practice, "de") == TranslationState.REVIEWED

    change(practice, summary_de="Kurz")
    row = practice.translation_in("de")
    assert (row.state, set(row.read)) == (TranslationState.DRAFT, {"title", body})
    practice.mark_reviewed("de", by=anne, paths=["summary"])
    assert state(practice, "de") == TranslationState.REVIEWED


def test_a_review_counts_again_when_the_old_original_comes_back(topic):
    topic.mark_reviewed("de", by=None)

    change(topic, name_fr="sport")
    change(topic, name_fr="langues")

    assert state(topic, "de") == TranslationState.REVIEWED


def test_a_review_can_be_taken_back_as_a_whole_or_only_what_was_marked_at_one_moment():
    practice = make_practice(title_fr="Café", title_de="Kaffee", summary_de="Auszug")
    practice.mark_reviewed("de", by=None, paths=["title"])
    moment = practice.mark_reviewed("de", by=None).set_at

    row = practice.take_back_review("de", by=None, of=moment)
    assert (row.state, list(row.read)) == (TranslationState.DRAFT, ["title"])

    assert practice.take_back_review("de", by=None).read == {}


def test_an_object_without_any_text_is_not_reviewed():
    contact = make_contact(role_fr="")

    contact.mark_reviewed("de", by=None)

    assert state(contact, "de") == TranslationState.DRAFT


def test_what_is_missing_stays_missing_when_it_is_marked_as_reviewed(topic):
    topic.mark_reviewed("lb", by=None)

    assert state(topic, "lb") == TranslationState.MISSING


def test_a_practice_is_translated_together_with_its_parts():
    practice = make_practice(title_fr="Café", title_de="Kaffee", summary_de="Auszug", body="<p>Texte</p>")
    assert state(practice, "de") == TranslationState.MISSING

    PracticeSection.objects.update(body_de="<p>Text</p>")
    assert state(practice, "de") == TranslationState.DRAFT

    PracticeSection.objects.update(body_fr="<p>Un autre texte</p>")

    translation = Translation.objects.of(practice).get(language="de")
    assert translation.state == TranslationState.OUTDATED
    assert (translation.done, translation.total, translation.percentage) == (2, 3, 66)


def test_deleting_an_object_deletes_the_record_of_its_translations(topic):
    topic.delete()

    assert not Translation.objects.exists()


def test_the_record_is_begun_once():
    make_topic()
    count = Translation.objects.count()

    assert Translation.objects.count() == count > 0


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "perhaps"}, "translation_state_is_known"),
        ({"language": "fr"}, "source_language_has_no_translation"),
    ],
)
def test_the_database_refuses_a_record_that_breaks_a_rule(topic, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Translation.objects.filter(language="de").update(**fields)


def test_reading_all_texts_asks_the_database_as_often_for_many_parts(django_assert_num_queries):
    practice = make_practice(body="<p>Texte</p>")
    for number in range(9):
        practice.indicators.create(value=number, label_fr=f"{number}")

    with django_assert_num_queries(1 + len(Practice.translation_parts)):
        practice.fresh().texts("fr")


def test_everything_that_readers_read_is_a_unit_of_translation():
    names = {model.__name__ for model in unit_models()}

    assert names == {
        "ThemeBlock", "Topic", "Audience", "SourceDocument", "Term", "Practice", "Organisation", "Contact", "Session",
    }  # fmt: skip
