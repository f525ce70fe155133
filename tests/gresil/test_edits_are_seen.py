"""Whatever staff change, in whichever way, each page that shows it is new for the next visitor, in every language.

Every object is edited twice: where the first words stood, the second ones must stand, and the first ones nowhere.
"""

import io
import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core import serializers
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.languages import all_columns, target_languages
from core.versions import public_tables
from practices.models import Practice, Term
from sessions_app.models import Session
from tests.desk.test_bulk import confirm
from tests.desk.test_site import form_values
from translations import xliff
from translations.models import Translation

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.repeats,
    pytest.mark.any_database,
    pytest.mark.ignore_template_errors,
    pytest.mark.usefixtures("content"),
]

LANGUAGES = [code for code, _name in settings.LANGUAGES]
FIRST, SECOND = "zorglubone", "zorglubtwo"
PRACTICE, SESSION = "cafe-de-babel-strassen", "assises-2"
# Every kind of page, and of those with an address of their own one that shows what is edited here.
PAGES = [
    "",
    "practices/",
    "practices/?view=map",
    "practices/?q=zorglub",
    "practices/feed/",
    f"practices/{PRACTICE}/",
    f"selection/?practice={PRACTICE}",
    "search/suggestions/?q=zorglub",
    "communes/",
    "communes/strassen/",
    "communes/suggestions/?q=zorglub",
    "organisations/",
    "organisations/commune-de-strassen/",
    "contacts/",
    "sessions/",
    f"sessions/{SESSION}/",
    "glossary/",
    "about/",
]


@pytest.fixture
def staff(django_user_model) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("staff"))
    return client


def read_pages(client: Client) -> dict[str, str]:
    """Address -> what a visitor gets; whatever is kept is given."""
    addresses = [f"/{code}/{page}" for code in LANGUAGES for page in PAGES]
    return {address: client.get(address).content.decode() for address in addresses}


def showing(pages: dict[str, str], words: str) -> set[str]:
    return {address for address, page in pages.items() if words in page}


def check_edit(client: Client, edit: Callable[[str], None], languages: list[str] = LANGUAGES) -> None:
    edit(FIRST)
    before = showing(read_pages(client), FIRST)

    edit(SECOND)
    pages = read_pages(client)

    assert {address[1:3] for address in before} >= set(languages)
    assert showing(pages, SECOND) == before
    assert not showing(pages, FIRST)


def with_words(values: dict, field: str, words: str, prefix: str = "") -> dict:
    """`values` of a form, with `words` in a translated field in each language."""
    return values | {f"{prefix}{column}": f"{words} {column[-2:]}" for column in all_columns(field)}


def row_of(label: str) -> Model:
    """A row that public pages show."""
    practice, session = Practice.objects.get(slug=PRACTICE), Session.objects.get(slug=SESSION)
    commune = practice.communes.get()
    return {
        "practices/themeblock": practice.theme,
        "practices/topic": practice.topics.first(),
        "practices/audience": practice.audiences.first(),
        "practices/sourcedocument": practice.source_documents.first(),
        "practices/term": Term.objects.first(),
        "practices/practice": practice,
        "contacts/canton": commune.canton,
        "contacts/commune": commune,
        "contacts/organisation": practice.organisations.first(),
        "contacts/contact": practice.contacts.first(),
        "sessions_app/session": session,
    }[label]


EDITED = {
    "practices/themeblock": "title",
    "practices/topic": "name",
    "practices/audience": "name",
    "practices/sourcedocument": "title",
    "practices/term": "name",
    "practices/practice": "title",
    "contacts/canton": "name",
    "contacts/commune": "name",
    "contacts/organisation": "name",
    "contacts/contact": "role",
    "sessions_app/session": "title",
}


# A practice is saved in a draft; elsewhere there is no such button.
PUBLISH = {"_publish": "1"}


@pytest.mark.parametrize("label", EDITED)
def test_an_object_that_is_saved_at_the_desk(client, staff, label):
    address = f"/admin/{label}/{row_of(label).pk}/change/"

    def edit(words):
        response = staff.post(address, with_words(form_values(staff, address), EDITED[label], words) | PUBLISH)
        assert response.status_code == 302, response.context["errors"]

    check_edit(client, edit)


PARTS = {
    "practices/practice sections": "body",
    "practices/practice indicators": "label",
    "practices/practice links": "label",
    "sessions_app/session agenda_items": "title",
    "sessions_app/session figures": "label",
    "contacts/commune localities": "name",
}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_saved_with_its_object(client, staff, part):
    label, prefix = part.split()
    address = f"/admin/{label}/{row_of(label).pk}/change/"

    def edit(words):
        values = form_values(staff, address)
        response = staff.post(address, with_words(values, PARTS[part], words, f"{prefix}-0-") | PUBLISH)
        assert response.status_code == 302, response.context["errors"]

    check_edit(client, edit)


def test_a_translation_that_is_saved_side_by_side(client, staff):
    topic = row_of("practices/topic")

    def edit(words):
        for row in Translation.objects.of(topic):
            address = f"/admin/translations/translation/{row.pk}/change/"
            page = staff.get(address).content.decode()
            seen = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]+)"', page))
            assert staff.post(address, seen | {"name": f"{words} {row.language}"}).status_code == 302

    check_edit(client, edit, target_languages())


def test_a_translation_that_is_reviewed(client, staff):
    practice = row_of("practices/practice")
    row = practice.translation_in("de")
    address = f"/de/practices/{PRACTICE}/"
    practice.take_back_review("de", by=None)
    before = client.get(address).content

    staff.get(f"/admin/translations/translation/{row.pk}/change/")
    staff.post("/admin/translations/translation/review/", {"act": "review", "keys": str(row.pk)})

    assert client.get(address).content != before


def test_a_translation_that_is_imported(client, staff):
    def edit(words):
        topic = row_of("practices/topic")
        for language in target_languages():
            rows = Translation.objects.of(topic).filter(language=language).with_units()
            document, name = xliff.write(language, rows), topic.texts(language)["name"]
            file = io.BytesIO(document.replace(f">{name}<".encode(), f">{words} {language}<".encode()))
            file.name = f"{language}.xlf"
            assert staff.post("/admin/translations/translation/import/", {"file": file}).status_code == 302

    check_edit(client, edit, target_languages())


def test_rows_that_a_fixture_overwrites(client, tmp_path):
    def edit(words):
        topic = row_of("practices/topic")
        for column in all_columns("name"):
            setattr(topic, column, f"{words} {column}")
        fixture = tmp_path / "topics.json"
        fixture.write_text(serializers.serialize("json", [topic], use_natural_primary_keys=True), encoding="utf-8")
        call_command("loaddata", fixture, verbosity=0)

    check_edit(client, edit)


def act(staff, action: str) -> None:
    """Choose the action in the list, and confirm it."""
    chosen = {"action": action, "_selected_action": row_of("practices/practice").pk}
    question = staff.post("/admin/practices/practice/", chosen)
    assert confirm(staff, question).status_code == 200


@pytest.mark.parametrize("action", ["archive", "put_selected_in_bin"])
def test_practices_that_an_action_takes_from_the_public(client, staff, action):
    title = row_of("practices/practice").title_fr
    before = showing(read_pages(client), title)
    assert f"/fr/practices/{PRACTICE}/" in before

    act(staff, action)

    pages = read_pages(client)
    # Its own page says that it was withdrawn.
    assert not showing(pages, title) - {f"/{code}/practices/{PRACTICE}/" for code in LANGUAGES}


def test_a_practice_that_is_published(client, staff):
    practice = row_of("practices/practice")
    practice.archive()
    address = f"/fr/practices/{PRACTICE}/"
    assert client.get(address).status_code == 410

    act(staff, "publish")

    assert client.get(address).status_code == 200
    assert address in showing(read_pages(client), practice.title_fr)


def test_an_object_that_is_deleted(client, staff):
    session = row_of("sessions_app/session")
    before = showing(read_pages(client), session.title_fr)
    assert f"/fr/sessions/{SESSION}/" in before

    assert staff.post(f"/admin/sessions_app/session/{session.pk}/delete/", {"post": "yes"}).status_code == 302

    assert not showing(read_pages(client), session.title_fr)


def test_a_contact_that_is_hidden(client, staff):
    contact = row_of("contacts/contact")
    assert showing(read_pages(client), contact.name)
    address = f"/admin/contacts/contact/{contact.pk}/change/"

    assert staff.post(address, form_values(staff, address) | {"display": "hidden"}).status_code == 302

    assert not showing(read_pages(client), contact.name)


def test_an_object_that_is_added(client, staff):
    address = "/admin/contacts/organisation/add/"
    values = form_values(staff, address) | {"kind": "association", "slug": "zorglub"}
    values |= {"contacts-TOTAL_FORMS": "0", "contacts-INITIAL_FORMS": "0"}

    response = staff.post(address, with_words(values, "name", FIRST))

    assert response.status_code == 302, response.context["errors"]
    assert {address[1:3] for address in showing(read_pages(client), FIRST)} == set(LANGUAGES)


def test_every_table_that_a_page_reads_renews_the_version_when_it_is_written_to(client, settings):
    settings.KEEP_PAGES = False
    with CaptureQueriesContext(connection) as captured:
        for page in PAGES:
            client.get(f"/de/{page}")

    read = {table for query in captured for table in re.findall(r'(?:FROM|JOIN) "?(\w+)', query["sql"])}
    assert len(read) > 15
    # Versions change with the others; kinds of objects are no content; a search that counts itself is not kept.
    assert read - public_tables() <= {"core_version", "django_content_type", "library_emptysearch"}
