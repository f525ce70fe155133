import io
import re
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains

from practices.models import Topic
from tests.factories import make_topic
from translations import imports, xliff
from translations.exports import ExportedTexts
from translations.imports import DeliveredFile, import_document
from translations.models import Translation, TranslationImport

pytestmark = pytest.mark.django_db
IMPORT = "/admin/translations/translation/import/"


def filled(language: str = "lb", name: str = "Numm", count: int = 0) -> bytes:
    """The document of a language, with `name` as the translation of the first `count` texts, or of all."""
    content = b"".join(ExportedTexts(language, Translation.objects.all()).content())
    target = f"<target>{name}</target>".encode()
    return re.sub(rb'<target state="needs-translation" />', target, content, count=count)


def document_of(*labels: str) -> bytes:
    """A document that names these units, each with one text."""
    text = '<body><trans-unit id="name"><source>a</source><target>b</target></trans-unit></body>'
    files = "".join(f'<file original="{label}" target-language="lb">{text}</file>' for label in labels)
    return f'<xliff xmlns="{xliff.NAMESPACE}" version="1.2">{files}</xliff>'.encode()


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as opened:
        for name, member in members.items():
            opened.writestr(name, member)
    return written.getvalue()


def delivered(content: bytes, name: str = "lb.zip") -> DeliveredFile:
    return DeliveredFile(SimpleUploadedFile(name, content))


def check(content: bytes) -> None:
    delivered(content).check()


def take(content: bytes) -> list[TranslationImport]:
    file = delivered(content)
    file.check()
    return list(file.import_documents(by=None))


def test_what_other_systems_add_to_an_archive_is_passed_over():
    make_topic()
    added = {"gresil/": b"", "gresil/.DS_Store": b"x", "__MACOSX/gresil/._lb.xlf": b"x"}

    [report] = take(archive(added | {"gresil/lb.xlf": filled()}))

    assert (report.taken, report.file_name) == (1, "lb.zip/gresil/lb.xlf")


@pytest.mark.parametrize("name", ["readme.txt", "lb.xlf.exe", "inner.zip", "xlf"])
def test_an_archive_with_anything_else_is_refused(name):
    make_topic()

    with pytest.raises(ValidationError, match=name):
        check(archive({"lb.xlf": filled(), name: b"x"}))


def test_a_member_that_unpacks_to_more_than_the_limit_is_refused():
    bomb = archive({"lb.xlf": b" " * (imports.MOST_MEGABYTES_OF_DOCUMENT * imports.MEGABYTE + 1)})
    assert len(bomb) < 100_000

    with pytest.raises(ValidationError, match=r"20.*Mo"):
        check(bomb)


def test_a_member_that_lies_about_its_size_is_refused():
    make_topic()
    content = filled() + b" " * 1000
    size = len(content).to_bytes(4, "little")

    with pytest.raises(ValidationError, match="ZIP"):
        check(archive({"lb.xlf": content}).replace(size, (100).to_bytes(4, "little")))


def test_an_archive_of_too_many_members_is_refused_before_it_is_opened(monkeypatch):
    monkeypatch.setattr(imports, "ZipFile", None)

    with pytest.raises(ValidationError, match="200"):
        check(archive({f"{number}.xlf": b"" for number in range(imports.MOST_DOCUMENTS + 1)}))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_method_of_compression_is_refused(method):
    make_topic()

    with pytest.raises(ValidationError, match="ZIP"):
        check(archive({"lb.xlf": filled()}, method))


def test_an_encrypted_or_damaged_archive_is_refused():
    make_topic()
    whole = archive({"lb.xlf": filled()})
    encrypted = bytearray(whole)
    encrypted[whole.index(b"PK\x01\x02") + 8] |= 1
    damaged = bytearray(whole)
    damaged[60:70] = bytes(10)

    misnamed = bytearray(whole.replace(b"lb.xlf", b"\xff\xff.xlf"))
    misnamed[whole.index(b"PK\x01\x02") + 9] |= 8

    for content in [encrypted, damaged, misnamed, whole[:-30], whole[:100]]:
        with pytest.raises(ValidationError, match="ZIP"):
            check(bytes(content))


def test_a_file_that_is_too_large_is_not_read():
    file = SimpleUploadedFile("lb.zip", b"PK\x03\x04")
    file.size = imports.MOST_MEGABYTES * imports.MEGABYTE + 1

    with pytest.raises(ValidationError, match=r"100.*Mo"):
        DeliveredFile(file).check()


def test_an_archive_for_several_languages_or_of_nothing_is_refused():
    make_topic()

    for members in [{"lb.xlf": filled(), "de.xlf": filled("de")}, {}]:
        with pytest.raises(ValidationError):
            check(archive(members))


def test_nothing_is_taken_from_an_archive_whose_last_document_cannot_be_read(client, staff):
    topic = make_topic()
    content = archive({"1.xlf": filled(), "2.xlf": b"<xliff/>"})

    response = client.post(IMPORT, {"file": SimpleUploadedFile("lb.zip", content)})

    topic.refresh_from_db()
    assertContains(response, "2.xlf n’est pas un fichier XLIFF que nous pouvons lire.")
    assert not topic.name_lb
    assert not TranslationImport.objects.exists()


def test_each_document_of_an_archive_has_a_report_and_the_list_shows_them(client, staff):
    make_topic(), make_topic()
    first, second = filled(name="Eent", count=1), filled(name="Zwee")

    response = client.post(
        IMPORT, {"file": SimpleUploadedFile("lb.zip", archive({"1.xlf": first, "2.xlf": second}))}, follow=True
    )

    assert {report.file_name: (report.taken, len(report.refused)) for report in TranslationImport.objects.all()} == {
        "lb.zip/1.xlf": (1, 0),
        "lb.zip/2.xlf": (1, 1),
    }
    for words in ["lb.zip/1.xlf", "lb.zip/2.xlf", "2 textes sont repris."]:
        assertContains(response, words)


def test_the_list_of_reports_does_not_read_the_documents(client, staff):
    make_topic()
    take(filled())

    with CaptureQueriesContext(connection) as captured:
        client.get("/admin/translations/translationimport/")

    queries = [query["sql"] for query in captured if 'FROM "translations_translationimport"' in query["sql"]]
    assert queries
    assert not [sql for sql in queries if '"content"' in sql]


@pytest.mark.parametrize("encoding", ["nonsense", "utf-16", "latin-1"])
def test_another_encoding_than_utf_8_is_refused_with_a_sentence(client, staff, encoding):
    content = f'<?xml version="1.0" encoding="{encoding}"?><a>é</a>'.encode("latin-1")

    response = client.post(IMPORT, {"file": SimpleUploadedFile("lb.xlf", content)})

    assertContains(response, "lb.xlf n’est pas un fichier XLIFF que nous pouvons lire.")


def test_unknown_units_cost_no_query_each(monkeypatch):
    def queries(number: int) -> int:
        document = xliff.read(document_of(*(f"practices.topic/t{n}" for n in range(number))))
        with CaptureQueriesContext(connection) as captured:
            record = import_document("lb.xlf", document, by=None)
        assert len(record.refused) == number
        return len(captured)

    assert queries(600) == queries(1) + 2


def test_a_document_of_too_many_texts_is_refused(monkeypatch):
    monkeypatch.setattr(xliff, "MOST_TEXTS", 2)

    assert len(xliff.read(document_of("a", "b")).texts) == 2
    with pytest.raises(xliff.NotXliffError):
        xliff.read(document_of("a", "b", "c"))


def test_units_that_the_file_leaves_as_they_are_cost_no_query():
    def queries() -> int:
        content = filled("de", count=1)
        with CaptureQueriesContext(connection) as captured:
            [report] = take(content)
        assert report.taken == 1
        return len(captured)

    for _number in range(5):
        make_topic(name_de="Sport")
    make_topic()
    few = queries()
    for _number in range(45):
        make_topic(name_de="Sport")
    make_topic()

    assert queries() == few


def test_texts_of_one_kind_are_saved_together():
    def queries() -> int:
        content = filled()
        with CaptureQueriesContext(connection) as captured:
            take(content)
        return len(captured)

    for _number in range(5):
        make_topic()
    few = queries()
    for _number in range(30):
        make_topic()

    assert queries() == few
    assert set(Topic.objects.values_list("name_lb", flat=True)) == {"Numm"}


def test_an_import_keeps_what_another_person_wrote_into_other_columns_of_the_row(monkeypatch):
    topic = make_topic()
    content = filled()
    saved = imports.TakenTexts.save

    def save_after_another(taken) -> None:
        Topic.objects.filter(pk=topic.pk).update(name_de="Sport")
        saved(taken)

    monkeypatch.setattr(imports.TakenTexts, "save", save_after_another)
    take(content)

    topic.refresh_from_db()
    assert (topic.name_lb, topic.name_de) == ("Numm", "Sport")


def test_marks_of_a_translators_tool_do_not_hide_the_text():
    topic = make_topic()
    marked = '<alt-trans><target>Fréier</target></alt-trans><target><mrk mtype="seg">Num</mrk>m</target>'

    [report] = take(filled().replace(b"<target>Numm</target>", marked.encode()))

    topic.refresh_from_db()
    assert (report.taken, topic.name_lb) == (1, "Numm")


def test_whoever_imports_is_in_the_report(staff):
    make_topic()

    record = import_document("lb.xlf", xliff.read(filled()), by=staff)

    assert record.imported_by == Translation.objects.get(language="lb").set_by == staff
