from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, CharField, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, Filter, FilterSet, MultipleChoiceFilter
from pyroaring import BitMap

from contacts.forms import has_a_word, is_readable
from core.languages import active_language, translated
from core.models import Version
from core.parameters import understood
from core.text import fold
from core.versions import PUBLIC
from library import search, spelling
from library.facets import FACETS, YEAR, RowFacet
from library.index import LIBRARY
from library.results import Results
from library.sets import Library
from practices.models import FIRST_YEAR, Practice, PracticeQuerySet

ORDERS: dict[str, tuple[Promise, Any]] = {
    "relevance": (_("Best match"), None),
    "newest": (_("Newest"), PracticeQuerySet.newest),
    "updated": (_("Recently changed"), lambda practices: practices.order_by("-updated_at", "slug")),
    "title": (_("By title"), PracticeQuerySet.by_title),
}
VIEWS = [("list", _("List")), ("map", _("Map"))]
UNKNOWN_CHOICE = {
    "invalid_choice": _("We do not know one of these choices. Please choose from the list."),
}
IS_FORMER = Case(When(successor__isnull=False, then=1), default=0, output_field=IntegerField())
# A facet with more choices shows those with the most practices, and leads to the page that lists all.
MOST_CHOICES = 120
CHOICES_OF_A_LONG_FACET = 40
# So many choices of a facet are in view; one click shows the others.
CHOICES_IN_VIEW = 8
# The facets that most visitors narrow by.
FIRST_FACETS = ["topic", "audience", "commune", "canton", "cost"]
DIRECTORIES = {"organisation": "organisation-list", "commune": "commune-list"}


@dataclass
class Choice:
    """A choice of a facet; `count` is how many practices it gives with the choices of all other facets kept."""

    slug: str
    label: str
    count: int
    is_chosen: bool
    language: str
    """Of the label."""


@dataclass
class Facet:
    name: str
    label: str
    choices: list[Choice]
    """In the order in which readers see them; none that gives nothing, unless it is chosen."""
    left_out: int = 0
    """How many further choices there are."""

    @property
    def is_first(self) -> bool:
        return self.name in FIRST_FACETS

    def divides(self, count: int) -> bool:
        """Whether a choice would change a result of `count` practices, or has changed it."""
        return bool(self.chosen) or any(choice.count != count for choice in self.choices)

    @cached_property
    def in_view(self) -> list[Choice]:
        if len(self.choices) <= CHOICES_IN_VIEW + 1:
            return self.choices
        most = sorted(self.choices, key=lambda choice: (not choice.is_chosen, -choice.count))[:CHOICES_IN_VIEW]
        in_view = {choice.slug for choice in most}
        return [choice for choice in self.choices if choice.slug in in_view or choice.is_chosen]

    @property
    def further(self) -> list[Choice]:
        in_view = {choice.slug for choice in self.in_view}
        return [choice for choice in self.choices if choice.slug not in in_view]

    @cached_property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.is_chosen]

    @property
    def directory(self) -> str:
        """The address of the page with all choices; empty where there is none."""
        return reverse(DIRECTORIES[self.name]) if self.name in DIRECTORIES else ""


@dataclass(frozen=True)
class Labels:
    """What readers see of the choices of the facets, years apart. Shared between requests: do not modify."""

    labels: dict[str, dict[str, str]]
    """Facet -> slug -> label, in the order in which readers see them."""
    former_communes: set[str]
    untranslated: set[tuple[str, str]]
    """(facet, slug) of the choices whose label is shown in the source language for want of a translation."""


@lru_cache(maxsize=8)
def labels_of(version: UUID | None, language: str) -> Labels:
    """In `language`, the active one; read once for each `version` of what the public sees."""
    queries = [
        facet.model._default_manager.order_by()
        .annotate(
            facet=Value(name, output_field=CharField()),
            label=translated(facet.text),
            # Theme blocks stand in their own order, all else in that of the alphabet.
            place=Cast("code", CharField()) if name == "theme" else Value("", output_field=CharField()),
            is_former=IS_FORMER if name == "commune" else Value(0),
            own_label=Coalesce(f"{facet.text}_{language}", Value("")),
        )
        .values_list("facet", "slug", "label", "place", "is_former", "own_label")
        for name, facet in FACETS.items()
        if isinstance(facet, RowFacet)
    ]
    rows = sorted(queries[0].union(*queries[1:], all=True), key=lambda row: (row[3], fold(row[2])))
    labels: dict[str, dict[str, str]] = {
        name: {} if isinstance(facet, RowFacet) else {slug: str(label) for slug, label in facet.choices()}
        for name, facet in FACETS.items()
    }
    for name, slug, label, _place, _is_former, _own_label in rows:
        labels[name][slug] = label
    return Labels(
        labels,
        {slug for _name, slug, _label, _place, is_former, _own_label in rows if is_former},
        {(name, slug) for name, slug, _label, _place, _is_former, own_label in rows if not own_label},
    )


class FacetFilter(MultipleChoiceFilter):
    def __init__(self, label: str | Promise) -> None:
        super().__init__(label=label, error_messages=UNKNOWN_CHOICE)


class PracticeFilter(FilterSet):
    """The library, narrowed by what a query string says. `qs` are the practices found, in the order asked for; none at
    all when the query string is not understood, which `is_valid()` tells."""

    q = CharFilter(
        label=_("Words"),
        max_length=200,
        validators=[has_a_word, is_readable],
        error_messages={"max_length": _("Please use at most %(limit_value)d characters.")},
    )
    sort = ChoiceFilter(
        label=_("Order"),
        choices=[(name, label) for name, (label, order) in ORDERS.items()],
        error_messages=UNKNOWN_CHOICE,
    )
    view = ChoiceFilter(label=_("Shown as"), choices=VIEWS, error_messages=UNKNOWN_CHOICE)

    class Meta:
        model = Practice
        fields: list[str] = []

    @classmethod
    def get_filters(cls) -> dict[str, Filter]:
        return {name: FacetFilter(facet.label) for name, facet in FACETS.items()} | super().get_filters()

    def __init__(self, data: QueryDict, queryset: QuerySet | None = None, **kwargs) -> None:
        super().__init__(understood(data, self.base_filters), queryset, **kwargs)
        # Read once: the form checks against them, the facets show them, and no choice of a visitor reaches SQL.
        library_version, version = Version.objects.current(LIBRARY, PUBLIC)
        self.library = Library(library_version)
        self.known = labels_of(version, active_language())
        self.labels = self.known.labels | {YEAR: {year: year for year in self.years()}}
        for name, labels in self.labels.items():
            # A form copies its choices, unless they are called for.
            self.filters[name].extra["choices"] = labels.items

    def years(self) -> list[str]:
        """The years that the library has and those asked for, latest first."""
        # A year whose last practice was archived stays an address; one that no practice can have is none.
        possible = {str(year) for year in range(FIRST_YEAR, timezone.localdate().year + 3)}
        asked = possible & set(self.data.getlist(YEAR))
        return sorted(asked | {slug for facet, slug in self.library.values if facet == YEAR}, reverse=True)

    def wrong_values(self) -> list[tuple[str, str]]:
        """(name of the filter, value) of each choice that we do not know."""
        return [
            (name, value)
            for name in self.form.errors
            if name != "q"
            for value in self.data.getlist(name)
            if value not in dict(self.form.fields[name].choices)
        ]

    @cached_property
    def matches(self) -> search.Matches:
        return search.Matches(search.parse(self.form.cleaned_data.get("q") or ""))

    def found_without(self, left_out: str) -> BitMap:
        """The practices that all filters but the one named give; needs a valid form."""
        found = self.library.all
        for name in self.active:
            if name != left_out:
                found = found & self.found_by(name)
        return found

    def found_by(self, name: str) -> BitMap:
        """The practices that the filter named gives by itself; drafts may be among them."""
        return self.matches.all if name == "q" else self.library.having(name, *self.form.cleaned_data[name])

    @cached_property
    def found(self) -> BitMap:
        """The practices that all filters together give; needs a valid form."""
        return self.found_without("")

    def filter_queryset(self, practices: PracticeQuerySet) -> Results:
        """The practices found, in the order asked for."""
        if not self.is_valid():
            return Results.of(practices, [])
        if self.chosen_order == "relevance" and self.matches.query:
            groups = [found & self.found for found in self.matches.ranked(active_language())]
            return Results.newest_of(practices, groups)
        order = ORDERS[self.chosen_order][1]
        if order in {None, PracticeQuerySet.newest}:
            return Results.newest_of(practices, [self.found])
        return Results.of(order(practices), [self.found])

    @property
    def active(self) -> list[str]:
        """Names of the filters in force."""
        return [name for name, value in self.form.cleaned_data.items() if value and name not in {"sort", "view"}]

    @property
    def chosen_order(self) -> str:
        return self.form.cleaned_data.get("sort") or ("relevance" if self.matches.query else "newest")

    views = VIEWS

    @property
    def chosen_view(self) -> str:
        return self.form.cleaned_data.get("view") or "list"

    @property
    def orders(self) -> list[tuple[str, Promise]]:
        return [(name, label) for name, (label, order) in ORDERS.items() if self.matches.query or order]

    def also_national(self) -> Results:
        """What the whole country may use and was not found, only because a commune was asked for."""
        national = self.found_without("commune") & self.library.national
        return Results.newest_of(self.queryset, [national - self.found])

    def nearest(self) -> Results:
        """For words that no practice has together: those that have most of them, with all other filters in force."""
        if self.matches.query and not self.matches.all & self.library.all:
            return Results.newest_of(self.queryset, [self.matches.nearest(self.found_without("q"))])
        return Results.of(self.queryset, [])

    def counts(self) -> dict[str, dict[str, int]]:
        """Facet -> slug -> number of practices with the choices of all other facets kept, where there are any."""
        result: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        kept = {name: self.found_without(name) if name in self.active else self.found for name in FACETS}
        for (facet, slug), practices in self.library.values.items():
            if facet in kept and (count := practices.intersection_cardinality(kept[facet])):
                result[facet][slug] = count
        return result

    def facets(self) -> list[Facet]:
        """Those that divide the present result, those that most visitors need first."""
        counts = self.counts()
        names = sorted(FACETS, key=lambda name: FIRST_FACETS.index(name) if name in FIRST_FACETS else len(FACETS))
        facets = [self.facet(name, counts[name]) for name in names]
        return [facet for facet in facets if facet.divides(len(self.found))]

    def facet(self, name: str, counts: dict[str, int]) -> Facet:
        chosen = self.form.cleaned_data.get(name) or []
        labels = self.labels[name]
        # A merged commune may be asked for, by old addresses; it is not offered.
        offered = counts.keys() - self.known.former_communes
        slugs = [slug for slug in labels if slug in offered or slug in chosen]
        shown = slugs
        if len(slugs) > MOST_CHOICES:
            most = sorted(slugs, key=lambda slug: (slug not in chosen, -counts.get(slug, 0)))
            wanted = set(most[:CHOICES_OF_A_LONG_FACET]) | set(chosen)
            shown = [slug for slug in slugs if slug in wanted]
        source, active = settings.LANGUAGE_CODE, active_language()
        choices = [
            Choice(
                slug,
                labels[slug],
                counts.get(slug, 0),
                slug in chosen,
                source if (name, slug) in self.known.untranslated else active,
            )
            for slug in shown
        ]
        return Facet(name, self.filters[name].label, choices, len(slugs) - len(shown))

    def words_and_choices(self) -> list[str]:
        """What the list is narrowed to, as readers see it."""
        data = self.form.cleaned_data
        choices = [self.labels[name][slug] for name in FACETS for slug in data[name]]
        return [*([data["q"]] if data["q"] else []), *choices]

    def blocking_filters(self) -> list[tuple[str, str, int]]:
        """For an empty result: (name, label, number of practices without it) of each filter that stands in the way."""
        counts = [(name, self.filters[name].label, len(self.found_without(name))) for name in self.active]
        return [row for row in counts if row[2]]

    def single_filters(self) -> list[tuple[str, str, int]]:
        """For an empty result to which no single filter stands in the way: (label, query string, number of practices)
        of each filter by itself, where there are any."""
        rows = []
        for name in self.active:
            query = QueryDict(mutable=True)
            query.setlist(name, self.data.getlist(name))
            rows.append((self.filters[name].label, query.urlencode(), len(self.found_by(name) & self.library.all)))
        return [row for row in rows if row[2]]

    def suggestion(self) -> str:
        """For an empty result: other words that give practices together with the filters in force; empty if there are
        none."""
        words = spelling.did_you_mean(self.form.cleaned_data["q"])
        return words if words and search.Matches(search.parse(words)).all & self.found_without("q") else ""
