from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, MultipleChoiceFilter
from pyroaring import BitMap

from contacts.forms import has_a_word
from contacts.models import Canton, Commune, Organisation
from gresil.languages import active_language, translated
from gresil.text import fold
from practices import search
from practices.library import Library
from practices.models import (
    Audience,
    CostBand,
    Practice,
    PracticeQuerySet,
    Status,
    Territory,
    ThemeBlock,
    Topic,
)
from practices.ordering import InOrder

ORDERS: dict[str, tuple] = {
    "relevance": (_("best match first"), None),
    "newest": (_("newest first"), PracticeQuerySet.newest),
    "updated": (_("recently changed"), lambda practices: practices.order_by("-updated_at", "slug")),
    "title": (_("by title"), PracticeQuerySet.by_title),
}
VIEWS = [("list", _("List")), ("map", _("Map"))]
UNKNOWN_CHOICE = {
    "invalid_choice": _("We do not know one of these choices. Please choose from the list."),
}

# Facets whose choices are rows: the model, and the field that names them.
ROWS = {
    "theme": (ThemeBlock, "title"),
    "topic": (Topic, "name"),
    "audience": (Audience, "name"),
    "commune": (Commune, "name"),
    "canton": (Canton, "name"),
    "organisation": (Organisation, "name"),
}
# Facets whose choices are fixed.
FIXED: dict[str, Callable[[], list]] = {
    "territory": lambda: Territory.choices,
    "status": lambda: Status.choices,
    "cost": lambda: CostBand.choices,
    "language": lambda: settings.LANGUAGES,
}
IS_FORMER = Case(When(successor__isnull=False, then=1), default=0, output_field=IntegerField())
FIRST_YEAR = 1990
FACETS = ["theme", "topic", "audience", "commune", "canton", "organisation", *FIXED, "year"]


@dataclass
class Choice:
    """A choice of a facet; `count` is how many fiches it gives with the choices of all other facets kept."""

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

    @cached_property
    def chosen(self) -> list[Choice]:
        return [choice for choice in self.choices if choice.is_chosen]


class FacetFilter(MultipleChoiceFilter):
    def __init__(self, label: Any) -> None:
        super().__init__(label=label, error_messages=UNKNOWN_CHOICE)


class PracticeFilter(FilterSet):
    """The library, narrowed by what a query string says. Ask `is_valid()` before anything else."""

    q = CharFilter(
        label=_("Words"),
        max_length=200,
        validators=[has_a_word],
        error_messages={"max_length": _("Please use at most %(limit_value)d characters.")},
    )
    theme = FacetFilter(_("Theme block"))
    topic = FacetFilter(_("Topic"))
    audience = FacetFilter(_("Target group"))
    commune = FacetFilter(_("Commune"))
    canton = FacetFilter(_("Canton"))
    organisation = FacetFilter(_("Organisation"))
    territory = FacetFilter(_("Territory"))
    status = FacetFilter(_("Status"))
    cost = FacetFilter(_("Cost for the commune"))
    language = FacetFilter(_("Language"))
    year = FacetFilter(_("Year"))
    sort = ChoiceFilter(
        label=_("Order"),
        choices=[(name, label) for name, (label, order) in ORDERS.items()],
        error_messages=UNKNOWN_CHOICE,
    )
    view = ChoiceFilter(label=_("Shown as"), choices=VIEWS, error_messages=UNKNOWN_CHOICE)

    class Meta:
        model = Practice
        fields: list[str] = []

    def __init__(self, data: QueryDict, queryset: QuerySet | None = None, **kwargs) -> None:
        given = data.copy()
        for name in given:
            given.setlist(name, [value for value in given.getlist(name) if value])
        super().__init__(given, queryset, **kwargs)
        # Read once: the form checks against them, the facets show them, and no choice of a visitor reaches SQL.
        self.library = Library()
        self.former_communes: set[str] = set()
        self.untranslated: set[tuple[str, str]] = set()
        """(facet, slug) of the choices whose label is shown in the source language for want of a translation."""
        self.labels = self.read_labels()
        for name, labels in self.labels.items():
            self.filters[name].extra["choices"] = list(labels.items())

    def read_labels(self) -> dict[str, dict[str, str]]:
        """Facet -> slug -> what readers see, in the order in which they see it."""
        queries = [
            model.objects.order_by()
            .annotate(
                facet=Value(name, output_field=CharField()),
                label=translated(field),
                # Theme blocks stand in their own order, all else in that of the alphabet.
                place=Cast("code", CharField()) if name == "theme" else Value("", output_field=CharField()),
                is_former=IS_FORMER if name == "commune" else Value(0),
                own_label=Coalesce(f"{field}_{active_language()}", Value("")),
            )
            .values_list("facet", "slug", "label", "place", "is_former", "own_label")
            for name, (model, field) in ROWS.items()
        ]
        rows = sorted(queries[0].union(*queries[1:], all=True), key=lambda row: (row[3], fold(row[2])))
        labels: dict[str, dict[str, str]] = {name: {} for name in FACETS}
        for name, slug, label, _place, is_former, own_label in rows:
            labels[name][slug] = label
            if not own_label:
                self.untranslated.add((name, slug))
            if is_former:
                self.former_communes.add(slug)
        for name, choices in FIXED.items():
            labels[name] = {slug: str(label) for slug, label in choices()}
        # A year whose last fiche was archived stays an address; one that no fiche can have is none.
        possible = {str(year) for year in range(FIRST_YEAR, timezone.localdate().year + 2)}
        asked = possible & set(self.data.getlist("year"))
        years = asked | {slug for facet, slug in self.library.values if facet == "year"}
        labels["year"] = {year: year for year in sorted(years, reverse=True)}
        return labels

    @cached_property
    def matches(self) -> search.Matches:
        return search.Matches(search.parse(self.form.cleaned_data.get("q") or ""))

    def found_without(self, left_out: str) -> BitMap:
        """The fiches that all filters but the one named give; needs a valid form."""
        found = self.library.all
        for name in self.active:
            if name != left_out:
                found = found & self.given_by(name)
        return found

    def given_by(self, name: str) -> BitMap:
        """The fiches that the filter named gives by itself; drafts may be among them."""
        return self.matches.all if name == "q" else self.library.having(name, *self.form.cleaned_data[name])

    @cached_property
    def found(self) -> BitMap:
        """The fiches that all filters together give; needs a valid form."""
        return self.found_without("")

    def filter_queryset(self, practices: PracticeQuerySet) -> PracticeQuerySet:
        return practices.filter(pk__in=self.found)

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
    def orders(self) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, order) in ORDERS.items() if self.matches.query or order]

    def in_order(self) -> InOrder:
        """Keys of the fiches found, in the order asked for."""
        if self.chosen_order == "relevance" and self.matches.query:
            groups = [found & self.found for found in self.matches.ranked(active_language())]
            return InOrder(groups, self.queryset.newest())
        order = ORDERS[self.chosen_order][1] or PracticeQuerySet.newest
        return InOrder([self.found], order(self.queryset))

    def also_national(self) -> InOrder:
        """Keys of what the whole country may use and was not found, only because a commune was asked for."""
        national = self.found_without("commune") & self.library.national
        return InOrder([national - self.found], self.queryset.newest())

    def counts(self) -> dict[str, dict[str, int]]:
        """Facet -> slug -> number of fiches with the choices of all other facets kept, where there are any."""
        result: dict[str, dict[str, int]] = {name: {} for name in FACETS}
        kept = {name: self.found_without(name) if name in self.active else self.found for name in FACETS}
        for (facet, slug), practices in self.library.values.items():
            if facet in kept and (count := practices.intersection_cardinality(kept[facet])):
                result[facet][slug] = count
        return result

    def facets(self) -> list[Facet]:
        counts = self.counts()
        languages = dict.fromkeys(self.untranslated, settings.LANGUAGE_CODE)
        return [
            Facet(
                name,
                self.filters[name].label,
                [
                    Choice(
                        slug,
                        label,
                        counts[name].get(slug, 0),
                        slug in self.form.cleaned_data[name],
                        languages.get((name, slug), active_language()),
                    )
                    for slug, label in self.labels[name].items()
                    # A merged commune may be asked for, by old addresses; it is not offered.
                    if slug not in self.former_communes or slug in self.form.cleaned_data[name]
                ],
            )
            for name in FACETS
        ]

    def words_and_choices(self) -> list[str]:
        """What the list is narrowed to, as readers see it."""
        data = self.form.cleaned_data
        choices = [self.labels[name][slug] for name in FACETS for slug in data[name]]
        return [*([data["q"]] if data["q"] else []), *choices]

    def ways_on(self) -> list[tuple[str, str, int]]:
        """For an empty result: (name, label, number of fiches without it) of each filter that stands in the way."""
        counts = [(name, self.filters[name].label, len(self.found_without(name))) for name in self.active]
        return [way for way in counts if way[2]]

    def each_alone(self) -> list[tuple[str, str, int]]:
        """For an empty result to which no single filter stands in the way: (label, query string, number of fiches) of
        each filter by itself, where there are any."""
        ways = []
        for name in self.active:
            query = QueryDict(mutable=True)
            query.setlist(name, self.data.getlist(name))
            ways.append((self.filters[name].label, query.urlencode(), len(self.given_by(name) & self.library.all)))
        return [way for way in ways if way[2]]

    def suggestion(self) -> str:
        """For an empty result: other words that give fiches together with the filters in force; empty if there are
        none."""
        words = search.did_you_mean(self.form.cleaned_data["q"])
        return words if words and search.Matches(search.parse(words)).all & self.found_without("q") else ""
