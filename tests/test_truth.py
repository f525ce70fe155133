"""Nothing of 2017 is said as if it were today: on every page of the portal with its real content."""

import re

import polib
import pytest
from django.conf import settings
from django.utils.html import strip_tags

from contacts.models import Contact
from core.templatetags.core_tags import phone_uri
from practices.models import Practice, Standing
from tests.gresil.test_sitemaps import all_addresses
from tests.pages import main_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content"), pytest.mark.any_database]

# What calls an offer open, in each language.
OPEN = re.compile(
    r"ouvert(?:e|s|es)? à tou|toujours (?:en cours|ouvert)|offen für|steht allen|op fir all|open to (?:every|all)",
    re.IGNORECASE,
)


def dissolved() -> list[Contact]:
    return list(Contact.objects.filter(organisation__dissolved_on__isnull=False))


def ways_of(contact: Contact) -> set[str]:
    """What would offer to ring or to write to `contact`, and whatever shows its number or address."""
    written = {*contact.phone_numbers, *filter(None, [contact.email])}
    return written | {phone_uri(number) for number in contact.phone_numbers}


@pytest.mark.repeats
def test_no_page_offers_the_telephone_or_e_mail_of_a_body_that_is_no_more(client):
    # A number that a living body has too, such as a switchboard, may be shown.
    living = set().union(*map(ways_of, Contact.objects.filter(organisation__dissolved_on__isnull=True)))
    dead = set().union(*map(ways_of, dissolved())) - living
    pages = [*all_addresses(client), *(f"/{code}/contacts/" for code, _name in settings.LANGUAGES)]

    offered = {}
    for path in pages:
        html = client.get(path).content.decode().replace("<wbr>", "")
        if found := {way for way in dead if way in html}:
            offered[path] = found

    assert len(dissolved()) >= 3
    assert len(pages) > 700
    assert not offered


def test_a_contact_of_a_body_that_is_no_more_leads_to_whom_to_ask_today(client):
    html = main_of(client.get("/fr/practices/contrat-accueil-integration-local/"))

    contact = html.partition('class="ask-today"')[2].partition("</div>")[0]
    assert 'href="/fr/organisations/mfsva/"' in contact
    assert 'href="/fr/helpdesk/"' in contact


@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_no_page_calls_open_what_has_ended_or_was_replaced(client, language):
    over = {practice.slug for practice in Practice.objects.published() if not practice.may_be_asked_for}

    claims = {slug for slug in over if OPEN.search(strip_tags(main_of(client.get(f"/{language}/practices/{slug}/"))))}
    # Wherever its card or its line stands, it says what became of it.
    lists = [main_of(client.get(f"/{language}/{path}")) for path in ("practices/", "communes/luxembourg/")]
    lines = {
        (slug, line)
        for html in lists
        for line in re.findall(r"<li\b(?:(?!</li>).)*?</li>", html, flags=re.DOTALL)
        for slug in over
        if f"/practices/{slug}/" in line
    }

    assert len(over) >= 7
    assert not claims
    assert len(lines) >= len(over)
    assert not [slug for slug, line in lines if not re.search("standing-(?:ended|replaced)", line)]


@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_no_sentence_of_the_portal_calls_an_offer_open(language):
    catalogue = polib.pofile(f"gresil/locale/{language}/LC_MESSAGES/django.po")

    assert len(catalogue) > 500
    assert not [entry.msgid for entry in catalogue if OPEN.search(entry.msgstr)]


@pytest.mark.parametrize(
    ("slug", "standing"),
    [
        ("contrat-accueil-integration-local", Standing.REPLACED),
        ("brochure-accueil-dpi", Standing.REPLACED),
        ("pci-strassen", Standing.REPLACED),
        ("neien-ufank", Standing.ENDED),
        ("formation-multiplicateurs", Standing.ENDED),
        ("cafe-de-babel-strassen", Standing.UNCONFIRMED),
    ],
)
def test_the_practices_of_2017_stand_as_the_sources_tell(client, slug, standing):
    assert Practice.objects.get(slug=slug).standing == standing
    assert f'class="standing standing-{standing}"' in main_of(client.get(f"/lb/practices/{slug}/"))
    assert f'class="standing standing-{standing}"' in main_of(client.get("/lb/practices/"))
