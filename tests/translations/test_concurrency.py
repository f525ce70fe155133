"""Two transactions at the same time. Each test was seen to fail without the lock that it is about."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from core.changes import batch
from practices.models import Practice, PracticeSection, SectionKind
from tests.factories import make_practice
from translations import imports, xliff
from translations.imports import import_document
from translations.models import Translation, TranslationImport

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one writer in at a time by itself."),
]
ROUNDS = 20


def at_once(*works: Callable[[], None]) -> None:
    """Do all of it, each in a thread of its own, and raise what went wrong."""
    errors: list[Exception] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            start.wait(10)
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def starts_and_waits(work: Callable[[], None]) -> threading.Thread:
    """Start `work` in a thread; it waits for a lock of this transaction."""
    ended = threading.Event()

    def run() -> None:
        try:
            work()
        finally:
            ended.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert not ended.wait(timeout=0.5)
    return thread


def make_translated_practice(number: int = 0) -> Practice:
    practice = make_practice(slug=f"cafe-{number}", title_fr="Café", title_de="Kaffee", summary_de="Auszug")
    for kind in [SectionKind.OBJECTIVES, SectionKind.NEED]:
        practice.sections.create(kind=kind, body_fr="<p>Un</p>", body_de="<p>Eins</p>")
    return practice


def save_section(key: int, **fields: str) -> None:
    section = PracticeSection.objects.get(pk=key)
    for name, text in fields.items():
        setattr(section, name, text)
    section.save(update_fields=list(fields))


def test_two_parts_that_are_changed_at_the_same_time_are_both_in_the_state():
    practice = make_translated_practice()
    first, second = practice.sections.all()

    with batch():
        save_section(first.pk, body_fr="<p>Deux</p>")
        thread = starts_and_waits(lambda: save_section(second.pk, body_fr="<p>Trois</p>"))
    thread.join()

    translation = practice.translation_in("de")
    assert (translation.state, translation.done, translation.total) == ("outdated", 2, 4)
    assert translation.is_up_to_date(practice.fresh())


def test_two_parts_that_are_added_at_the_same_time_are_both_in_the_state():
    practice = make_translated_practice()

    with transaction.atomic():
        practice.sections.create(kind=SectionKind.COSTS, body_fr="<p>Un</p>")
        create = {"practice_id": practice.pk, "kind": SectionKind.LESSONS, "body_fr": "<p>Un</p>"}
        thread = starts_and_waits(lambda: PracticeSection.objects.create(**create))
    thread.join()

    assert practice.translation_in("de").total == 6


def test_who_saves_a_part_waits_for_the_desk_before_touching_it():
    practice = make_translated_practice()
    section = practice.sections.first()

    with transaction.atomic():
        practice.lock()
        thread = starts_and_waits(lambda: save_section(section.pk, body_fr="<p>Deux</p>"))
        # A deadlock, if the other one had the section already and waited for the practice.
        save_section(section.pk, body_de="<p>Zwei</p>")
    thread.join()

    section.refresh_from_db()
    assert (section.body_fr, section.body_de) == ("<p>Deux</p>", "<p>Zwei</p>")
    assert practice.translation_in("de").state == "outdated"


@pytest.mark.parametrize(
    "delete", [PracticeSection.delete, lambda section: PracticeSection.objects.filter(pk=section.pk).delete()]
)
def test_who_deletes_a_part_waits_for_the_desk_before_touching_it(delete):
    practice = make_translated_practice()
    section = practice.sections.first()

    with transaction.atomic():
        practice.lock()
        thread = starts_and_waits(lambda: delete(PracticeSection.objects.get(pk=section.pk)))
        # A deadlock, if the other one had the section already and waited for the practice.
        save_section(section.pk, body_de="<p>Zwei</p>")
    thread.join()

    assert practice.sections.count() == 1
    assert practice.translation_in("de").total == 3


def test_who_reviews_waits_for_who_changes_the_original():
    practice = make_translated_practice()

    with transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(title_fr="Grand café")
        thread = starts_and_waits(lambda: practice.mark_reviewed("de", by=None))
    thread.join()

    assert practice.translation_in("de").state == "reviewed"
    assert practice.translation_in("de").based_on["title"] == "Grand café"


def delete_by_queryset(practice: Practice) -> None:
    Practice.objects.filter(pk=practice.pk).delete()


@pytest.mark.parametrize("delete", [Practice.delete, delete_by_queryset])
@pytest.mark.parametrize(("before_saving", "before_deleting"), [(0, 0.01), (0.01, 0)])
def test_saving_and_deleting_a_practice_at_once_is_no_deadlock(delete, before_saving, before_deleting):
    for number in range(ROUNDS // 2):
        practice = make_translated_practice(number)

        def save(practice: Practice = practice) -> None:
            time.sleep(before_saving)
            practice.title_fr = "Grand café"
            try:
                with batch():
                    practice.save(update_fields=["title_fr"])
                    time.sleep(0.02)
            except OperationalError:
                raise
            except DatabaseError:
                """It was deleted in the meantime."""

        def remove(practice: Practice = practice) -> None:
            time.sleep(before_deleting)
            with batch():
                delete(Practice.objects.get(pk=practice.pk))
                time.sleep(0.02)

        at_once(save, remove)

    assert not Practice.objects.exists()
    assert not Translation.objects.filter(content_type__model="practice").exists()


def document(slugs: list[str], title: str) -> xliff.Document:
    """The titles of practices in Luxembourgish, as they come from elsewhere."""
    texts = [xliff.DeliveredText(f"practices.practice/{slug}", "title", "", "Café", title) for slug in slugs]
    return xliff.Document("lb", texts, "")


def test_two_imports_of_the_same_units_at_once_are_no_deadlock(monkeypatch):
    # Several statements for the units of one document, as for a large one.
    monkeypatch.setattr(imports, "UNITS_AT_ONCE", 1)
    slugs = [make_translated_practice(number).slug for number in range(4)]

    for number in range(ROUNDS):
        one, other = document(slugs, f"Kaffi {number}"), document(slugs[::-1], f"Café {number}")
        at_once(
            lambda one=one: import_document("one.xlf", one, by=None),
            lambda other=other: import_document("other.xlf", other, by=None),
        )

    assert sum(report.taken for report in TranslationImport.objects.all()) == 2 * ROUNDS * len(slugs)
    assert len(set(Practice.objects.values_list("title_lb", flat=True))) == 1


def test_an_import_reads_what_another_person_has_saved_while_it_waited():
    practice = make_translated_practice()
    [text] = (one := document([practice.slug], "Kaffi")).texts
    text.notes = f"gresil-target:{xliff.fingerprint('')}"

    with transaction.atomic():
        practice.lock()
        thread = starts_and_waits(lambda: import_document("one.xlf", one, by=None))
        Practice.objects.filter(pk=practice.pk).update(title_lb="De Café")
    thread.join()

    practice.refresh_from_db()
    assert practice.title_lb == "De Café"
    assert [text["target_today"] for text in TranslationImport.objects.get().refused] == ["De Café"]


def test_an_import_locks_no_other_units():
    named, other = make_translated_practice(1), make_translated_practice(2)
    names = document([named.slug], "Kaffi")
    names.texts[0].target = ""

    with transaction.atomic():
        import_document("one.xlf", names, by=None)
        at_once(lambda: Practice.objects.filter(pk=other.pk).update(title_de="Tee"))

    other.refresh_from_db()
    assert other.title_de == "Tee"
