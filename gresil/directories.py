"""What the directories of contacts and of organisations have in common: sections that may go on over several pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from django.db.models import QuerySet
from django.utils.functional import Promise, cached_property


@dataclass(frozen=True)
class Section:
    slug: str
    label: str | Promise
    count: int
    page: int
    """The one on which it begins."""


def sections(groups: Iterable[tuple[str, str | Promise, int]], per_page: int) -> list[Section]:
    """The sections of a list in the order of `groups`, (slug, label, number of rows) each; without the empty ones."""
    result, position = [], 0
    for slug, label, count in groups:
        if count:
            result.append(Section(slug, label, count, position // per_page + 1))
            position += count
    return result


class Chained(Sequence):
    """The rows of several querysets, one after the other. A slice reads only its own rows."""

    def __init__(self, *querysets: QuerySet) -> None:
        self.querysets = querysets

    @cached_property
    def counts(self) -> list[int]:
        return [queryset.count() for queryset in self.querysets]

    def __len__(self) -> int:
        return sum(self.counts)

    def __getitem__(self, place: slice) -> list:  # type: ignore[override]
        start, stop, _step = place.indices(len(self))
        parts, position = [], 0
        for queryset, count in zip(self.querysets, self.counts, strict=True):
            first, last = max(start - position, 0), min(stop - position, count)
            parts.append(queryset[first:last] if first < last else [])
            position += count
        return list(chain(*parts))
