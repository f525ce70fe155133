"""The home page, and the pages about the portal itself."""

import datetime
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contacts.map import outlines
from contacts.models import Commune, Contact
from core.languages import active_language
from core.models import Version
from core.pages import public_page
from core.versions import PUBLIC
from library.results import newest_of_each
from library.sets import Library
from practices.cards import practices_in_lists
from practices.models import Practice, SourceDocument, Territory, ThemeBlock
from sessions_app.models import Session

HELPDESK = "agence-interculturelle"
# To begin with, each theme shows the example that says most of what decides, of so many of the newest.
LOOKED_AT = 12
# What the page about GRESIL tells from.
ABOUT_SOURCES = ["assises-web-2017", "brochure-2017", "gresil-ewsi"]
# The accessibility statement is reviewed at least once a year.
STATEMENT_CREATED_ON = datetime.date(2026, 11, 22)
STATEMENT_REVIEWED_ON = datetime.date(2026, 11, 24)
# Who checks accessibility in Luxembourg, and who mediates (law of 28 May 2019).
COMPLAINTS_URL = "https://sip.gouvernement.lu/fr/support/reclamation-accessibilite.html"
OMBUDSMAN_URL = "https://www.ombudsman.lu"


def helpdesk_contact() -> Contact | None:
    """The desk that answers when a page has nobody else to name. Shared between requests: do not modify."""
    [version] = Version.objects.current(PUBLIC)
    return helpdesk_of_version(version)


@lru_cache(maxsize=1)
def helpdesk_of_version(version: UUID | None) -> Contact | None:
    contact = Contact.objects.listed().filter(slug=HELPDESK).select_related("organisation").first()
    if contact:
        contact.kept_html = {}
    return contact


@public_page()
def home(request: HttpRequest) -> HttpResponse:
    library, themes = Library(), list(ThemeBlock.objects.all())
    [version] = Version.objects.current(PUBLIC)
    for theme in themes:
        theme.practice_count = len(library.having("theme", theme.slug))
    context = {
        "themes": themes,
        "examples": examples(library, themes),
        "practice_count": len(library.all),
        "outlines": outlines(),
        "places": places_with_examples(version, active_language()),
        "next_session": Session.objects.published().with_card_details().upcoming().first(),
        "helpdesk": helpdesk_contact(),
    }
    return render(request, "gresil/home.html", context)


def examples(library: Library, themes: list[ThemeBlock]) -> list[Practice]:
    """For each theme block a local practice that nothing says is over: the one that tells most of what decides."""
    local = library.having("territory", Territory.LOCAL)
    wanted = [(library.having("theme", theme.slug) & local, LOOKED_AT) for theme in themes]
    keys = newest_of_each(wanted)
    practices = {row.pk: row for row in practices_in_lists([key for some in keys for key in some])}
    chosen = []
    for some in keys:
        open_ones = [practices[key] for key in some if key in practices and practices[key].may_be_asked_for]
        if open_ones:
            # Of those that tell as much, the first is the newest.
            chosen.append(max(open_ones, key=lambda practice: practice.count_facts_in_few_words()))
    return chosen


@dataclass(frozen=True)
class Places:
    """The communes of today with local practices, each with its place on the drawing and their number."""

    rows: list[tuple[Commune, tuple[float, float], int]]
    kept_html: dict[tuple, str] = field(default_factory=dict)


@lru_cache(maxsize=8)
def places_with_examples(version: UUID | None, language: str) -> Places:
    """As `language` names them; found and drawn once for each version. Shared between requests: do not modify."""
    library, drawing = Library(), outlines()
    local = library.having("territory", Territory.LOCAL)
    rows = []
    for commune in Commune.objects.current().by_name():
        count = library.in_communes(commune).intersection_cardinality(local)
        if count and commune.code in drawing.centres:
            rows.append((commune, drawing.centres[commune.code], count))
    return Places(rows)


@public_page()
def about(request: HttpRequest) -> HttpResponse:
    sources = SourceDocument.objects.filter(slug__in=ABOUT_SOURCES).order_by("slug")
    return render(request, "gresil/about.html", {"sources": sources, "helpdesk": helpdesk_contact()})


@public_page()
def helpdesk(request: HttpRequest) -> HttpResponse:
    return render(request, "gresil/helpdesk.html", {"helpdesk": helpdesk_contact()})


@public_page()
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "gresil/privacy.html", {"helpdesk": helpdesk_contact()})


@public_page()
def accessibility(request: HttpRequest) -> HttpResponse:
    context = {
        "created_on": STATEMENT_CREATED_ON,
        "reviewed_on": STATEMENT_REVIEWED_ON,
        "complaints_url": COMPLAINTS_URL,
        "ombudsman_url": OMBUDSMAN_URL,
        "address": request.build_absolute_uri("/"),
        "helpdesk": helpdesk_contact(),
    }
    return render(request, "gresil/accessibility.html", context)
