"""The published fiches as sets of their keys: what each choice of a facet gives."""

from functools import lru_cache
from uuid import UUID

from django.utils.functional import cached_property
from pyroaring import BitMap

from contacts.models import Commune
from practices.index import PUBLISHED
from practices.models import FacetValue, IndexVersion, Territory


def union(*sets: BitMap) -> BitMap:
    return BitMap.union(BitMap(), *sets)


@lru_cache(maxsize=1)
def sets_of(version: UUID) -> dict[tuple[str, str], BitMap]:
    """(facet, slug) -> its fiches, read once for each version of the index. Whoever asks must not change them."""
    rows = FacetValue.objects.values_list("facet", "slug", "practices")
    return {(facet, slug): practices for facet, slug, practices in rows}


class Library:
    """As it is now. Nothing is read but the version of the index, unless it has changed."""

    def __init__(self) -> None:
        version = IndexVersion.objects.values_list("token", flat=True).first()
        self.values = sets_of(version) if version else {}

    def having(self, facet: str, *slugs: str) -> BitMap:
        """The fiches that one of the choices `slugs` gives by itself."""
        return union(*(self.values[facet, slug] for slug in slugs if (facet, slug) in self.values))

    @cached_property
    def all(self) -> BitMap:
        return self.having(*PUBLISHED)

    @cached_property
    def national(self) -> BitMap:
        """The fiches of which every commune can make use."""
        return self.having("territory", Territory.NATIONAL)

    def in_communes(self, *communes: Commune) -> BitMap:
        """The fiches that name one of `communes`, or a commune that it was merged from or into."""
        return self.having("commune", *(commune.slug for commune in communes))
