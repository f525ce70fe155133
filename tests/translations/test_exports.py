import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from practices.models import Practice, PracticeSection
from tests.factories import make_practice, make_topic
from translations import exports
from translations.exports import ExportedTexts
from translations.imports import DeliveredFile
from translations.models import Translation, TranslationImport

pytestmark = pytest.mark.django_db


@pytest.fixture
def _two_units_per_document(monkeypatch):
    monkeypatch.setattr(exports, "UNITS_AT_ONCE", 2)


def content(language: str = "lb") -> bytes:
    return b"".join(ExportedTexts(language, Translation.objects.all()).content())


def documents(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def archive_of(members: dict[str, bytes]) -> SimpleUploadedFile:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return SimpleUploadedFile("lb.zip", written.getvalue())


def test_an_export_asks_the_database_as_often_for_many_units():
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            content()
        return len(captured)

    for _number in range(5):
        make_practice(body="<p>Texte</p>")
    few = queries()
    for _number in range(45):
        make_practice(body="<p>Texte</p>")

    assert queries() == few


def test_a_small_language_is_one_document(client, staff):
    make_topic(slug="sport")

    response = client.get("/admin/translations/translation/export/lb/")

    assert response["Content-Disposition"] == 'attachment; filename="gresil-lb.xlf"'
    assert b'original="practices.topic/sport"' in response.getvalue()


@pytest.mark.usefixtures("_two_units_per_document")
def test_a_large_language_is_an_archive_of_documents(client, staff):
    slugs = [make_topic().slug for _number in range(5)]

    response = client.get("/admin/translations/translation/export/lb/")

    assert response["Content-Disposition"] == 'attachment; filename="gresil-lb.zip"'
    members = documents(response.getvalue())
    assert list(members) == ["gresil-lb-001.xlf", "gresil-lb-002.xlf", "gresil-lb-003.xlf"]
    assert re.findall(r'original="practices.topic/([^"]+)"', str(members)) == slugs


@pytest.mark.usefixtures("_two_units_per_document")
def test_a_document_is_written_when_it_is_asked_for():
    for _number in range(5):
        make_topic()
    pieces = ExportedTexts("lb", Translation.objects.all()).content()

    with CaptureQueriesContext(connection) as first:
        next(pieces)
    with CaptureQueriesContext(connection) as others:
        list(pieces)

    assert len(others) == 2 * len(first) > 0


@pytest.mark.usefixtures("_two_units_per_document")
def test_a_language_of_several_documents_goes_out_and_comes_back_whole():
    for number in range(5):
        make_practice(title_fr=f"Café {number}", body=f"<p>Texte {number}</p>")
    texts = Practice.objects.count() * 3 + 1 * 2  # the title and the short title of the theme
    members = {
        name: re.sub(rb"<source>(.*?)</source><target state=\"needs-translation\" />",
                     rb"<source>\1</source><target>\1</target>", member, flags=re.DOTALL)
        for name, member in documents(content()).items()
    }  # fmt: skip

    file = DeliveredFile(archive_of(members))
    file.check()
    reports = file.import_documents(by=None)

    assert len(members) == len(reports) == TranslationImport.objects.count() == 3
    assert [report.refused_count for report in reports] == [0, 0, 0]
    assert sum(report.taken for report in reports) == texts
    assert [practice.title_lb for practice in Practice.objects.order_by("pk")] == [f"Café {n}" for n in range(5)]
    assert {section.body_lb for section in PracticeSection.objects.all()} == {f"<p>Texte {n}</p>" for n in range(5)}
