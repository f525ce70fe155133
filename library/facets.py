"""By what the library is narrowed. This list is the only place that names the facets: the index, the filter form, the
counts and the signals read it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.models import Commune
from core.languages import in_language
from practices.models import Practice


@dataclass(frozen=True)
class RowFacet:
    """A facet whose choices are the rows to which a practice is tied."""

    name: str
    label: str | Promise
    path: str
    """From a practice to the rows."""
    text: str = "name"
    """The field that names a row."""
    rows: Callable[[Practice], Iterable[Any]] | None = None
    """The rows of a practice, where they are others than `path` leads to."""

    @property
    def model(self) -> type[Model]:
        return model_at(self.path)

    def values(self, practice: Practice) -> Iterator[str]:
        rows: Iterable[Any] = self.rows(practice) if self.rows else rows_at(practice, self.path)
        yield from (row.slug for row in rows)


@dataclass(frozen=True)
class ChoiceFacet:
    """A facet whose choices are fixed."""

    name: str
    label: str | Promise
    choices: Callable[[], list]
    values: Callable[[Practice], Iterable[str]]


def of_field(name: str, label: str | Promise, field: str) -> ChoiceFacet:
    """The choices of a field of the practice that may be empty."""
    return ChoiceFacet(
        name,
        label,
        lambda: list(Practice._meta.get_field(field).choices),  # type: ignore[union-attr, arg-type]
        lambda practice: filter(None, [getattr(practice, field)]),
    )


def model_at(path: str) -> type[Model]:
    model: Any = Practice
    for name in path.split("__"):
        model = model._meta.get_field(name).related_model
    return model


def rows_at(row: Model, path: str) -> Iterator[Model]:
    """The rows to which `path` leads from `row`; they were prefetched."""
    name, _separator, rest = path.partition("__")
    related = getattr(row, name)
    for next_row in related.all() if hasattr(related, "all") else [related]:
        yield from rows_at(next_row, rest) if rest else [next_row]


def communes_then_and_now(practice: Practice) -> Iterator[Commune]:
    """A practice of a merged commune is one of its successor too, and the other way round."""
    for commune in practice.communes.all():
        yield from filter(None, [commune, commune.successor, *commune.predecessors.all()])


def languages_of(practice: Practice) -> Iterator[str]:
    return (code for code, _name in settings.LANGUAGES if in_language(practice, "summary", code))


YEAR = "year"

ALL: list[RowFacet | ChoiceFacet] = [
    RowFacet("theme", _("Theme block"), "theme", text="short_title"),
    RowFacet("topic", _("Topic"), "topics"),
    RowFacet("audience", _("Target group"), "audiences"),
    RowFacet("commune", _("Commune"), "communes", rows=communes_then_and_now),
    RowFacet("canton", _("Canton"), "communes__canton"),
    RowFacet("organisation", _("Organisation"), "organisations"),
    of_field("territory", _("Territory"), "territory"),
    of_field("status", _("Status"), "status"),
    of_field("cost", _("Cost for the commune"), "cost_band"),
    ChoiceFacet("language", _("Language"), lambda: settings.LANGUAGES, languages_of),
    # Its choices are the years that the library has; see `PracticeFilter`.
    ChoiceFacet(YEAR, _("Year"), list, lambda practice: [str(practice.year)]),
]
FACETS = {facet.name: facet for facet in ALL}
