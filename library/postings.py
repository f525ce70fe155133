"""Where a word stands, as numbers: the place (a language and a part) in the upper bits, the key of a practice in the
lower ones. So one set holds all that the index knows of a word, and many words are united at once."""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from pyroaring import BitMap

# Where a word may stand, best first: in the practice itself, last in the names of the rows that it is tied to.
PARTS = TITLE, SUMMARY, BODY, TIED = ("title", "summary", "body", "tied")

Place = tuple[str, str]
"""(language, part)"""

# The order of the languages decides the numbers: after a change of it the index is made anew.
PLACES: list[Place] = [(code, part) for code, _name in settings.LANGUAGES for part in PARTS]
NUMBER_OF = {place: number for number, place in enumerate(PLACES)}
# Keys are below 2**26, some 67 million, and there may be 64 places.
KEY_BITS = 26


def posting(place: Place, key: int) -> int:
    return (NUMBER_OF[place] << KEY_BITS) + key


@cache
def all_in(place: Place) -> BitMap:
    """Every posting that there can be in `place`. Shared: do not modify."""
    first = NUMBER_OF[place] << KEY_BITS
    return BitMap(range(first, first + (1 << KEY_BITS)))


@cache
def in_compounding_languages() -> BitMap:
    """The same for all places of the languages that make one word of several."""
    return union(all_in(place) for place in PLACES if place[0] in settings.COMPOUNDING_LANGUAGES)


def keys_in(place: Place, postings: BitMap) -> BitMap:
    """Keys of the practices that have one of `postings` in `place`."""
    return (postings & all_in(place)).shift(-(NUMBER_OF[place] << KEY_BITS))


def keys_in_all(postings: BitMap, places: Iterable[Place] = PLACES) -> BitMap:
    """Keys of the practices that have one of `postings` in one of `places`."""
    return union(keys_in(place, postings) for place in places)


def union(sets: Iterable[BitMap]) -> BitMap:
    return BitMap.union(BitMap(), *sets)
