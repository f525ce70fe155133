"""The question that follows a change of an original: a small correction, or to be translated again?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import RecordEntry
from practices.models import Practice
from tests.factories import make_practice, make_topic
from translations.corrections import answer, questions
from translations.models import Translation

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice():
    practice = make_practice(title_fr="Café", title_de="Kaffee", title_en="Coffee", summary_fr="Un résumé")
    Practice.objects.update(summary_de="Auszug", summary_en="Summary")
    return practice


def change(practice: Practice, **fields: str) -> None:
    Practice.objects.filter(pk=practice.pk).update(**fields)


def asked(practice: Practice) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [
        (text.path, text.old, text.new, text.languages)
        for question in questions([practice.fresh()])
        for text in question.texts
    ]


def keys(practice: Practice) -> list[str]:
    return [text.key for question in questions([practice.fresh()]) for text in question.texts]


def states(practice: Practice) -> dict[str, str]:
    return {row.language: row.state for row in Translation.objects.of(practice)}


def test_a_changed_original_is_asked_about_with_the_languages_that_it_made_outdated(practice):
    change(practice, title_fr="Café !")

    assert asked(practice) == [("title", "Café", "Café !", ("de", "en"))]
    assert [words for question in questions([practice.fresh()]) for words in question.texts[0].difference] == [
        ("same", "Café"),
        ("added", "!"),
    ]


def test_a_small_correction_gives_the_states_back_and_is_on_record(practice, django_user_model):
    anne = django_user_model.objects.create_user("anne")
    practice.mark_reviewed("de", by=anne)
    change(practice, title_fr="Café !", summary_fr="Un résumé.")

    answered = answer(practice, keys(practice), is_small=True, by=anne)

    assert answered == ["summary", "title"]
    assert states(practice) == {"de": "reviewed", "en": "draft", "lb": "missing"}
    assert asked(practice) == []
    entry = RecordEntry.objects.get(act="small correction")
    assert (entry.by, entry.about_key, entry.details["texts"]) == (anne, str(practice.pk), ["summary", "title"])


def test_one_of_several_texts_is_answered_for_alone(practice):
    change(practice, title_fr="Café !", summary_fr="Tout autre chose")
    _summary, title = sorted(keys(practice))

    answer(practice, [title], is_small=True, by=None)

    assert states(practice)["de"] == "outdated"
    assert [path for path, *_more in asked(practice)] == ["summary"]


def test_to_be_translated_again_is_asked_no_more_until_the_text_changes_again(practice):
    change(practice, title_fr="Grand café")

    answer(practice, keys(practice), is_small=False, by=None)

    assert states(practice)["de"] == "outdated"
    assert asked(practice) == []
    change(practice, title_fr="Grand café !")
    assert asked(practice) == [("title", "Café", "Grand café !", ("de", "en"))]


def test_what_changed_again_since_the_question_was_shown_stays_open(practice):
    change(practice, title_fr="Café !")
    shown = keys(practice)
    change(practice, title_fr="Grand café")

    assert answer(practice, shown, is_small=True, by=None) == []
    assert states(practice)["de"] == "outdated"
    assert asked(practice) == [("title", "Café", "Grand café", ("de", "en"))]


def test_each_language_is_asked_about_from_the_original_that_it_was_made_from(practice):
    change(practice, title_fr="Café noir")
    change(practice, title_de="Schwarzer Kaffee")
    change(practice, title_fr="Café noir !")

    assert asked(practice) == [
        ("title", "Café noir", "Café noir !", ("de",)),
        ("title", "Café", "Café noir !", ("en",)),
    ]


def test_a_text_that_was_translated_meanwhile_is_asked_about_no_more(practice):
    change(practice, title_fr="Grand café", title_de="Großes Café", title_en="Large café")

    assert asked(practice) == []


def test_where_nothing_was_translated_nothing_is_asked():
    practice = make_practice(title_fr="Café")

    change(practice, title_fr="Grand café")

    assert asked(practice) == []


def test_texts_of_parts_are_asked_about_by_their_names():
    practice = make_practice(title_fr="Café", body="<p>Un <em>texte</em></p>")
    practice.sections.update(body_de="<p>Ein Text</p>")
    practice.sections.update(body_fr="<p>Un autre texte</p>")

    [question] = questions([practice.fresh()])

    assert [text.label for text in question.texts] == [f"{practice.sections.get()} · texte"]
    assert question.texts[0].difference == [("same", "Un"), ("added", "autre"), ("same", "texte")]


def test_a_change_of_marks_alone_has_no_words_to_show():
    practice = make_practice(title_fr="Café", body="<p>Un texte</p>")
    practice.sections.update(body_de="<p>Ein Text</p>")
    practice.sections.update(body_fr="<p>Un <strong>texte</strong></p>")

    [question] = questions([practice.fresh()])

    assert question.texts[0].difference == []


def test_many_units_are_asked_about_in_as_many_statements():
    def statements(count: int) -> int:
        units = [make_topic(name_de="x").fresh() for _number in range(count)]
        with CaptureQueriesContext(connection) as captured:
            questions(units)
        return len(captured)

    assert statements(2) == statements(10)
