"""Sets of keys, in an order that only the database knows."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from pyroaring import BitMap

from practices.library import union

# A set of at most so many is sorted as a whole; a larger one is met soon enough in the order of all.
FEW = 1000


class InOrder(Sequence[int]):
    """The keys in `groups`, one group after the other, each in the order of the queryset `rows`, which holds them all.
    A slice reads only what it needs."""

    ordered = True
    """What a Paginator asks."""

    def __init__(self, groups: Sequence[BitMap], rows: QuerySet) -> None:
        self.groups = groups
        self.rows = rows

    def __len__(self) -> int:
        return sum(len(group) for group in self.groups)

    def __iter__(self) -> Iterator[int]:
        return iter(self[:])

    def __getitem__(self, place: Any) -> Any:
        if not isinstance(place, slice):
            place = range(len(self))[place]
            return self[place : place + 1][0]
        start, stop, _step = place.indices(len(self))
        windows, position = [], 0
        for group in self.groups:
            first, last = max(start - position, 0), min(stop - position, len(group))
            if first < last:
                windows.append((group, first, last))
            position += len(group)
        wanted = [(group, last) for group, _first, last in windows]
        found = first_of_each(wanted, self.rows)
        return [key for keys, (_group, first, last) in zip(found, windows, strict=True) for key in keys[first:last]]


def first_of_each(wanted: Sequence[tuple[BitMap, int]], rows: QuerySet) -> list[list[int]]:
    """For each (set of keys, number): so many of its keys, the first ones in the order of `rows`. One query for all
    small sets together; large ones are met in the order of all, which is read in growing steps."""
    small = union(*(keys for keys, _count in wanted if len(keys) <= FEW))
    in_order = list(rows.filter(pk__in=small).values_list("pk", flat=True)) if small else []
    found = [[key for key in in_order if key in keys][:count] if len(keys) <= FEW else [] for keys, count in wanted]
    start, size = 0, FEW
    while lacking := [place for place, (keys, count) in enumerate(wanted) if len(found[place]) < min(count, len(keys))]:
        in_order = list(rows.values_list("pk", flat=True)[start : start + size])
        for place in lacking:
            keys, count = wanted[place]
            found[place] += [key for key in in_order if key in keys][: count - len(found[place])]
        if len(in_order) < size:
            break
        start, size = start + size, 4 * size
    return found
