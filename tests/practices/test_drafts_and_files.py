"""A translator's file of a published practice, or of its draft, comes back after a draft was begun or published."""

import pytest
from defusedxml.ElementTree import fromstring, tostring

from practices.models import Practice, PracticeIndicator, PracticeLink, PracticeSection, SectionKind
from tests.factories import make_commune, make_contact, make_organisation, make_practice
from translations.board import progress
from translations.exports import ExportedTexts
from translations.imports import import_document
from translations.models import Translation, TranslationImport
from translations.reports import refused_texts, taken_names
from translations.xliff import NAMESPACE, read

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]


@pytest.fixture
def practice():
    practice = make_practice(
        title_fr="Café",
        communes=(make_commune(),),
        organisations=(make_organisation(),),
        contacts=(make_contact(),),
    )
    PracticeSection.objects.create(
        practice=practice, kind=SectionKind.COSTS, body_fr="<p>Deux <strong>prix</strong></p>"
    )
    PracticeSection.objects.create(
        practice=practice, kind=SectionKind.OTHER, heading_fr="Le mot", body_fr="<p>De la fin</p>"
    )
    PracticeIndicator.objects.create(practice=practice, value=12, label_fr="femmes")
    return practice


def exported(practice: Practice) -> bytes:
    """The file of one practice, each text of it translated: "de: " and the original."""
    [document] = ExportedTexts("de", Translation.objects.of(practice)).documents()
    root = fromstring(document)
    for unit in root.iter(f"{{{NAMESPACE}}}trans-unit"):
        source, target = unit.find(f"{{{NAMESPACE}}}source"), unit.find(f"{{{NAMESPACE}}}target")
        target.text, target[:] = f"de: {source.text or ''}", list(source)
    return tostring(root, encoding="utf-8")


def take(content: bytes) -> TranslationImport:
    return import_document("de.xlf", read(content), by=None)


def german(practice: Practice) -> list[str]:
    practice = Practice.objects.get(pk=practice.pk)
    return [*practice.texts("de").values()]


def french(practice: Practice) -> list[str]:
    practice = Practice.objects.get(pk=practice.pk)
    return [*practice.texts("fr").values()]


def test_a_file_of_the_published_one_is_taken_into_the_draft_begun_since(practice):
    content = exported(practice)
    draft = practice.begin_draft(by=None)

    report = take(content)

    assert (report.taken, report.refused) == (len(french(draft)), [])
    assert len(german(draft)) == len(french(draft))
    assert german(practice) == []


def test_a_file_of_the_draft_is_taken_into_what_was_published_since(practice):
    draft = practice.begin_draft(by=None)
    PracticeSection.objects.create(practice=draft, kind=SectionKind.LESSONS, body_fr="<p>Leçons</p>")
    content = exported(draft)
    draft.publish()

    report = take(content)

    assert report.refused == []
    assert len(german(practice)) == len(french(practice)) == report.taken
    assert len(taken_names(report, 100)) == report.taken
    assert "draft-" not in content.decode()


def test_a_file_of_before_the_draft_is_taken_after_it_was_published(practice):
    content = exported(practice)
    practice.begin_draft(by=None).publish()

    report = take(content)

    assert (report.taken, report.refused) == (len(french(practice)), [])


def test_only_the_text_whose_original_changed_in_the_draft_is_refused_and_shown_as_it_is_there(practice):
    content = exported(practice)
    draft = practice.begin_draft(by=None)
    draft.sections.filter(kind=SectionKind.COSTS).update(body_fr="<p>Trois prix</p>")

    report = take(content)

    assert [refusal["reason"] for refusal in report.refused] == ["L’original a changé entre-temps."]
    [shown] = refused_texts(report, enumerate(report.refused))
    assert (shown.unit, shown.pair.source) == (draft, "<p>Trois prix</p>")
    assert len(german(draft)) == len(french(draft)) - 1


@pytest.mark.parametrize("is_published", [False, True])
def test_a_part_that_got_another_heading_keeps_the_texts_that_did_not_change(practice, is_published):
    content = exported(practice)
    draft = practice.begin_draft(by=None)
    section = draft.sections.get(kind=SectionKind.OTHER)
    section.heading_fr = "Un autre mot"
    section.save()
    worked_on = draft.publish() if is_published else draft

    report = take(content)

    assert [refusal["source"] for refusal in report.refused] == ["Le mot"]
    assert worked_on.sections.get(kind=SectionKind.OTHER).body_de == "<p>de:</p><p>De la fin</p>"


def test_two_parts_with_the_same_original_are_not_mistaken_for_each_other(practice):
    for number in (1, 2):
        PracticeLink.objects.create(practice=practice, url=f"https://example.org/{number}", label_fr="Dépliant")
    content = exported(practice)
    practice.links.all().delete()
    for number in (3, 4):
        PracticeLink.objects.create(practice=practice, url=f"https://example.org/{number}", label_fr="Dépliant")

    report = take(content)

    assert [refusal["source"] for refusal in report.refused] == ["Dépliant", "Dépliant"]


def rows_of_the_board(client) -> list[str]:
    changelist = client.get("/admin/translations/translation/?language=de").context["cl"]
    return [row.title for row in changelist.result_list if row.unit.__class__ is Practice]


def test_a_practice_and_its_draft_are_one_row_of_the_board_one_number_and_one_file(client, practice):
    draft = practice.begin_draft(by=None)
    draft.title_fr = "Café du monde"
    draft.save()

    assert rows_of_the_board(client) == ["Café du monde"]
    listed = client.get("/admin/translations/translation/?language=de").context["cl"].result_count
    [numbers] = progress(["de"])
    assert sum(number for _state, number in numbers["states"]) == listed
    content = b"".join(client.get("/admin/translations/translation/export/de/").streaming_content).decode()
    assert content.count(f'original="practices.practice/{practice.slug}"') == 1
    assert "Café du monde" in content
    assert "draft-" not in content


def test_once_published_the_public_one_is_the_row_of_the_board(client, practice):
    practice.begin_draft(by=None).publish()

    assert rows_of_the_board(client) == ["Café"]
