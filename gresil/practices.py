"""The library, the page of a practice, and the selection of a visitor."""

from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Value, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from pyroaring import BitMap

from contacts.models import Commune, Contact
from core.languages import active_language
from core.models import Version
from core.pages import never_keep, public_page
from core.paging import page_of
from core.parameters import keep_parameters
from core.versions import PUBLIC
from gresil.communes import put_on_the_map
from gresil.errors import gone
from gresil.home import helpdesk_contact
from gresil.previews import Preview
from gresil.search import elsewhere
from library import search
from library.empty_searches import count_empty_search
from library.filters import PracticeFilter
from library.index import LIBRARY
from library.sets import Library, union
from library.terms import shown_terms, superseded_shown
from practices.cards import practices_in_lists
from practices.models import (
    Audience,
    OrganisationRole,
    Practice,
    PracticeContact,
    PracticeOrganisation,
    PracticeQuerySet,
    PracticeSection,
    PracticeSource,
    SectionGroup,
    State,
    Term,
    ThemeBlock,
    Topic,
)
from practices.sharing import shared_practice
from practices.terms import TERMS, Vocabulary, vocabulary
from sessions_app.models import Session

PER_PAGE = 30
MOST_NEAREST = 10
MOST_SIMILAR = 3
MOST_SELECTED = 20
# Of the factsheets asked for last, in each process; one takes some 60 kB.
MOST_READ = 100
# library.js asks so while somebody types.
STILL_TYPING = "typing"


@public_page(*PracticeFilter.base_filters, "page", STILL_TYPING)
def practice_list(request: HttpRequest) -> HttpResponse:
    """The library. A filter that we do not understand is answered with what is wrong, never with all practices; those
    that we do understand stay in the form."""
    is_still_typing = STILL_TYPING in request.GET
    # No link on the page repeats it.
    keep_parameters(request, *PracticeFilter.base_filters, "page")
    practices = PracticeFilter(request.GET, Practice.objects.published())
    is_valid, facets = practices.is_valid(), practices.facets()
    context: dict = {
        "filter": practices,
        "facets": facets,
        "chosen": [(facet, choice) for facet in facets for choice in facet.chosen],
        "count": len(practices.found) if is_valid else 0,
        "theme": chosen_theme(practices),
        "year": year_of_all(practices.library),
        "page": None,
        "practices": [],
        "passages": {},
        "communes": [],
        "national": [],
        "nearest": [],
        "blocking_filters": [],
        "single_filters": [],
        "suggestion": "",
        "elsewhere": [],
        "wrong": practices.wrong_values(),
    }
    if not is_valid:
        return render(request, "gresil/practice_list.html", context, status=400)
    if practices.found and practices.chosen_view == "map":
        context |= on_the_map(practices, request)
    else:
        page = page_of(practices.qs, PER_PAGE, request)
        shown = list(page.object_list)
        context |= {"page": page, "practices": shown, "passages": passages(practices, shown)}
    if practices.form.cleaned_data["commune"]:
        context["national"] = practices.also_national()[:PER_PAGE]
    if practices.matches.query and not is_still_typing:
        context["elsewhere"] = elsewhere(practices.form.cleaned_data["q"], practices.matches.query)
    if not practices.found:
        context |= ways_on(practices)
    response = render(request, "gresil/practice_list.html", context)
    # Not what other filters left out, nor the beginning of a word.
    if practices.matches.query and not is_still_typing and not practices.matches.all & practices.library.all:
        count_empty_search(practices.form.cleaned_data["q"], active_language())
        # The next one counts too.
        never_keep(response)
    return response


def ways_on(practices: PracticeFilter) -> dict:
    """What an empty result offers instead."""
    context: dict = {"nearest": practices.nearest()[:MOST_NEAREST], "helpdesk": helpdesk_contact()}
    if not context["nearest"] and len(practices.active) > 1:
        context["blocking_filters"] = practices.blocking_filters()
        context["single_filters"] = [] if context["blocking_filters"] else practices.single_filters()
    if practices.matches.query:
        context["suggestion"] = practices.suggestion()
    return context


def chosen_theme(practices: PracticeFilter) -> ThemeBlock | None:
    """The theme block to which the practices are narrowed, if it is a single one."""
    slugs = set(practices.form.cleaned_data.get("theme") or [])
    return ThemeBlock.objects.filter(slug__in=slugs).first() if len(slugs) == 1 else None


def year_of_all(library: Library) -> str:
    """The year of which all practices are, if it is a single one."""
    years = [slug for (facet, slug), keys in library.values.items() if facet == "year" and keys & library.all]
    return years[0] if len(years) == 1 else ""


def on_the_map(practices: PracticeFilter, request: HttpRequest) -> dict:
    """The communes of today with their numbers of practices found, and how each leads to its own."""
    communes = list(Commune.objects.current().by_name().select_related("canton"))
    put_on_the_map(communes, practices.library, practices.found)
    query = request.GET.copy()
    for name in ("view", "page", "sort", "commune"):
        query.pop(name, None)
    return {
        "communes": communes,
        "national_count": len(practices.found & practices.library.national),
        "map_query": query.urlencode(),
    }


def passages(practices: PracticeFilter, shown: Sequence[Practice]) -> dict[int, search.Passage]:
    """Key of each practice in `shown` -> where the words of a search stand in it; nothing without words."""
    return search.passages(shown, practices.matches, active_language()) if practices.matches.query else {}


def with_all_parts(practices: PracticeQuerySet) -> PracticeQuerySet:
    """Everything that the page of a practice shows, in a fixed number of queries."""
    contacts = PracticeContact.objects.filter(contact__in=Contact.objects.listed())
    return practices.select_related("theme", "framework").prefetch_related(
        "sections",
        "indicators",
        "links",
        Prefetch("practice_sources", PracticeSource.objects.select_related("document")),
        Prefetch("practice_organisations", PracticeOrganisation.objects.select_related("organisation")),
        Prefetch("practice_contacts", contacts.select_related("contact__organisation")),
    )


# Relations to rows of which there are few -> their column in the table between. All such rows are kept.
FEW_ROWS = {"topics": "topic_id", "audiences": "audience_id", "communes": "commune_id", "sessions": "session_id"}


@lru_cache(maxsize=8)
def few_rows(version: UUID | None, language: str) -> dict[str, dict[int, Any]]:
    """Relation -> key -> row, in the order in which `language` shows them; read once for each `version` of what the
    public sees. Shared between requests: do not modify."""
    rows: dict[str, QuerySet] = {
        "topics": Topic.objects.by_name(),
        "audiences": Audience.objects.by_name(),
        "communes": Commune.objects.by_name().select_related("successor"),
        "sessions": Session.objects.all(),
    }
    return {name: {row.pk: row for row in queryset} for name, queryset in rows.items()}


# Relation -> keys of a practice's rows among those few.
Ties = dict[str, set[int]]


def ties_of(practices: Collection[Practice]) -> dict[int, Ties]:
    """Key of each of `practices` -> its ties to rows of which there are few; one query for all together."""
    ties: list[QuerySet] = [
        getattr(Practice, name)
        .through.objects.filter(practice__in=[practice.pk for practice in practices])
        .order_by()
        .values_list(Value(name), "practice_id", column)
        for name, column in FEW_ROWS.items()
    ]
    found: dict[int, Ties] = {practice.pk: {name: set() for name in FEW_ROWS} for practice in practices}
    for name, practice_key, key in ties[0].union(*ties[1:], all=True):
        found[practice_key][name].add(key)
    return found


def tie(practice: Practice, ties: Ties) -> None:
    """Give `practice` the rows that it is tied to, as `prefetch_related()` would."""
    [version] = Version.objects.current(PUBLIC)
    known = few_rows(version, active_language())
    rows = {name: [row for key, row in known[name].items() if key in keys] for name, keys in ties.items()}
    practice._prefetched_objects_cache |= rows  # type: ignore[attr-defined]


def fetch_successors(practices: Collection[Practice]) -> None:
    """What took the place of organisations of `practices`; one query for all together."""
    organisations = [row.organisation for practice in practices for row in practice.practice_organisations.all()]
    organisations += [row.contact.organisation for practice in practices for row in practice.practice_contacts.all()]
    prefetch_related_objects([row for row in organisations if row.is_dissolved], "successors")


@dataclass(frozen=True)
class Factsheet:
    """All that is read of a practice for its page, in every language. Shared between requests: do not modify."""

    practice: Practice
    ties: Ties
    shown_terms: BitMap

    def in_active_language(self) -> Practice:
        """A copy, with what stands in another order in another language."""
        practice = copy(self.practice)
        practice._prefetched_objects_cache = dict(self.practice._prefetched_objects_cache)  # type: ignore[attr-defined]
        tie(practice, self.ties)
        return practice


def read_factsheet(practices: PracticeQuerySet, slug: str) -> Factsheet:
    """Raises Http404 when it is none of `practices`."""
    practice = get_object_or_404(with_all_parts(practices), slug=slug)
    fetch_successors([practice])
    return Factsheet(practice, ties_of([practice])[practice.pk], shown_terms(practice.pk))


@lru_cache(maxsize=MOST_READ)
def published_factsheet(version: UUID | None, slug: str) -> Factsheet:
    """Read once for each `version` of what the public sees, whichever language asks for it first."""
    return read_factsheet(Practice.objects.published(), slug)


class PracticeDetailView(TemplateView):
    template_name = "gresil/practice_detail.html"

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            return self.not_there(request, kwargs["slug"])

    def not_there(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Where a factsheet stood that was withdrawn, a sentence and ways on."""
        withdrawn = Practice.everything.filter(Q(state=State.ARCHIVED) | Q(deleted_at__isnull=False))
        withdrawn = withdrawn.select_related("theme").prefetch_related("communes")
        practice: Practice = get_object_or_404(withdrawn, slug=slug, published_at__isnull=False)
        at = practice.deleted_at or (practice.archived_at if practice.state == State.ARCHIVED else None)
        places: list[Any] = [practice.theme, *practice.communes.all()]
        return gone(request, at, [(str(place), place.get_absolute_url()) for place in places])

    def read(self, slug: str) -> Factsheet:
        [version] = Version.objects.current(PUBLIC)
        return published_factsheet(version, slug)

    def get_context_data(self, **kwargs) -> dict:
        factsheet = self.read(kwargs["slug"])
        practice = factsheet.in_active_language()
        terms_version, library_version = Version.objects.current(TERMS, LIBRARY)
        terms = vocabulary(terms_version)
        return super().get_context_data(**kwargs) | {
            "practice": practice,
            "roles": organisations_by_role(practice),
            "translation": practice.translation_in(active_language()),
            "superseded": superseded_shown(factsheet.shown_terms, terms),
            "today": today_of(practice, terms),
            "groups": grouped_sections(practice),
            "similar": similar_practices(practice, Library(library_version)),
            "address": self.request.build_absolute_uri(self.request.path),
            "helpdesk": helpdesk_contact(),
            "shared_until": None,
        }


class PracticePreview(Preview, PracticeDetailView):
    permission_required = "practices.view_practice"

    def not_there(self, request: HttpRequest, slug: str) -> HttpResponse:
        raise Http404

    def read(self, slug: str) -> Factsheet:
        return read_factsheet(Practice.objects.all(), slug)


@method_decorator(never_cache, name="dispatch")
class SharedPractice(PracticeDetailView):
    """What a commune sees of a draft, by a link that expires."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            practice, until = shared_practice(kwargs["token"])
        except Practice.DoesNotExist as error:
            raise Http404 from error
        if practice.is_published:
            return redirect(practice)
        context = self.get_context_data(slug=practice.slug) | {"shared_until": until}
        response = self.render_to_response(context)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    def read(self, slug: str) -> Factsheet:
        return read_factsheet(Practice.objects.all(), slug)


def organisations_by_role(practice: Practice) -> list[tuple[str, list[PracticeOrganisation]]]:
    """Label of the role -> its organisations, in the order of `OrganisationRole`."""
    rows = list(practice.practice_organisations.all())
    roles = [(role.label, [row for row in rows if row.role == role]) for role in OrganisationRole]
    return [(label, rows) for label, rows in roles if rows]


def today_of(practice: Practice, terms: Vocabulary) -> list[Term]:
    """The terms that took the place of what `practice` rests on."""
    return terms.today(terms.by_pk[practice.framework_id]) if practice.framework_id else []


def grouped_sections(practice: Practice) -> list[tuple[SectionGroup, list[PracticeSection]]]:
    """The sections under the five questions of a reader, in the order of `SectionGroup`; questions without an answer
    are left out."""
    sections = list(practice.sections.all())
    groups = [(group, [section for section in sections if section.group == group]) for group in SectionGroup]
    return [(group, members) for group, members in groups if members]


@dataclass(frozen=True)
class Similar:
    practice: Practice
    reason: str


def similar_practices(practice: Practice, library: Library) -> list[Similar]:
    """At most three practices with most subjects in common; of those equally like it one of the same theme block, then
    one from elsewhere, then the one that was entered last."""
    topics = {topic.slug: topic.name for topic in practice.topics.all()}
    having = {slug: library.having("topic", slug) for slug in topics}
    same_theme = library.having("theme", practice.theme.slug)
    here = union(keys for (facet, _slug), keys in library.values.items() if facet == "commune" and practice.pk in keys)
    rest = (union([*having.values(), same_theme]) & library.all) - BitMap([practice.pk])
    # For each number of subjects the practices that share so many or more. Sets, since half of a library may be alike.
    sharing = [rest, *(BitMap() for _topic in topics)]
    for found in having.values():
        for count in range(len(topics), 0, -1):
            sharing[count] |= sharing[count - 1] & found
    keys: list[int] = []
    for some in reversed(sharing):
        group = some & rest
        rest = rest - group
        for alike in (group & same_theme, group - same_theme):
            for part in (alike - here, alike & here):
                keys += reversed(part[-MOST_SIMILAR:])
    keys = keys[:MOST_SIMILAR]

    def reason(other: Practice) -> str:
        common = [name for slug, name in topics.items() if other.pk in having[slug]]
        return _("Also about: %(subjects)s") % {"subjects": ", ".join(common)} if common else _("Same theme")

    return [Similar(other, reason(other)) for other in practices_in_lists(keys)]


@public_page("practice")
def selection(request: HttpRequest) -> HttpResponse:
    """The practices of `?practice=`, in its order, to read and print together. static/js/selection.js keeps them in the
    browser and brings them here; the address can be sent to others."""
    slugs = request.GET.getlist("practice")[:MOST_SELECTED]
    rows = with_all_parts(Practice.objects.published()).filter(slug__in=slugs)
    ties = ties_of(rows)
    for practice in rows:
        tie(practice, ties[practice.pk])
    fetch_successors(rows)
    by_slug = {practice.slug: practice for practice in rows}
    practices = [by_slug[slug] for slug in slugs if slug in by_slug]
    context = {
        "practices": [(practice, grouped_sections(practice)) for practice in practices],
        "missing": len(slugs) - len(practices),
        "address": request.build_absolute_uri(f"{request.path}?{request.GET.urlencode()}"),
        "origin": request.build_absolute_uri("/")[:-1],
        "helpdesk": helpdesk_contact(),
    }
    return render(request, "gresil/selection.html", context)
