"""The report of an import, and taking a refused text all the same."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import RecordEntry
from practices.models import Practice
from tests.factories import make_practice, make_staff
from translations import xliff
from translations.imports import MOST_UNKNOWN, import_document
from translations.models import Translation, TranslationImport

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
REPORTS = "/admin/translations/translationimport/"
IMPORT = "/admin/translations/translation/import/"


@pytest.fixture
def practice():
    return make_practice(slug="cafe", title_fr="Café", summary_fr="Résumé", title_lb="Kaffi")


@pytest.fixture
def translator(client):
    user = make_staff("translator", ("lb",), first_name="Tom", last_name="Muller")
    client.force_login(user)
    return user


def refused_title(practice: Practice, by=None) -> TranslationImport:
    """The report of a file whose summary was taken, and whose title was refused."""
    rows = Translation.objects.of(practice).filter(language="lb").with_units()
    content = xliff.write("lb", rows).decode().replace(">Kaffi<", ">Kaffisstuff<")
    content = content.replace('<target state="needs-translation" />', "<target>Resumé</target>")
    Practice.objects.filter(pk=practice.pk).update(title_fr="Grand café", title_lb="De Café")
    return import_document("lb.xlf", xliff.read(content.encode()), by=by)


def page_of(client, report: TranslationImport):
    return client.get(f"{REPORTS}{report.pk}/change/")


def take(client, report: TranslationImport, seen: str | None = None):
    if seen is None:
        [seen] = re.findall(r'name="seen"\s+value="([^"]+)"', page_of(client, report).content.decode())
    return client.post(f"{REPORTS}{report.pk}/take/0/", {"seen": seen}, follow=True)


def test_a_report_speaks_in_words_and_leads_to_the_desk(client, practice, translator):
    response = page_of(client, refused_title(practice, by=translator))

    row = practice.translation_in("lb")
    for words in ["Grand café · titre", "Lëtzebuergesch", "Kaffisstuff", "De Café", "Grand café · résumé"]:
        assertContains(response, words)
    assertContains(response, f'href="/admin/translations/translation/{row.pk}/change/#title"')
    assertNotContains(response, "practices.practice/cafe")


def test_a_refused_text_is_taken_all_the_same(client, practice, translator):
    report = refused_title(practice, by=translator)

    response = take(client, report)

    practice.refresh_from_db()
    assert practice.title_lb == "Kaffisstuff"
    assertContains(response, "Repris quand même par Tom Muller")
    assertNotContains(response, f"{REPORTS}{report.pk}/take/0/")
    assert RecordEntry.objects.get(act="taken anyway").by == translator
    assert practice.translation_in("lb").outdated_originals(practice.fresh().texts("fr")) == {}


def test_it_is_not_taken_over_what_the_person_has_not_seen(client, practice, translator):
    report = refused_title(practice, by=translator)
    [seen] = re.findall(r'name="seen"\s+value="([^"]+)"', page_of(client, report).content.decode())
    Practice.objects.filter(pk=practice.pk).update(title_lb="Annas Café")

    response = take(client, report, seen)

    practice.refresh_from_db()
    assert practice.title_lb == "Annas Café"
    assertContains(response, "Comparez-les encore une fois.")


def test_a_text_is_taken_once(client, practice, translator):
    report = refused_title(practice, by=translator)
    take(client, report)
    Practice.objects.filter(pk=practice.pk).update(title_lb="Besser")

    take(client, report, "whatever")

    practice.refresh_from_db()
    assert practice.title_lb == "Besser"


def test_a_text_that_is_gone_is_shown_as_it_was_delivered(client, practice, translator):
    report = refused_title(practice, by=translator)
    practice.delete()

    response = page_of(client, report)

    assertContains(response, "Kaffisstuff")
    assertContains(take(client, report, "x"), "n’a plus ce texte")


@pytest.mark.parametrize(("role", "languages", "status"), [("translator", ("de",), 302), ("editor", (), 200)])
def test_reports_are_for_whoever_imported_and_for_the_language(client, practice, role, languages, status):
    report = refused_title(practice, by=make_staff("editor"))
    client.force_login(make_staff(role, languages))

    assert page_of(client, report).status_code == status
    assert client.post(f"{REPORTS}{report.pk}/take/0/", {"seen": "x"}).status_code in (302, 404)
    assert (report.file_name in client.get(REPORTS).content.decode()) == (status == 200)


def test_whoever_imported_reads_the_report_also_without_the_language(client, practice, translator):
    report = refused_title(practice, by=translator)
    translator.account.languages = ["de"]
    translator.account.save()

    response = page_of(client, report)

    assertContains(response, "Kaffisstuff")
    assertNotContains(response, 'name="seen"')
    assert client.post(f"{REPORTS}{report.pk}/take/0/", {"seen": "x"}).status_code == 403


def test_a_long_report_has_pages(client, practice, translator):
    refused = refused_title(practice).refused * 60
    report = TranslationImport.objects.create(
        language="lb", file_name="x", content="", refused=refused, imported_by=translator
    )

    html = client.get(f"{REPORTS}{report.pk}/change/?page=3").content.decode()

    assert html.count('class="module refused-text"') == 10
    assert 'id="refused-50"' in html


def document_of(count: int) -> bytes:
    text = '<body><trans-unit id="name"><source>a</source><target>b</target></trans-unit></body>'
    files = "".join(
        f'<file original="practices.topic/t{number}" target-language="lb">{text}</file>' for number in range(count)
    )
    return f'<xliff xmlns="{xliff.NAMESPACE}" version="1.2">{files}</xliff>'.encode()


def test_a_file_of_objects_that_we_do_not_have_is_refused_before_anything_is_taken(client, translator):
    file = SimpleUploadedFile("lb.xlf", document_of(MOST_UNKNOWN + 1))

    response = client.post(IMPORT, {"file": file})

    assertContains(response, "Le fichier nomme plus de 1000 objets que le portail n’a pas.")
    assert not TranslationImport.objects.exists()


def test_an_import_is_on_record(client, practice, translator):
    refused_title(practice, by=translator)

    entry = RecordEntry.objects.get(act="imported")

    assert (entry.by, entry.details["taken"], entry.details["refused"]) == (translator, 1, 1)
