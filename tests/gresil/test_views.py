import datetime
import os
import socket
import subprocess
import sys
import time
from html import unescape

import pytest
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains, assertRedirects

from contacts.models import Display, OrganisationKind
from gresil import health
from tests.factories import (
    make_canton,
    make_commune,
    make_contact,
    make_locality,
    make_merged_commune,
    make_organisation,
    make_practice,
    make_session,
)
from tests.pages import main_of

ASK_WHETHER_READY = """
import os, time, django
django.setup()
from django.conf import settings
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
begun = time.monotonic()
status = Client().get("/readyz").status_code
print(status, time.monotonic() - begun, flush=True)
# Without waiting for the thread that still listens.
os._exit(0)
"""

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, name in settings.LANGUAGES]


@pytest.mark.parametrize(
    ("accepted", "path"),
    [("de-LU,de;q=0.9,fr;q=0.5", "/de/"), ("lb", "/lb/"), ("en-GB", "/en/"), ("it,pt;q=0.8", "/fr/"), ("", "/fr/")],
)
def test_the_start_sends_visitors_to_their_language(client, accepted, path):
    response = client.get("/", headers={"accept-language": accepted})

    assertRedirects(response, path)
    assert "Accept-Language" in response["Vary"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_home_page(client, language):
    response = client.get(f"/{language}/")

    assertContains(response, f'<html lang="{language}" dir="ltr">')
    assert response["Content-Language"] == language


def test_the_language_links_keep_the_page_and_its_filters(client):
    make_commune(slug="strassen")

    response = client.get("/fr/practices/?commune=strassen&q=caf%C3%A9")

    assertContains(response, 'href="/de/practices/?commune=strassen&amp;q=caf%C3%A9"')


def test_the_head_names_the_page_in_each_language_without_the_visitors_words(client):
    response = client.get("/fr/practices/?q=%22%3E%3Cscript%3E")

    for language in LANGUAGES:
        assertContains(
            response, f'<link rel="alternate" hreflang="{language}" href="http://testserver/{language}/practices/">'
        )
    assertContains(response, '<link rel="alternate" hreflang="x-default" href="http://testserver/fr/practices/">')
    assertNotContains(response, "<script>")


@pytest.mark.parametrize(
    "path", ["/fr/", "/fr/practices/", "/fr/communes/", "/fr/contacts/", "/fr/sessions/", "/fr/about/", "/fr/nowhere/"]
)
def test_visitors_get_no_cookie(client, path):
    assert not client.get(path).cookies


def test_home_shows_the_newest_fiches_the_next_session_and_the_helpdesk(client):
    make_practice(title_fr="Un café")
    make_session(title_fr="La séance à venir", date=datetime.date(2999, 1, 1))
    make_session(title_fr="La séance passée", date=datetime.date(2001, 1, 1))
    make_contact(slug="agence-interculturelle", name="", desk_fr="Agence interculturelle", email="desk@example.lu")

    response = client.get("/fr/")

    assertContains(response, "Un café")
    assertContains(response, "La séance à venir")
    assertNotContains(response, "La séance passée")
    assertContains(response, 'href="mailto:desk@example.lu"')


def test_a_merged_commune_leads_to_its_successor_and_keeps_its_fiches(client):
    successor = make_commune(slug="groussbus-wal", name_fr="Groussbus-Wal")
    wahl = make_merged_commune(successor, slug="wahl", name_fr="Wahl", valid_to=datetime.date(2023, 8, 31))
    make_practice(communes=(wahl,), title_fr="HausCaRe")

    response = client.get("/fr/communes/wahl/")

    assertInHTML('<a href="/fr/communes/groussbus-wal/"><strong>Groussbus-Wal</strong></a>', response.content.decode())
    assertContains(response, "1er septembre 2023")
    assertContains(response, "HausCaRe")


def test_a_successor_shows_the_fiches_people_and_names_of_the_communes_that_merged(client):
    successor = make_commune(slug="habscht", valid_from=datetime.date(2018, 1, 1))
    hobscheid = make_merged_commune(successor, name_fr="Hobscheid")
    make_practice(communes=(hobscheid,), title_fr="Le jardin")
    make_contact(commune=hobscheid, name="Jeanne Weber")
    make_organisation(commune=hobscheid, name_fr="Les Amis", kind=OrganisationKind.ASSOCIATION)

    response = client.get("/fr/communes/habscht/")

    for words in ["Hobscheid", "Le jardin", "Jeanne Weber", "Les Amis"]:
        assertContains(response, words)


def test_a_commune_sets_national_fiches_apart(client):
    commune = make_commune(slug="strassen")
    make_practice(communes=(commune,), title_fr="Ici")
    make_practice(territory="national", title_fr="Partout")
    make_practice(communes=(make_commune(canton=make_canton()),), title_fr="Ailleurs")

    html = client.get("/fr/communes/strassen/").content.decode()

    here, everywhere = html.split('id="national-heading"')
    assert "Ici" in here
    assert "Partout" not in here
    assert "Partout" in everywhere
    assert "Ailleurs" not in html


def test_the_directory_counts_fiches_of_a_commune_and_of_its_predecessors_once(client):
    successor = make_commune(name_fr="Groussbus-Wal")
    grosbous, wahl = make_merged_commune(successor), make_merged_commune(successor)
    make_practice(communes=(grosbous, wahl))
    make_practice(communes=(successor,))
    make_practice(communes=(successor,), state="draft")

    response = client.get("/fr/communes/")

    canton = response.context["cantons"][0]
    assert [(commune.name, commune.practice_count) for commune in canton.current_communes] == [("Groussbus-Wal", 2)]


def test_the_only_commune_that_the_words_may_mean_is_opened(client):
    make_commune(slug="strassen", name_fr="Strassen", canton=make_canton(name_fr="Luxembourg"))

    assertRedirects(client.get("/fr/communes/?q=strassen"), "/fr/communes/strassen/")


def test_several_communes_found_are_listed_with_the_place_that_was_meant(client):
    canton = make_canton(name_fr="Esch")
    esch, sanem = make_commune(name_fr="Esch-sur-Alzette", canton=canton), make_commune(name_fr="Sanem", canton=canton)
    make_locality(esch, name_fr="Belval")
    make_locality(sanem, name_fr="Belval")

    html = client.get("/fr/communes/?q=belval").content.decode()

    place = "<small>Belval · Canton : Esch</small>"
    assertInHTML(f'<li><a href="{esch.get_absolute_url()}">Esch-sur-Alzette</a> {place}</li>', html)
    assertInHTML(f'<li><a href="{sanem.get_absolute_url()}">Sanem</a> {place}</li>', html)


def test_an_unknown_commune_leaves_the_whole_list_to_choose_from(client):
    make_commune(name_fr="Strassen")

    response = client.get("/fr/communes/?q=Atlantis")

    assertContains(response, '<p role="status">')
    assertContains(response, "Strassen")


def test_a_hidden_contact_stands_on_no_public_page(client):
    commune, organisation = make_commune(slug="strassen"), make_organisation(slug="asti")
    contact = make_contact(
        name="Jeanne Cachée", display=Display.HIDDEN, commune=commune, organisation=organisation, email="j@example.lu"
    )
    make_practice(slug="cafe", communes=(commune,), organisations=(organisation,), contacts=(contact,))

    for path in ["practices/cafe/", "communes/strassen/", "organisations/asti/", "contacts/", "practices/?q=cachee"]:
        response = client.get(f"/fr/{path}")
        assertNotContains(response, "Jeanne Cachée")
        assertNotContains(response, "j@example.lu")


@pytest.mark.parametrize("path", ["organisations/nobody/", "communes/nowhere/", "practices/none/", "sessions/none/"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_does_not_exist_says_so_in_the_visitors_language(client, path, language):
    response = client.get(f"/{language}/{path}")

    assertContains(response, f'<html lang="{language}"', status_code=404)
    for way_on in ("practices", "communes"):
        assert f'class="button" href="/{language}/{way_on}/"' in main_of(response)


def test_every_answer_carries_the_content_security_policy(client):
    policy = client.get("/fr/")["Content-Security-Policy"]

    for directive in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]:
        assert directive in policy
    assert "unsafe" not in policy


def test_the_portal_is_alive_without_its_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert response.status_code == 200


def test_the_portal_is_ready_once_its_tables_are_there(client):
    assert client.get("/readyz").status_code == 200


def test_the_portal_is_not_ready_while_a_migration_is_missing(client, monkeypatch):
    monkeypatch.setattr(health, "migrations", lambda: frozenset({("practices", "9999_to_come")}))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.content == b"not ready\n"


@pytest.mark.parametrize("error", [DatabaseError, InterfaceError, OperationalError])
def test_the_portal_is_not_ready_whatever_is_wrong_with_the_database(client, monkeypatch, error):
    def fail(self):
        raise error("closed")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", fail)

    assert client.get("/readyz").status_code == 503


def test_the_question_whether_the_portal_is_ready_costs_little(client, django_assert_max_num_queries):
    client.get("/readyz")

    # Whether the table of migrations is there, and what stands in it.
    with django_assert_max_num_queries(2):
        client.get("/readyz")


def test_a_database_that_does_not_answer_holds_nobody_up(tmp_path):
    """A server that takes connections and never says a word, as a frozen PostgreSQL does."""
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        address = f"postgres://user:password@127.0.0.1:{frozen.getsockname()[1]}/name"
        begun = time.monotonic()
        status = subprocess.run(
            [sys.executable, "-c", ASK_WHETHER_READY],
            env=os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "gresil.settings"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert status.split()[0] == "503"
    assert float(status.split()[1]) < 2
    assert time.monotonic() - begun < 60


def test_the_icon_is_found_where_browsers_look(client):
    assertRedirects(client.get("/favicon.ico"), "/static/img/favicon.svg", fetch_redirect_response=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_about_tells_what_gresil_is(client, language):
    html = unescape(client.get(f"/{language}/about/").content.decode())

    assert "Groupe d’échange et de soutien en matière d’intégration au niveau local" in html
    assert "Forum fir d’Zesummeliewen an eise Gemengen" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_of_a_session_stands_on_no_public_page(client, language):
    asti = make_organisation(slug="asti")
    practice = make_practice(slug="cafe")
    draft = make_session(slug="secret", title_fr="Séance secrète", is_published=False, date=timezone.localdate())
    draft.partners.create(organisation=asti)
    draft.practices.add(practice)

    for path in ["", "sessions/", "organisations/asti/", "practices/cafe/"]:
        assertNotContains(client.get(f"/{language}/{path}"), "secrète")
    assert client.get(f"/{language}/sessions/secret/").status_code == 404


@pytest.mark.usefixtures("content")
def test_pages_leave_compressed_where_the_browser_can_read_that(client):
    plain = client.get("/fr/communes/")
    compressed = client.get("/fr/communes/", headers={"accept-encoding": "gzip"})

    assert compressed["Content-Encoding"] == "gzip"
    assert len(compressed.content) < len(plain.content) / 5
