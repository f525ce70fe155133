"""The site map, read as a search engine does: the index, and each page that it leads to."""

import datetime
import re
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from contacts.models import Commune, Organisation
from gresil import sitemaps
from practices.models import Practice
from tests.factories import (
    make_commune,
    make_contact,
    make_merged_commune,
    make_organisation,
    make_practice,
    make_session,
)

pytestmark = pytest.mark.django_db

NAMES = {"map": "http://www.sitemaps.org/schemas/sitemap/0.9", "xhtml": "http://www.w3.org/1999/xhtml"}
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def pages(client) -> list[str]:
    """The addresses of the pages of the site map."""
    index = ET.fromstring(client.get("/sitemap.xml").content)
    return [row.text.removeprefix("http://testserver") for row in index.findall("map:sitemap/map:loc", NAMES)]


def addresses(client, page: str) -> list[str]:
    """The addresses on a page of the site map, without the host."""
    root = ET.fromstring(client.get(page).content)
    return [row.text.removeprefix("http://testserver") for row in root.findall("map:url/map:loc", NAMES)]


def all_addresses(client) -> list[str]:
    return [address for page in pages(client) for address in addresses(client, page)]


def test_the_site_map_lists_all_that_the_public_may_read_in_every_language(client):
    commune = make_commune(slug="strassen")
    make_merged_commune(commune, slug="ancienne")
    make_organisation(slug="asti")
    make_practice(slug="cafe")
    make_session(slug="gresil-4")

    listed = all_addresses(client)

    fixed = ["", "practices/", "communes/", "organisations/", "sessions/", "glossary/", "about/", "accessibility/"]
    rows = ["practices/cafe/", "communes/strassen/", "communes/ancienne/", "organisations/asti/", "sessions/gresil-4/"]
    expected = [f"/{code}/{path}" for path in [*fixed, "helpdesk/", "privacy/", *rows] for code in LANGUAGES]
    assert sorted(listed) == sorted(expected)


def test_every_address_of_the_site_map_answers(client):
    make_practice(slug="cafe", communes=(make_commune(slug="strassen"),), organisations=(make_organisation(),))
    make_session(slug="gresil-4")

    answers = {address: client.get(address).status_code for address in all_addresses(client)}

    assert len(answers) == len(LANGUAGES) * 14
    assert set(answers.values()) == {200}


@pytest.mark.parametrize("state", ["draft", "in-review", "archived"])
def test_the_site_map_lists_no_fiche_that_is_not_published(client, state):
    make_practice(slug="cafe")
    make_practice(slug="brouillon", state=state)

    listed = addresses(client, "/sitemap-practices.xml")

    assert listed == [f"/{code}/practices/cafe/" for code in LANGUAGES]


def test_the_site_map_lists_no_draft_of_a_session(client):
    make_session(slug="gresil-4")
    make_session(slug="brouillon", is_published=False)

    listed = addresses(client, "/sitemap-sessions.xml")

    assert listed == [f"/{code}/sessions/gresil-4/" for code in LANGUAGES]


def test_the_site_map_lists_no_person(client):
    make_practice(contacts=(make_contact(),))

    assert not [address for address in all_addresses(client) if "contacts" in address]


def test_each_address_names_the_same_page_in_all_languages_and_where_the_language_is_chosen(client):
    make_practice(slug="cafe")

    root = ET.fromstring(client.get("/sitemap-practices.xml").content)

    expected = {code: f"http://testserver/{code}/practices/cafe/" for code in LANGUAGES}
    expected["x-default"] = "http://testserver/practices/cafe/"
    urls = root.findall("map:url", NAMES)
    assert len(urls) == len(LANGUAGES)
    for url in urls:
        links = url.findall("xhtml:link", NAMES)
        assert {link.get("hreflang"): link.get("href") for link in links} == expected


def test_a_fiche_says_in_the_site_map_when_it_was_changed(client):
    old, new = make_practice(slug="old"), make_practice(slug="new")
    make_practice(slug="brouillon", state="draft")
    for practice, day in [(old, 3), (new, 5)]:
        moment = datetime.datetime(2025, 2, day, 12, tzinfo=datetime.UTC)
        QuerySet(Practice).filter(pk=practice.pk).update(updated_at=moment)

    page = client.get("/sitemap-practices.xml").content.decode()
    index = client.get("/sitemap.xml").content.decode()

    dates = re.findall(r"/fr/practices/(\w+)/</loc>\s*<lastmod>([\d-]+)</lastmod>", page)
    assert dates == [("old", "2025-02-03"), ("new", "2025-02-05")]
    assert re.findall(r"<lastmod>([\d-]+)T", index) == ["2025-02-05"]


def test_the_site_map_is_in_pages_each_row_on_one_of_them(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "MOST_ADDRESSES", 2 * len(LANGUAGES))
    slugs = [make_practice(organisations=(make_organisation(),)).slug for _ in range(5)]

    of_practices = [page for page in pages(client) if "practices" in page]
    listed = [addresses(client, page) for page in of_practices]

    first = "/sitemap-practices.xml"
    assert of_practices == [first, f"{first}?p=2", f"{first}?p=3"]
    assert [len(page) // len(LANGUAGES) for page in listed] == [2, 2, 1]
    assert [address for page in listed for address in page] == [
        f"/{code}/practices/{slug}/" for slug in slugs for code in LANGUAGES
    ]
    assert len([page for page in pages(client) if "organisations" in page]) == 3


def test_no_page_of_the_site_map_is_too_long_for_search_engines(client):
    assert sitemaps.MOST_ADDRESSES <= 5000
    assert len(addresses(client, "/sitemap-pages.xml")) == 10 * len(LANGUAGES)


@pytest.mark.parametrize("page", ["sitemap-practices.xml?p=2", "sitemap-practices.xml?p=x", "sitemap-persons.xml"])
def test_a_page_that_the_site_map_does_not_have_is_not_found(client, page):
    make_practice()

    assert client.get(f"/{page}").status_code == 404


def test_a_page_of_the_site_map_reads_its_own_rows_and_only_the_columns_it_shows(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "MOST_ADDRESSES", 2 * len(LANGUAGES))
    make_practice(organisations=(make_organisation(),))
    few = queries_of(client, "/sitemap-practices.xml", "/sitemap-organisations.xml", "/sitemap.xml")

    for _ in range(9):
        make_practice(organisations=(make_organisation(),))
    many = queries_of(client, "/sitemap-practices.xml", "/sitemap-organisations.xml", "/sitemap.xml")

    assert len(many) == len(few)
    assert not [sql for sql in many if "summary" in sql or "description" in sql]
    assert (Practice.objects.count(), Organisation.objects.count(), Commune.objects.count()) == (10, 10, 0)


def queries_of(client, *addresses: str) -> list[str]:
    # What the process keeps between requests is read before.
    client.get("/sitemap-practices.xml")
    with CaptureQueriesContext(connection) as captured:
        for address in addresses:
            assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]
