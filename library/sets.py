"""The published practices as sets of their keys: what each choice of a facet gives."""

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.utils.functional import cached_property
from pyroaring import BitMap

from contacts.models import Commune
from core.models import Version
from library.contents import PUBLISHED
from library.index import LIBRARY
from library.models import FacetValue
from library.postings import union
from practices.models import Territory


@lru_cache(maxsize=1)
def sets_of(version: UUID) -> dict[tuple[str, str], BitMap]:
    """(facet, slug) -> its practices, read once for each version. Shared between requests: do not modify."""
    rows = FacetValue.objects.values_list("facet", "slug", "practices")
    return {(facet, slug): practices for facet, slug, practices in rows}


class Library:
    """As it is now. Nothing is read but its version, unless that has changed; nor that one when `version` is given."""

    def __init__(self, version: UUID | None = None) -> None:
        if version is None:
            [version] = Version.objects.current(LIBRARY)
        self.values = sets_of(version) if version else {}

    def having(self, facet: str, *slugs: str) -> BitMap:
        """The practices that one of the choices `slugs` gives by itself."""
        return union(self.values[facet, slug] for slug in slugs if (facet, slug) in self.values)

    @cached_property
    def all(self) -> BitMap:
        return self.having(*PUBLISHED)

    @cached_property
    def national(self) -> BitMap:
        """The practices of which every commune can make use."""
        return self.having("territory", Territory.NATIONAL)

    def in_communes(self, *communes: Commune) -> BitMap:
        """The practices that name one of `communes`, or a commune that it was merged from or into."""
        return self.having("commune", *(commune.slug for commune in communes))

    def count_practices(self, communes: Iterable[Commune], practices: BitMap) -> None:
        """Give each of `communes` its `practice_count`, how many of `practices` it has, and how many of these are its
        own and how many a region's: `local_count` and `regional_count`."""
        local, regional = (self.having("territory", kind) & practices for kind in (Territory.LOCAL, Territory.REGIONAL))
        for commune in communes:
            found = self.in_communes(commune)
            commune.practice_count = found.intersection_cardinality(practices)  # type: ignore[attr-defined]
            commune.local_count = found.intersection_cardinality(local)  # type: ignore[attr-defined]
            commune.regional_count = found.intersection_cardinality(regional)  # type: ignore[attr-defined]
