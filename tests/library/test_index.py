"""The index and those who write to it at the same time."""

import sqlite3
import threading
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pyroaring import BitMap

from contacts.models import Display
from core.models import Version
from library.index import index
from library.models import PostingList
from library.search import matching
from library.sets import Library
from practices.models import Practice, Topic
from tests.factories import make_commune, make_contact, make_merged_commune, make_practice, make_theme, make_topic


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_both_stand_in_the_index():
    """Without turns, the second would write over the set that the first has just changed."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one writer in at a time by itself.")
    theme = make_theme(slug="pci")
    first, second = (make_practice(theme=theme, title_fr="Avant") for _ in range(2))
    Practice.objects.update(title_fr="Jardin")
    begun, ended = threading.Event(), threading.Event()

    def save_the_second() -> None:
        begun.set()
        index([second.pk])
        ended.set()
        connection.close()

    with transaction.atomic():
        index([first.pk])
        thread = threading.Thread(target=save_the_second)
        thread.start()
        begun.wait()
        assert not ended.wait(timeout=1)
    thread.join()

    assert set(matching(Practice.objects.all(), "jardin")) == {first, second}
    assert not matching(Practice.objects.all(), "avant")


@pytest.mark.django_db
def test_what_does_not_change_is_not_written():
    practice = make_practice(title_fr="Jardin")
    before = list(PostingList.objects.order_by("word").values())
    version = Version.objects.get(name="library")

    index([practice.pk])

    assert list(PostingList.objects.order_by("word").values()) == before
    assert Version.objects.get(name="library").token != version.token


@pytest.fixture
def few_values_in_a_statement(db):
    """SQLite as it was built for long; a large library meets the limit of newer builds in the same way."""
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite limits the values in a statement.")
    connection.ensure_connection()
    before = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


@pytest.mark.usefixtures("few_values_in_a_statement")
def test_a_fiche_may_have_more_words_than_sqlite_takes_values_in_a_statement():
    words = [f"{chr(97 + number % 26)}x{number}" for number in range(2000)]
    practice = make_practice(title_fr="Jardin", summary_fr=" ".join(words))

    assert list(matching(Practice.objects.all(), words[-1])) == [practice]


@pytest.mark.django_db
def test_a_word_that_no_fiche_has_any_more_is_forgotten():
    practice = make_practice(title_fr="Jardin")
    Practice.objects.filter(pk=practice.pk).update(title_fr="Verger")

    index([practice.pk])

    assert not PostingList.objects.filter(word="jardin").exists()


@pytest.mark.django_db
def test_a_deleted_fiche_is_found_no_more():
    make_practice(title_fr="Jardin")
    kept = make_practice(title_fr="Jardin clos")

    Practice.objects.exclude(pk=kept.pk).delete()

    assert set(matching(Practice.objects.all(), "jardin")) == {kept}
    assert set(Library().all) == {kept.pk}


@pytest.mark.django_db
def test_a_word_without_end_is_no_reason_to_fail():
    practice = make_practice(title_fr="Jardin", body=f"<p>{'a' * 5000}</p>")

    assert set(matching(Practice.objects.all(), "jardin")) == {practice}


def found(words: str) -> set[Practice]:
    return set(matching(Practice.objects.all(), words))


@pytest.mark.django_db
def test_a_renamed_topic_is_found_by_its_new_name():
    topic = make_topic(name_fr="langues")
    practice = make_practice(topics=(topic,))

    topic.name_fr = "idiomes"
    topic.save()

    assert found("idiomes") == {practice}
    assert not found("langues")


@pytest.mark.django_db
def test_a_contact_who_is_hidden_leads_nowhere_from_then_on():
    contact = make_contact(name="Jeanne Visible")
    practice = make_practice(contacts=(contact,))
    assert found("jeanne") == {practice}

    contact.display = Display.HIDDEN
    contact.save()

    assert not found("jeanne")


@pytest.mark.django_db
def test_a_deleted_topic_leaves_the_facets():
    make_practice(topics=(make_topic(slug="sport"),))

    Topic.objects.all().delete()

    assert not Library().having("topic", "sport")


@pytest.mark.django_db
def test_a_merger_moves_the_fiches_and_its_correction_moves_them_back():
    wahl, grosbous, new, wrong = (make_commune() for _ in range(4))
    practice = make_practice(communes=(wahl,))

    wahl.successor, wahl.valid_to = wrong, date(2023, 8, 31)
    wahl.save()
    assert set(Library().in_communes(wrong)) == {practice.pk}
    wahl.successor = new
    wahl.save()

    library = Library()
    assert set(library.in_communes(new)) == set(library.in_communes(wahl)) == {practice.pk}
    assert not library.in_communes(wrong, grosbous)


@pytest.mark.django_db
def test_fiches_of_two_mergers_in_a_row_stand_in_the_commune_of_today():
    first, second, today = (make_commune() for _ in range(3))
    practice = make_practice(communes=(first,))
    for commune, successor in [(first, second), (second, today)]:
        commune.successor, commune.valid_to = successor, date(2023, 8, 31)
        commune.save()

    assert set(Library().in_communes(today)) == {practice.pk}


@pytest.mark.django_db
def test_saving_what_no_fiche_is_tied_to_leaves_the_index_alone():
    make_practice()
    version = Version.objects.get(name="library")
    topic = make_topic()
    topic.save()

    assert Version.objects.get(name="library").token == version.token


@pytest.mark.django_db
def test_a_former_commune_that_is_entered_later_has_the_fiches_of_its_successor():
    today = make_commune()
    practice = make_practice(communes=(today,))

    former = make_merged_commune(today)

    assert set(Library().in_communes(former)) == {practice.pk}


@pytest.mark.django_db
def test_what_the_index_does_not_hold_is_saved_without_indexing():
    contact = make_contact()
    make_practice(contacts=(contact,))
    version = Version.objects.get(name="library")

    contact.phones = "+352 43 83 33-1"
    contact.save()

    assert Version.objects.get(name="library").token == version.token


@pytest.mark.django_db
def test_letters_that_grow_when_folded_are_no_reason_to_fail():
    practice = make_practice(title_fr="ß" * 60)

    assert found("ß" * 60) == set()
    assert set(Library().all) == {practice.pk}


@pytest.mark.django_db
def test_the_index_can_be_dumped_and_loaded(tmp_path):
    practice = make_practice(title_fr="Jardin")
    dump = tmp_path / "index.json"
    labels = ["library.FacetValue", "library.PostingList", "library.IndexedPractice"]
    call_command("dumpdata", *labels, output=dump, verbosity=0)
    PostingList.objects.update(postings=BitMap())

    call_command("loaddata", dump, verbosity=0)

    assert found("jardin") == {practice}
