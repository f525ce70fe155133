"""Practices found by their keys, in an order that only the database knows."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import nsmallest
from itertools import islice
from typing import overload
from uuid import UUID

from django.db.models import QuerySet
from pyroaring import BitMap

from core.models import Version
from core.versions import PUBLIC
from library.sets import union
from practices.cards import practices_in_lists
from practices.models import Practice, PracticeQuerySet

# Sets up to this size are sorted by one query; for larger ones we page through the whole order.
LARGEST_SORTED = 1000


class Results(PracticeQuerySet):
    """The `rows` with the keys in `groups`, one group after the other, each in the order of `rows`.

    Its length costs nothing, and a slice gives practices as lists show them (`practices.cards`). Whatever else is asked
    of it, such as `filter()`, is answered by the database for all these keys, in the order of `rows`.
    """

    groups: Sequence[BitMap] = ()
    rows: PracticeQuerySet
    is_newest_first = False
    """Then the order is known without the database."""

    @classmethod
    def of(cls, rows: PracticeQuerySet, groups: Sequence[BitMap]) -> "Results":
        results = cls(rows.model, using=rows.db)
        results.rows, results.groups = rows, groups
        return results

    @classmethod
    def newest_of(cls, rows: PracticeQuerySet, groups: Sequence[BitMap]) -> "Results":
        """Of published practices, the newest of each group first."""
        results = cls.of(rows.newest(), groups)
        results.is_newest_first = True
        return results

    @property
    def ordered(self) -> bool:
        return True

    def _chain(self) -> QuerySet[Practice]:
        return self.rows.filter(pk__among=union(self.groups))

    def count(self) -> int:
        return sum(len(group) for group in self.groups)

    def __len__(self) -> int:
        return self.count()

    def __bool__(self) -> bool:
        return any(self.groups)

    def __iter__(self) -> Iterator[Practice]:  # type: ignore[override]
        return iter(self[:])

    @overload  # type: ignore[override]
    def __getitem__(self, place: int) -> Practice: ...
    @overload
    def __getitem__(self, place: slice) -> list[Practice]: ...
    def __getitem__(self, place: int | slice) -> Practice | list[Practice]:
        if isinstance(place, slice):
            return practices_in_lists(self.keys(place))
        place = range(len(self))[place]
        return self[place : place + 1][0]

    def keys(self, place: slice = slice(None)) -> list[int]:
        start, stop, _step = place.indices(len(self))
        windows, position = [], 0
        for group in self.groups:
            first, last = max(start - position, 0), min(stop - position, len(group))
            if first < last:
                windows.append((group, first, last))
            position += len(group)
        wanted = [(group, last) for group, _first, last in windows]
        found = newest_of_each(wanted) if self.is_newest_first else first_of_each(wanted, self.rows)
        return [key for keys, (_group, first, last) in zip(found, windows, strict=True) for key in keys[first:last]]


@lru_cache(maxsize=1)
def newest_first(version: UUID | None) -> dict[int, int]:
    """Key of a published practice -> its place among all, newest first; read once for each version of what the public
    sees. Shared between requests: do not modify."""
    keys = Practice.objects.published().newest().values_list("pk", flat=True)
    return {key: place for place, key in enumerate(keys.iterator(chunk_size=10_000))}


def newest_of_each(wanted: Sequence[tuple[BitMap, int]]) -> list[list[int]]:
    """For each (set of keys, number) so many of its keys, newest first; no query, unless something has changed."""
    [version] = Version.objects.current(PUBLIC)
    places = newest_first(version)

    def newest(keys: BitMap, count: int) -> list[int]:
        # Of a large set the first ones are soon met in the order of all.
        if count * len(places) < len(keys) ** 2:
            return list(islice((key for key in places if key in keys), count))
        return nsmallest(count, (key for key in keys if key in places), places.__getitem__)

    return [newest(keys, count) for keys, count in wanted]


def first_of_each(wanted: Sequence[tuple[BitMap, int]], rows: QuerySet[Practice]) -> list[list[int]]:
    """For each (set of keys, number) so many of its keys, the first ones in the order of `rows`.

    One query for all small sets together. Large ones are met in the order of all, which is read in growing steps.
    """
    keys_in_order = rows.select_related(None).prefetch_related(None).values_list("pk", flat=True)
    small = union(keys for keys, _count in wanted if len(keys) <= LARGEST_SORTED)
    in_order = list(keys_in_order.filter(pk__in=small)) if small else []
    found = [
        [key for key in in_order if key in keys][:count] if len(keys) <= LARGEST_SORTED else []
        for keys, count in wanted
    ]
    start, size = 0, LARGEST_SORTED
    while lacking := [place for place, (keys, count) in enumerate(wanted) if len(found[place]) < min(count, len(keys))]:
        in_order = list(keys_in_order[start : start + size])
        for place in lacking:
            keys, count = wanted[place]
            found[place] += [key for key in in_order if key in keys][: count - len(found[place])]
        if len(in_order) < size:
            # A key whose row has just been deleted is met nowhere.
            break
        start, size = start + size, 4 * size
    return found
