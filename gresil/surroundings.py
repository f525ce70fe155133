"""What stands around a commune: its neighbours, communes like it, and the ideas to take from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pyroaring import BitMap

from contacts.models import Commune
from core.text import fold
from library.sets import Library
from practices.models import Practice

# Communes of like size lie between the same two of these numbers of inhabitants.
BANDS = [0, 2_000, 5_000, 10_000, 20_000, None]
# No more communes than this are named as the reason of an idea.
MOST_NAMED = 3


class Nearness(IntEnum):
    """What a commune has in common with another one; what counts most comes first."""

    NEIGHBOUR = 0
    CANTON_AND_SIZE = 1
    CANTON = 2
    SIZE = 3

    def reason(self, communes: list[Commune]) -> str:
        """Why something of these `communes` is shown; at most three of them are named."""
        named = {"communes": ", ".join(commune.name for commune in communes[:MOST_NAMED])}
        if self == Nearness.NEIGHBOUR:
            text = ngettext("Neighbouring commune: %(communes)s", "Neighbouring communes: %(communes)s", len(communes))
            return text % named
        reasons = {
            Nearness.CANTON_AND_SIZE: _("Same canton, similar size: %(communes)s"),
            Nearness.CANTON: _("Same canton: %(communes)s"),
            Nearness.SIZE: _("Similar size: %(communes)s"),
        }
        return reasons[self] % named


@dataclass(frozen=True)
class Circle:
    """Communes that are near to another one in the same way, most alike first."""

    nearness: Nearness
    communes: list[Commune]
    practices: BitMap
    """Theirs, without any of a nearer circle and of the commune itself, and without those of the whole country."""

    def reason(self, key: int, library: Library) -> str:
        """Why the practice with this key is shown."""
        return self.nearness.reason([commune for commune in self.communes if key in library.in_communes(commune)])


@dataclass(frozen=True)
class Idea:
    practice: Practice
    reason: str


def band_of(population: int | None) -> tuple[int, int | None] | None:
    """From how many inhabitants to below how many; None where the population is not known."""
    if population is None:
        return None
    low = max(bound for bound in BANDS if bound is not None and bound <= population)
    return low, BANDS[BANDS.index(low) + 1]


def circles_around(commune: Commune, library: Library) -> list[Circle]:
    """The neighbours of `commune` and the communes like it, nearest circle first; none of a commune that merged."""
    if commune.is_merged:
        return []
    alike = Q(canton=commune.canton_id)
    band = band_of(commune.population)
    if band:
        low, high = band
        alike |= Q(population__gte=low) & (Q(population__lt=high) if high else Q())
    neighbours = Commune.objects.filter(neighbours=commune, pk=OuterRef("pk"))
    others = (
        Commune.objects.current()
        .exclude(pk=commune.pk)
        .annotate(is_neighbour=Exists(neighbours))
        .filter(alike | Q(is_neighbour=True))
    )

    def nearness(other: Commune) -> Nearness:
        if other.is_neighbour:  # type: ignore[attr-defined]
            return Nearness.NEIGHBOUR
        if other.canton_id != commune.canton_id:
            return Nearness.SIZE
        return Nearness.CANTON_AND_SIZE if band and band_of(other.population) == band else Nearness.CANTON

    def likeness(other: Commune) -> tuple:
        return abs((other.population or 0) - (commune.population or 0)), fold(other.name)

    others = sorted(others, key=likeness)
    known = library.in_communes(commune) | library.national
    circles = []
    for each in Nearness:
        communes = [other for other in others if nearness(other) == each]
        circles.append(Circle(each, communes, library.in_communes(*communes) - known))
        known = known | circles[-1].practices
    return circles


def nearest_circles(circles: Sequence[Circle], keys: Sequence[Sequence[int]], most: int) -> dict[int, Circle]:
    """At most `most` of the `keys` that stand for practices of each circle, each with its circle, nearest first."""
    found = {key: circle for circle, some in zip(circles, keys, strict=True) for key in some}
    return dict(islice(found.items(), most))
