"""Public pages are kept until what the public sees changes."""

import gzip
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import OperationalError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from core import pages, versions
from core.pages import memory
from tests.factories import make_commune, make_practice, make_session, make_theme

pytestmark = pytest.mark.django_db

PAGE = "/fr/practices/jardin/"
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def practice():
    return make_practice(slug="jardin", title_fr="Le jardin", communes=(make_commune(slug="strassen"),))


@pytest.fixture
def away(monkeypatch):
    """The database does not answer any more."""

    def refuse(statement):
        raise OperationalError("connection refused")

    def stop():
        monkeypatch.setattr(versions.reader, "rows", refuse)

    return stop


def test_a_kept_page_is_given_without_asking_for_anything_but_its_version(client, practice, django_assert_num_queries):
    made = client.get(PAGE)

    with django_assert_num_queries(0):
        kept = client.get(PAGE)

    assert kept.content == made.content
    assert "Le jardin" in kept.content.decode()


def test_a_kept_page_has_all_headers_of_one_that_was_just_made(client, practice):
    made = client.get(PAGE)

    kept = client.get(PAGE)

    assert kept.headers == made.headers
    assert kept.headers["Content-Language"] == "fr"
    assert "Content-Security-Policy" in kept.headers
    assert kept.headers["Vary"] == "Accept-Encoding"


def test_a_page_is_compressed_for_those_who_accept_it(client, practice):
    plain = client.get(PAGE)
    for round_ in ["made", "kept"]:
        compressed = client.get(PAGE, headers=GZIP)

        assert compressed.headers["Content-Encoding"] == "gzip", round_
        assert gzip.decompress(compressed.content) == plain.content
        assert int(compressed.headers["Content-Length"]) == len(compressed.content) < len(plain.content) / 2
    assert client.get(PAGE, headers={"Accept-Encoding": "br, gzip;q=0"}).content == plain.content
    assert plain.headers["ETag"] != compressed.headers["ETag"]


def test_a_visitor_who_has_the_page_is_told_so_before_it_is_looked_for(client, practice, django_assert_num_queries):
    etag = client.get(PAGE).headers["ETag"]
    memory.clear()
    caches["pages"].clear()

    with django_assert_num_queries(0):
        response = client.get(PAGE, headers={"If-None-Match": etag})

    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["ETag"] == etag


@pytest.mark.parametrize("written", ["W/{}", '"other", {}'])
def test_a_tag_is_known_in_every_form_that_proxies_give_it(client, practice, written):
    etag = client.get(PAGE).headers["ETag"]

    assert client.get(PAGE, headers={"If-None-Match": written.format(etag)}).status_code == 304


def test_a_tag_is_strong_and_another_one_after_a_change(client, practice):
    before = client.get(PAGE).headers["ETag"]

    practice.title_fr = "Le potager"
    practice.save()
    after = client.get(PAGE, headers={"If-None-Match": before})

    assert after.status_code == 200
    assert "Le potager" in after.content.decode()
    assert after.headers["ETag"] != before
    assert not before.startswith("W/")


def test_languages_and_hosts_have_pages_of_their_own(client, practice, settings):
    settings.ALLOWED_HOSTS = ["one.example", "other.example"]
    answers = [
        client.get(f"/{language}/practices/jardin/", headers={"host": host}).content
        for language in ("fr", "de")
        for host in settings.ALLOWED_HOSTS
    ]

    assert len(set(answers)) == 4


def test_a_page_is_made_anew_when_the_day_changes(client, monkeypatch):
    today = timezone.localdate()
    make_session(slug="forum", title_fr="Le forum", date=today)
    before = client.get("/fr/sessions/").content

    monkeypatch.setattr(timezone, "localdate", lambda: today + timedelta(days=1))

    assert client.get("/fr/sessions/").content != before


def test_parameters_that_a_page_does_not_know_make_no_other_page(client, practice, django_assert_num_queries):
    page = client.get("/fr/practices/?theme=").content

    with django_assert_num_queries(0):
        assert client.get("/fr/practices/?utm_source=mail&q=").content == page
        assert client.get("/fr/practices/").content == page


def test_what_is_kept_does_not_grow_beyond_its_bound(client, practice, settings, monkeypatch):
    monkeypatch.setattr(pages, "SLOTS_OF_QUERIES", 3)
    settings.PAGES_MEMORY = 1
    memory.clear()
    client.get(PAGE)

    for number in range(60):
        client.get(f"/fr/practices/?q=mot{number}+jardin")
        client.get(f"/fr/practices/?page={number + 2}")

    assert memory.queries.currsize <= memory.queries.maxsize == 1024 * 1024 / 4
    assert len(caches["pages"]._cache) <= 4
    # The page at a plain address was not pushed out.
    assert list(memory.plain)


def test_two_pages_of_one_slot_are_never_taken_for_each_other(client, practice, monkeypatch):
    monkeypatch.setattr(pages, "SLOTS", 1)
    answers = {address: client.get(address).content for address in (PAGE, "/fr/communes/strassen/")}
    memory.clear()

    for address, content in answers.items():
        assert client.get(address).content == content


def test_a_page_made_by_another_process_is_given_from_the_shared_cache(client, practice, django_assert_num_queries):
    page = client.get(PAGE).content
    memory.clear()

    with django_assert_num_queries(0):
        assert client.get(PAGE).content == page


def test_a_shared_cache_that_does_not_answer_costs_time_and_nothing_else(client, practice, monkeypatch, caplog):
    def refuse(*args):
        raise ConnectionError("Connection refused")

    monkeypatch.setattr(caches["pages"], "get", refuse)
    monkeypatch.setattr(caches["pages"], "set", refuse)
    monkeypatch.setattr(pages.shared, "pause_ends", 0.0)

    assert client.get(PAGE).status_code == 200
    assert client.get("/de/practices/jardin/").status_code == 200
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_page_during_whose_making_the_content_changed_is_not_kept(client, practice, monkeypatch):
    tokens = versions.reader.all()
    monkeypatch.setattr(versions.reader, "all", lambda: tokens)
    make_theme()

    response = client.get(PAGE)

    assert response.status_code == 200
    assert "ETag" not in response.headers
    assert not list(memory.plain)


def test_a_search_without_result_is_counted_each_time(client, practice):
    address = "/fr/practices/?q=xylophone"

    assert "ETag" not in client.get(address).headers
    assert not list(memory.queries)


@pytest.mark.parametrize("address", ["/fr/practices/?theme=unknown", "/fr/practices/nowhere/", "/fr/search/?q=jardin"])
def test_only_pages_that_were_found_are_kept(client, practice, address):
    response = client.get(address)

    assert response.status_code != 200
    assert not list(memory.plain)
    assert not list(memory.queries)


def test_pages_say_how_long_they_may_be_kept_elsewhere(client, practice, settings):
    assert client.get(PAGE).headers["Cache-Control"] == "public, max-age=0, stale-if-error=86400"

    settings.PAGES_MAX_AGE = 60
    memory.clear()
    caches["pages"].clear()

    assert client.get(PAGE).headers["Cache-Control"] == "public, max-age=60, stale-if-error=86400"


def test_nothing_is_kept_where_the_settings_say_so(client, practice, settings):
    settings.KEEP_PAGES = False

    response = client.get(PAGE)

    assert "ETag" not in response.headers
    assert not list(memory.plain)


def test_while_the_database_is_away_a_kept_page_is_given_and_marked(client, practice, away):
    page = client.get(PAGE).content
    away()

    response = client.get(PAGE)

    assert response.status_code == 200
    assert response.content == page
    assert response.headers["Cache-Status"] == 'gresil; hit; ttl=-0; detail="database away"'


def test_a_page_that_other_processes_keep_is_given_too_while_the_database_is_away(client, practice, away):
    page = client.get(PAGE).content
    memory.clear()
    away()

    assert client.get(f"{PAGE}?utm_source=mail").content == page


def test_no_page_that_was_known_to_be_out_of_date_is_given_while_the_database_is_away(client, practice, away):
    client.get(PAGE)
    practice.save()
    client.get("/fr/")
    away()

    assert client.get(PAGE).status_code == 503


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("fr", "Cette page n’est pas disponible pour le moment"),
        ("de", "Diese Seite ist im Moment nicht verfügbar"),
        ("lb", "Dës Säit ass am Moment net disponibel"),
        ("en", "This page is not available at the moment"),
    ],
)
def test_a_page_that_is_not_kept_asks_for_patience_in_the_language_of_the_visitor(client, away, language, heading):
    away()

    response = client.get(f"/{language}/communes/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == "10"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Language"] == language
    assert heading in response.content.decode()


def test_members_of_staff_see_what_everyone_sees_and_leave_nothing_of_theirs(client, practice, django_user_model):
    draft = make_practice(slug="brouillon", state="draft", title_fr="Secret")
    staff = Client()
    staff.force_login(django_user_model.objects.create_superuser("staff"))

    assert staff.get("/fr/practices/brouillon/").status_code == 404
    preview = staff.get("/fr/practices/brouillon/preview/")
    assert "Secret" in preview.content.decode()
    assert "no-store" in preview.headers["Cache-Control"]
    assert staff.get(PAGE).content == client.get(PAGE).content
    assert client.get("/fr/practices/brouillon/").status_code == 404
    assert client.get("/fr/practices/brouillon/preview/").status_code == 302
    draft.delete()


def test_a_member_of_staff_without_the_right_sees_no_draft(client, django_user_model):
    make_practice(slug="brouillon", state="draft")
    make_session(slug="demain", is_published=False)
    client.force_login(django_user_model.objects.create_user("staff", is_staff=True))

    assert client.get("/fr/practices/brouillon/preview/").status_code == 403
    assert client.get("/fr/sessions/demain/preview/").status_code == 403


def routes(patterns, prefix=""):
    for pattern in patterns:
        address = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            yield address, pattern.callback


def test_every_address_is_a_public_page_or_known_not_to_be_one():
    others = {address for address, view in routes(get_resolver().url_patterns) if not hasattr(view, "is_public_page")}

    with_rights = {address for address in others if address.startswith("admin/")}
    assert len(with_rights) > 50
    assert others - with_rights == {
        "healthz",
        "readyz",
        "favicon.ico",
        "i18n/setlang/",
        f"{django_settings.LANGUAGE_CODE}/practices/<slug:slug>/preview/",
        f"{django_settings.LANGUAGE_CODE}/practices/shared/<str:token>/",
        f"{django_settings.LANGUAGE_CODE}/sessions/<slug:slug>/preview/",
    }
