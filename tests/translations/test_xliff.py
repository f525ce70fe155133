from xml.etree import ElementTree as ET

import pytest

from library.search import matching
from practices.models import Practice, PracticeSection
from tests.factories import make_practice, make_topic
from translations import xliff
from translations.imports import import_document
from translations.models import Translation

pytestmark = pytest.mark.django_db
NS = {"x": xliff.NAMESPACE}


def exported(language: str = "lb", model: str = "practice") -> ET.Element:
    rows = Translation.objects.filter(language=language, content_type__model=model)
    return ET.fromstring(xliff.write(language, rows.with_units()))


def fill(root: ET.Element, **targets: str) -> bytes:
    """What a translator sends back: `root` with the targets of some texts, named by the last word of their path."""
    for trans_unit in root.iter(f"{{{xliff.NAMESPACE}}}trans-unit"):
        name = trans_unit.get("id").rpartition("/")[2]
        if name in targets:
            trans_unit.find("x:target", NS).text = targets[name]
    return ET.tostring(root, encoding="utf-8")


def take(content: bytes):
    return import_document("lb.xlf", xliff.read(content), by=None)


@pytest.fixture
def practice():
    return make_practice(slug="cafe", title_fr="Café", summary_fr="Résumé", body="<p>Un &amp; deux</p>")


def test_a_language_goes_out_and_comes_back_whole(practice):
    content = fill(exported(), title="Kaffi", summary="Resumé", body="<p>Een &amp; zwee</p>")

    record = take(content)

    practice.refresh_from_db()
    assert (record.taken, record.refused) == (3, [])
    assert (practice.title_lb, practice.summary_lb) == ("Kaffi", "Resumé")
    assert practice.sections.get().body_lb == "<p>Een &amp; zwee</p>"
    assert practice.translation_in("lb").state == "draft"
    assert list(matching(Practice.objects.all(), "zwee")) == [practice]


def test_a_text_whose_original_has_moved_on_is_refused_and_kept(practice):
    content = fill(exported(), title="Kaffi", summary="Resumé")
    Practice.objects.update(title_fr="Grand café")

    record = take(content)

    practice.refresh_from_db()
    assert practice.summary_lb == "Resumé"
    assert not practice.title_lb
    assert [(text["path"], text["source"], text["source_today"], text["target"]) for text in record.refused] == [
        ("title", "Café", "Grand café", "Kaffi")
    ]
    assert "Kaffi" in record.content


def test_an_empty_target_changes_nothing(practice):
    Practice.objects.update(title_lb="Kaffi")

    record = take(fill(exported(), title=""))

    practice.refresh_from_db()
    assert practice.title_lb == "Kaffi"
    assert record.taken == 0


def test_what_the_portal_does_not_have_is_refused(practice):
    root = exported()
    content = fill(root, title="Kaffi").replace(b"practices.practice/cafe", b"practices.practice/tea")

    for wrong in [b"practices.practice/tea", b"practices.nothing/cafe", b"auth.user/cafe", b"nonsense"]:
        record = take(content.replace(b"practices.practice/tea", wrong))
        assert record.taken == 0
        assert len(record.refused) == 3


def test_a_text_that_is_gone_or_too_long_is_refused(practice):
    content = fill(exported(), title="x" * 201, body="<p>Text</p>")
    PracticeSection.objects.all().delete()

    record = take(content)

    assert record.taken == 0
    assert {text["path"].rpartition("/")[2] for text in record.refused} == {"title", "body"}


def test_rich_text_is_cleaned_on_the_way_in(practice):
    take(fill(exported(), body="<p onclick='x()'>Gutt</p><script>alert(1)</script>"))

    assert practice.sections.get().body_lb == "<p>Gutt</p>"


def test_the_old_original_goes_out_as_a_note(practice):
    Practice.objects.update(title_lb="Kaffi")
    Practice.objects.update(title_fr="Grand café")

    notes = [note.text for note in exported().iter(f"{{{xliff.NAMESPACE}}}note") if note.get("from") != "gresil"]

    assert notes == ["Café"]


def test_translators_are_told_what_each_text_is(practice):
    names = [trans_unit.get("resname") for trans_unit in exported().iter(f"{{{xliff.NAMESPACE}}}trans-unit")]

    assert names == ["titre", "résumé", f"{practice.sections.get()} · texte"]


def test_what_was_improved_here_in_the_meantime_is_not_overwritten(practice):
    Practice.objects.update(title_lb="Kaffi", summary_lb="Resumé")
    content = fill(exported(), title="Kaffisstuff", summary="Kuerz")
    Practice.objects.update(title_lb="De Café")

    record = take(content)

    practice.refresh_from_db()
    assert (practice.title_lb, practice.summary_lb) == ("De Café", "Kuerz")
    assert [(text["label"], text["target"], text["target_today"]) for text in record.refused] == [
        ("titre", "Kaffisstuff", "De Café")
    ]


def test_what_was_written_here_into_an_empty_text_is_not_overwritten(practice):
    content = fill(exported(), title="Kaffisstuff")
    Practice.objects.update(title_lb="De Café")

    assert take(content).taken == 0


def test_what_the_translator_left_as_it_was_does_not_undo_what_was_improved_here(practice):
    Practice.objects.update(title_lb="Kaffi")
    content = fill(exported(), summary="Kuerz")
    Practice.objects.update(title_lb="De Café")

    record = take(content)

    practice.refresh_from_db()
    assert (practice.title_lb, practice.summary_lb) == ("De Café", "Kuerz")
    assert (record.taken, record.refused) == (1, [])


def test_a_file_that_was_imported_twice_refuses_nothing(practice):
    content = fill(exported(), title="Kaffi", summary="Kuerz")
    take(content)

    record = take(content)

    assert (record.taken, record.refused) == (0, [])


def test_a_file_from_elsewhere_is_taken_as_it_is(practice):
    Practice.objects.update(title_lb="Kaffi")
    root = exported()
    for trans_unit in root.iter(f"{{{xliff.NAMESPACE}}}trans-unit"):
        for note in trans_unit.findall("x:note", NS):
            trans_unit.remove(note)

    record = take(fill(root, title="De Café"))

    assert (record.taken, record.refused) == (1, [])


def test_a_reviewed_text_that_a_file_replaces_is_a_draft_again(practice):
    take(fill(exported(), title="Kaffi", summary="Kuerz", body="<p>Text</p>"))
    practice.mark_reviewed("lb", by=None)

    take(fill(exported(), title="Google-Text"))

    assert practice.translation_in("lb").state == "draft"


def test_every_object_of_a_language_goes_out():
    make_topic(), make_topic()

    assert len(exported("de", "topic").findall("x:file", NS)) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"<xliff/>",
        "<a>é</a>".encode("latin-1"),
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        b"\x00",
    ],
)
def test_anything_else_is_not_read(content):
    with pytest.raises(xliff.NotXliffError):
        xliff.read(content)


def test_blanks_that_a_tool_put_at_line_ends_of_the_original_do_not_matter(practice):
    root = exported()
    for trans_unit in root.iter(f"{{{xliff.NAMESPACE}}}trans-unit"):
        source = trans_unit.find("x:source", NS)
        if len(source):
            source[-1].tail = " \n"
        else:
            source.text = f"{source.text} \n"

    record = take(fill(root, title="Kaffi"))

    assert (record.taken, record.refused) == (1, [])
