"""The pages on which the portal speaks of itself: about, helpdesk, accessibility, privacy."""

import datetime
import re
from html import unescape
from urllib.parse import quote

import pytest
from django.conf import settings
from django.utils import timezone, translation

from core.templatetags.core_tags import day
from gresil import home
from tests.factories import make_contact, make_organisation, make_source_document
from tests.pages import main_of

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, name in settings.LANGUAGES]


@pytest.fixture
def desk():
    return make_contact(
        slug="agence-interculturelle", name="", desk_fr="Agence", email="desk@example.lu", phones="+352 43 83 33-1"
    )


def list_after(main: str, mark: str) -> list[str]:
    """The items of the first list after `mark`."""
    html = re.search(r"<(ol|ul)\b.*?</\1>", main.partition(mark)[2], flags=re.DOTALL)
    return re.findall(r"<li>", html[0]) if html else []


# About


@pytest.mark.parametrize("language", LANGUAGES)
def test_about_tells_aims_offers_and_the_site_of_the_reports(client, language):
    main = unescape(main_of(client.get(f"/{language}/about/")))

    assert len(list_after(main, 'id="why-heading"')) == 4
    assert len(list_after(main, 'id="offers-heading"')) == 4
    for name in ["Helpdesk Integratioun", "OLAI", "SYVICOL", "ASTI", f'href="/{language}/helpdesk/"']:
        assert name in main


def test_about_names_its_sources_with_their_addresses(client):
    make_source_document(slug="gresil-ewsi", title_fr="Le projet", url="https://ec.europa.eu/gresil", publisher_fr="UE")
    make_source_document(slug="brochure-2017", title_fr="La brochure")
    make_source_document(slug="other", title_fr="Autre chose")

    sources = main_of(client.get("/fr/about/")).partition('id="sources-heading"')[2]

    assert '<a href="https://ec.europa.eu/gresil" rel="external">Le projet</a>' in sources
    assert "La brochure" in sources
    assert "Autre chose" not in sources


@pytest.mark.usefixtures("content")
def test_the_sources_of_about_are_in_the_fixtures(client):
    sources = client.get("/fr/about/").context["sources"]

    assert [source.slug for source in sources] == sorted(home.ABOUT_SOURCES)


# Helpdesk


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_helpdesk_can_be_called_and_written_to_with_a_subject(client, desk, language):
    main = main_of(client.get(f"/{language}/helpdesk/"))

    assert 'href="tel:+3524383331"' in main
    for message in ["Question to the helpdesk", "A good practice for the portal", "Something has changed"]:
        with translation.override(language):
            subject = quote(translation.gettext(message))
        assert f'href="mailto:desk@example.lu?subject={subject}"' in main


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_helpdesk_page_lists_the_nine_offers_of_2017_as_those_of_2017(client, language):
    main = main_of(client.get(f"/{language}/helpdesk/"))

    assert len(list_after(main, 'id="offers-heading"')) == 9
    heading = main.partition('id="offers-heading"')[2].partition("</h2>")[0]
    assert "2017" in heading
    assert '<q lang="fr">Les communes luxembourgeoises, catalyseur de l’intégration locale</q>' in main
    for path in ["sessions", "glossary", "practices", "contacts", "about"]:
        assert f'href="/{language}/{path}/"' in main


@pytest.mark.parametrize("gone", [{"display": "relay"}, {"display": "hidden"}])
def test_no_way_to_the_helpdesk_is_offered_that_is_not_public(client, gone):
    make_contact(slug="agence-interculturelle", email="desk@example.lu", phones="+352 43 83 33-1", **gone)

    main = main_of(client.get("/fr/helpdesk/"))

    assert "mailto:" not in main
    assert "tel:" not in main


def test_a_dissolved_helpdesk_offers_no_address(client):
    organisation = make_organisation(dissolved_on=datetime.date(2019, 12, 31), dissolved_precision="year")
    make_contact(slug="agence-interculturelle", email="desk@example.lu", organisation=organisation)

    for path in ["helpdesk", "sessions", "accessibility"]:
        assert "mailto:" not in main_of(client.get(f"/fr/{path}/"))


# Accessibility


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_accessibility_statement_is_read_by_the_crawler_of_the_state(client, desk, language):
    main = main_of(client.get(f"/{language}/accessibility/"))

    # github.com/accessibility-luxembourg/a11yStatementGen, README, “Metadata”
    for classes in [
        "basic-information organization-name",
        "basic-information website-name",
        "basic-information conformance-status none",
        "basic-information statement-created-date",
        "basic-information statement-renewal-date",
        "basic-information feedback h-card",
        "technical-information accessibility-limitations non-compliant",
        "technical-information accessibility-limitations disproportionate-burden",
        "technical-information accessibility-limitations exception",
    ]:
        assert main.count(f'class="{classes}"') == 1
    assert 'class="email u-email" href="mailto:desk@example.lu?' in main


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_accessibility_statement_names_its_dates_and_whom_to_turn_to(client, language):
    main = main_of(client.get(f"/{language}/accessibility/"))

    with translation.override(language):
        for date in [home.STATEMENT_CREATED_ON, home.STATEMENT_REVIEWED_ON]:
            assert day(date) in main
    assert f'href="{home.COMPLAINTS_URL}"' in main
    assert f'href="{home.OMBUDSMAN_URL}"' in main


def test_the_accessibility_statement_was_reviewed_after_it_was_written():
    assert home.STATEMENT_CREATED_ON <= home.STATEMENT_REVIEWED_ON <= timezone.localdate()


# Privacy


@pytest.mark.parametrize("language", LANGUAGES)
def test_privacy_tells_of_the_selection_and_how_to_empty_it(client, language):
    main = main_of(client.get(f"/{language}/privacy/"))

    with translation.override(language):
        names = [translation.gettext(name) for name in ("My selection", "Empty my selection")]
    assert f'href="/{language}/selection/"' in main
    assert all(name in main for name in names)
