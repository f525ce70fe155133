"""Practices as lists show them, read and rendered once for each version of what the public sees."""

import datetime
from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from django.utils import timezone

from core.languages import active_language
from core.models import Version
from core.versions import PUBLIC
from practices.models import Practice

# In each language. With its card a practice takes some 10 kB.
MOST_KEPT = 500


@lru_cache(maxsize=8)
def kept_practices(version: UUID | None, language: str, day: datetime.date) -> dict[int, Practice]:
    """Key -> practice; none to begin with. On another `day` another standing may be known."""
    return {}


def practices_in_lists(keys: Sequence[int]) -> list[Practice]:
    """The published practices with these keys, in their order, with all that lists and cards show of them. Those that
    stood in a list before are not read. Shared between requests: do not modify."""
    [version] = Version.objects.current(PUBLIC)
    kept = kept_practices(version, active_language(), timezone.localdate())
    found = {key: practice for key in keys if (practice := kept.get(key))}
    if missing := [key for key in keys if key not in found]:
        read = Practice.objects.published().with_card_details().in_bulk(missing)
        for practice in read.values():
            practice.kept_html = {}
        if len(kept) + len(read) > MOST_KEPT:
            kept.clear()
        kept |= read
        found |= read
    return [found[key] for key in keys if key in found]
