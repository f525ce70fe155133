"""The search box: a commune's name leads to its page, everything else to the library; and what else the words name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from contacts.forms import SearchForm
from contacts.models import Commune
from contacts.search import Closeness, CommuneMatch, all_organisations, communes_matching, names_version
from core.languages import active_language, in_language, languages, text_language
from core.models import Version
from core.pages import public_page
from core.templatetags.core_tags import day
from core.text import fold
from core.versions import PUBLIC
from library import search
from library.names import Names
from library.sets import Library
from practices.models import Audience, Practice, Topic
from practices.terms import TERMS, vocabulary
from sessions_app.models import Session

MOST_COMMUNES = 4
MOST_SUBJECTS = 3
MOST_PRACTICES = 4
MOST_OTHERS = 2
MOST_ELSEWHERE = 5
# A shorter word begins too many others.
SHORTEST_WORD = 3


@dataclass(frozen=True)
class Entry:
    name: str
    detail: str
    url: str
    language: str
    """Of the name."""


@dataclass(frozen=True)
class Group:
    label: str | Promise
    entries: list[Entry]


@public_page("q")
def go(request: HttpRequest) -> HttpResponse:
    """Where the words of `?q=` lead."""
    form = SearchForm(request.GET)
    text = request.GET.get("q", "")
    if form.is_valid() and text:
        commune = means_commune(search.parse(text), communes_matching(text, MOST_COMMUNES))
        if commune:
            return redirect(commune)
    address = reverse("practices:list")
    # Words that we cannot read are the library's to complain of.
    return redirect(f"{address}?{urlencode({'q': text})}" if text else address)


@public_page("q")
def suggestions(request: HttpRequest) -> JsonResponse:
    """What the search box offers while somebody types: groups of entries, the first of which Enter opens if the words
    name a commune."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": form.errors["q"][0]}, status=400)
    text = form.cleaned_data["q"]
    query = search.parse(text)
    names = names_version()
    communes = communes_matching(text, MOST_COMMUNES, names)
    meant = means_commune(query, communes)
    groups = [Group(_("Communes"), commune_entries(communes if meant else close(communes)))]
    if query and len(fold(text)) >= SHORTEST_WORD:
        groups += [
            Group(_("Subjects"), list(islice(subjects(text), MOST_SUBJECTS))),
            Group(_("Good practices"), practices_found(query)),
            *named(query, MOST_OTHERS, names),
        ]
    return answer(groups, is_first_meant=bool(meant))


def answer(groups: Iterable[Group], *, is_first_meant: bool) -> JsonResponse:
    return JsonResponse(
        {
            "isFirstMeant": is_first_meant,
            "groups": [
                {"label": str(group.label), "entries": [vars(entry) for entry in group.entries]}
                for group in groups
                if group.entries
            ],
        }
    )


def means_commune(query: search.Query, matches: list[CommuneMatch]) -> Commune | None:
    """The first of `matches` if the words are the name of a place, or if only places have a name like them."""
    if not matches:
        return None
    first = matches[0]
    is_name = first.closeness == Closeness.SAME
    return first.commune if is_name or not search.Matches(query).all & Library().all else None


def close(matches: Iterable[CommuneMatch]) -> list[CommuneMatch]:
    """Those of a name in which the words stand or begin, not in the middle of a word."""
    return [match for match in matches if match.closeness <= Closeness.HAS_WORDS]


def commune_entries(matches: Iterable[CommuneMatch]) -> list[Entry]:
    return [entry(match.commune, "name", match.detail) for match in matches]


def entry(row: Any, field: str, detail: str = "") -> Entry:
    """`row` has a page of its own; `field` is its name."""
    return Entry(getattr(row, field), detail, row.get_absolute_url(), text_language(row, field))


def begins_a_word(query: str, text: str) -> bool:
    """Whether every word of `query` begins a word of `text`."""
    words = fold(text).split()
    return all(any(word.startswith(wanted) for word in words) for wanted in fold(query).split())


def subjects(query: str) -> Iterator[Entry]:
    """Topics and target groups by their names in any language."""
    for model in (Topic, Audience):
        for row in model.objects.by_name():
            if any(begins_a_word(query, in_language(row, "name", code)) for code, _name in languages()):
                yield entry(row, "name")


def practices_found(query: search.Query) -> list[Entry]:
    """The practices that the library would show first."""
    matches, published, keys = search.Matches(query), Library().all, []
    for group in matches.ranked(active_language()):
        keys += list(group & published)
        if len(keys) >= MOST_PRACTICES:
            break
    practices = Practice.objects.select_related("theme").in_turn(keys[:MOST_PRACTICES])
    return [entry(practice, "title", practice.theme.short_title) for practice in practices]


def named(query: search.Query, most: int, names: UUID) -> list[Group]:
    """Sessions, organisations and terms of the glossary that bear the words of `query`, at most so many of each;
    `names` is the version of the names."""
    terms_version, public = Version.objects.current(TERMS, PUBLIC)
    sessions = sessions_by_name(public, terms_version).matching(query)
    organisations = organisations_by_name(names, terms_version).matching(query)
    bearing = {term.pk for term in terms_by_name(terms_version).matching(query)}
    known = query.vocabulary.terms if query.vocabulary else []
    terms = [term for term in known if term.pk in query.terms or term.pk in bearing]
    return [
        Group(_("Sessions"), [entry(row, "title", day(row.date)) for row in sessions[:most]]),
        Group(_("Organisations"), [entry(row, "name", row.get_kind_display()) for row in organisations[:most]]),
        Group(_("Glossary"), [entry(row, "name", row.abbreviation) for row in terms[:most]]),
    ]


@lru_cache(maxsize=1)
def sessions_by_name(public: UUID | None, terms: UUID | None) -> Names:
    return Names(Session.objects.published(), ["title", "summary"], vocabulary(terms))


@lru_cache(maxsize=1)
def organisations_by_name(names: UUID, terms: UUID | None) -> Names:
    return Names(all_organisations(names), ["name"], vocabulary(terms), acronym="short_name")


@lru_cache(maxsize=1)
def terms_by_name(terms: UUID | None) -> Names:
    known = vocabulary(terms)
    return Names(known.terms, ["name"], known)


def elsewhere(text: str, query: search.Query) -> list[Group]:
    """Beside the practices that the library shows: what else `text` names, of which `query` is the meaning."""
    names = names_version()
    communes = close(communes_matching(text, MOST_COMMUNES, names))
    groups = [Group(_("Communes"), commune_entries(communes)), *named(query, MOST_ELSEWHERE, names)]
    return [group for group in groups if group.entries]
