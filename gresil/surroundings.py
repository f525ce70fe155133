"""What stands around a commune: communes like it, and what its neighbours do."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from pyroaring import BitMap

from contacts.models import Commune
from core.text import fold
from library.sets import Library
from practices.models import ThemeBlock

# Communes of like size lie between the same two of these numbers of inhabitants.
BANDS = [0, 2_000, 5_000, 10_000, 20_000, None]
MOST_COMMUNES = 5


@dataclass(frozen=True)
class SimilarCommune:
    commune: Commune
    reasons: list[str]
    own: BitMap
    """Its practices, without those that the other commune has too."""


@dataclass(frozen=True)
class MissingTheme:
    theme: ThemeBlock
    neighbours: list[Commune]
    """Those that cover it."""


def band_of(population: int | None) -> tuple[int, int | None] | None:
    """From how many inhabitants to below how many; None where the population is not known."""
    if population is None:
        return None
    low = max(bound for bound in BANDS if bound is not None and bound <= population)
    return low, BANDS[BANDS.index(low) + 1]


def similar_communes(commune: Commune, library: Library) -> list[SimilarCommune]:
    """At most five communes of the same canton or of like size that have practices of their own, most alike first.

    Practices that serve `commune` as well are left out: its page shows them already.
    """
    if commune.is_merged:
        return []
    alike = Q(canton=commune.canton_id)
    band = band_of(commune.population)
    if band:
        low, high = band
        alike |= Q(population__gte=low) & (Q(population__lt=high) if high else Q())
    shown = library.in_communes(commune)
    own = {
        other: practices
        for other in Commune.objects.current().exclude(pk=commune.pk).filter(alike)
        if (practices := library.in_communes(other) - shown)
    }

    def reasons(other: Commune) -> list[str]:
        same_canton, similar_size = other.canton_id == commune.canton_id, band and band_of(other.population) == band
        return [*([_("same canton")] if same_canton else []), *([_("similar size")] if similar_size else [])]

    def likeness(other: Commune) -> tuple:
        difference = abs((other.population or 0) - (commune.population or 0))
        return -len(reasons(other)), other.canton_id != commune.canton_id, difference, fold(other.name)

    return [SimilarCommune(other, reasons(other), own[other]) for other in sorted(own, key=likeness)[:MOST_COMMUNES]]


def neighbourhood(commune: Commune, library: Library) -> tuple[list[Commune], list[MissingTheme]]:
    """The neighbours of today, by name and each with its `practice_count`; and the theme blocks of which they have
    practices while `commune` has none."""
    neighbours = list(Commune.objects.current().filter(neighbours=commune).by_name())
    library.count_practices(neighbours, library.all)
    missing = []
    for theme in ThemeBlock.objects.all() if neighbours else ():
        practices = library.having("theme", theme.slug)
        if not library.in_communes(commune) & practices:
            covering = [neighbour for neighbour in neighbours if library.in_communes(neighbour) & practices]
            if covering:
                missing.append(MissingTheme(theme, covering))
    return neighbours, missing
