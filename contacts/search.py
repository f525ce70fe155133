"""The finder, which tells what commune a few words may mean, and words that narrow a list.

Both compare in Python, where accents and hyphens are folded the same way for every database.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from contacts.models import Commune, Locality, Organisation
from core.languages import active_language, all_columns, translated
from core.models import Version
from core.text import fold

# The version that changes with the names of places and organisations.
NAMES = "names"
AnyQuerySet = TypeVar("AnyQuerySet", bound=QuerySet)

MOST_MATCHES = 20
# A shorter query is not compared with similar names: too many are similar to three letters.
SHORTEST_MISSPELT = 4
# A shorter query is not looked for in the middle of a word.
SHORTEST_PART = 4
# How far a similar name may be from the query, where 1 has nothing in common: one error in four letters, two in eight.
LARGEST_DISTANCE = 0.25
# Added when a name only sounds similar, so that it stands behind one that is written similarly.
EXTRA_FOR_SOUND = 0.05
# Where several words together find nothing, each is looked for alone. A shorter one is not, unless it is a whole name.
SHORTEST_WORD = 4
# No more words than this are looked for alone.
MOST_WORDS = 5

# Words that do not tell one place from another, in all languages.
SMALL_WORDS = frozenset(
    fold(
        "a am an auf au aux beim canton city commune communale administration d das de den der des die du gemeinde"
        " gemeng in kanton kommune l la le les lez lu mairie municipality of on op stad stadt sur the town um ville"
        " vom von vun zu zum zur"
    ).split()
)
# The country, which people write behind a place, folded.
COUNTRY = frozenset({"luxembourg", "luxemburg", "letzebuerg"})
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# Letters that sound the same, folded: Baschraach and Bascharage, Pfaffental and Paffenthal.
SOUNDS = [
    (r"sch", "s"), (r"ch", "g"), (r"ph", "f"), (r"th", "t"), (r"ck|qu|c(?![ei])|q", "k"), (r"[cz]", "s"),
    (r"y", "i"), (r"w", "v"), (r"ie", "i"), (r"oo", "o"), (r"ae", "e"), (r"(.)\1", r"\1"), (r"(?<=.)e$", ""),
]  # fmt: skip


class Closeness(IntEnum):
    """How well a name answers a query, best first."""

    SAME = 0
    BEGINS = 1
    HAS_WORDS = 2
    SIMILAR = 3
    CONTAINS = 4


class Kind(IntEnum):
    """What a name is the name of. Of names that answer equally well, the first kind is meant."""

    COMMUNE = 0
    COMMUNE_ALIAS = 1
    FORMER_COMMUNE = 2
    LOCALITY = 3
    LOCALITY_ALIAS = 4


class Place(NamedTuple):
    communes: tuple[int, ...]
    """Keys of the communes to offer: the one of today, then the former one if there is one."""
    population: int
    """Of the commune of today."""
    name: str
    """In the reader's language."""
    words: str
    """What may be said of it and of its commune, folded, between blanks: ` esch alzette belval 4361 `."""


class Name(NamedTuple):
    letters: str
    """Folded, without blanks: `eschsuralzette`."""
    sound: str
    kind: Kind
    place: Place


class Answer(NamedTuple):
    closeness: Closeness
    distance: float
    """Of a similar name; 0 for others."""
    name: Name


@dataclass(frozen=True)
class CommuneMatch:
    commune: Commune
    place: str
    """Name of the place that was meant, in the reader's language; it may be the commune itself."""
    closeness: Closeness
    """How well that name answers."""

    @property
    def via(self) -> str:
        """The place that was meant; empty for the commune itself and for the village of its name."""
        return "" if fold(self.place) == fold(self.commune.name) else self.place

    @property
    def detail(self) -> str:
        """What tells it from others of its name: the place that was meant, the canton, or the commune of today."""
        if self.commune.successor and self.commune.valid_to:
            return _("until %(year)s, today %(commune)s") % {
                "year": self.commune.valid_to.year,
                "commune": self.commune.successor.name,
            }
        canton = _("Canton of %(canton)s") % {"canton": self.commune.canton.name}
        return f"{self.via} · {canton}" if self.via else canton


def communes_matching(query: str, most: int = MOST_MATCHES, version: UUID | None = None) -> list[CommuneMatch]:
    """At most `most` communes that `query` may mean, best first, their cantons with them.

    Asked for a former commune, it offers the one of today and right behind it the former one. The version of the names
    is read unless it is given.
    """
    words = split_words(query)
    if not words:
        return []
    meant: dict[int, Answer] = {}
    for answer in sorted(answers(words, all_names(version)), key=rank):
        for key in answer.name.place.communes:
            meant.setdefault(key, answer)
    keys = list(meant)[:most]
    communes = Commune.objects.select_related("canton", "successor").in_bulk(keys)
    return [
        CommuneMatch(communes[key], meant[key].name.place.name, meant[key].closeness) for key in keys if key in communes
    ]


def rank(answer: Answer) -> tuple:
    """Sorts the best answer first; of equal ones, that of the most populous commune."""
    place = answer.name.place
    return answer.closeness, answer.distance, answer.name.kind, -place.population, place.communes


def answers(words: list[str], names: list[Name]) -> list[Answer]:
    """The answers to the first attempt that has any, in no order, some names more than once."""
    for attempt in attempts(words, names):
        if found := [*written_like(attempt, names), *similar_to("".join(attempt), names)]:
            return found
    return list(beginning_like("".join(words), names))


def attempts(words: list[str], names: list[Name]) -> Iterator[list[str]]:
    """The words to look for, one attempt after the other until something is found."""
    telling = [word for word in words if word not in SMALL_WORDS] or words
    if len(telling) > 1 and telling[-1] in COUNTRY:
        yield telling[:-1]
    yield words
    if telling != words:
        yield telling
    if len(telling) > 1:
        letters = {name.letters for name in names}
        words_of_places = "".join({name.place.words for name in names})
        telling = [word for word in telling if len(word) >= SHORTEST_WORD or word in letters]
        # "école de Belval, Sanem": the words that places have.
        if known := [word for word in telling if f" {word} " in words_of_places]:
            yield known
        # "1, rue de la Gare, L-9420 Vianden": one word alone, first the postal code, then the longest.
        telling.sort(key=lambda word: (not word.isdecimal(), -len(word)))
        yield from ([word] for word in telling[:MOST_WORDS])


def written_like(words: list[str], names: list[Name]) -> Iterator[Answer]:
    """Names that are `words`, begin with them or contain them, and all names of places with words that begin so."""
    letters = "".join(words)
    for name in names:
        if name.letters.startswith(letters):
            yield Answer(Closeness.SAME if name.letters == letters else Closeness.BEGINS, 0, name)
        elif len(letters) >= SHORTEST_PART and letters in name.letters:
            yield Answer(Closeness.CONTAINS, 0, name)
    for beginning in [f" {word}" for word in words]:
        names = [name for name in names if beginning in name.place.words]
    yield from (Answer(Closeness.HAS_WORDS, 0, name) for name in names)


def similar_to(letters: str, names: list[Name]) -> Iterator[Answer]:
    """Names that `letters` may be with typing errors, or by their sound."""
    yield from similar(letters, [name.letters for name in names], names)
    yield from similar(sound(letters), [name.sound for name in names], names, EXTRA_FOR_SOUND)


def beginning_like(letters: str, names: list[Name]) -> Iterator[Answer]:
    """Names that may begin with `letters`, with typing errors: what to offer while somebody still types."""
    for length in (len(letters), len(letters) + 1):
        yield from similar(letters, [name.letters[:length] for name in names], names)


def similar(letters: str, spellings: list[str], names: list[Name], extra: float = 0) -> Iterator[Answer]:
    """Those of `names` whose spelling, at the same place in `spellings`, is similar; `extra` adds to the distance."""
    if len(letters) < SHORTEST_MISSPELT or letters.isdecimal():
        return
    for _spelling, distance, index in process.extract_iter(
        letters, spellings, scorer=OSA.normalized_distance, score_cutoff=LARGEST_DISTANCE - extra
    ):
        yield Answer(Closeness.SIMILAR, distance + extra, names[index])


def all_names(version: UUID | None = None) -> list[Name]:
    """The names of all places. Nothing is read but their version, unless that has changed; nor that one when given."""
    return names_of_version(version or names_version(), active_language())


def names_version() -> UUID:
    """The version of the names of places and organisations; the first save or deletion of one gives another."""
    [version] = Version.objects.current(NAMES)
    return version or UUID(int=0)


@lru_cache(maxsize=len(settings.LANGUAGES))
def names_of_version(version: UUID, language: str) -> list[Name]:
    columns = [translated("name", language), "aliases", *all_columns("name")]
    # The columns of all languages are read as they are; modeltranslation's fallbacks would double the time.
    communes = Commune.objects.rewrite(False).order_by("pk")
    localities = Locality.objects.rewrite(False).order_by("pk")
    return names_in(
        communes.values_list("pk", "successor", "population", *columns),
        localities.values_list("commune", "postal_codes", *columns),
    )


@lru_cache(maxsize=1)
def organisations_of_version(version: UUID) -> list[Organisation]:
    return list(Organisation.objects.order_by("pk"))


def all_organisations(version: UUID | None = None) -> list[Organisation]:
    """All organisations, to look at their names; read once for each version. Shared between requests: do not modify."""
    return organisations_of_version(version or names_version())


def names_in(communes: Iterable[tuple], localities: Iterable[tuple]) -> list[Name]:
    """The names of all places, from the rows of `names_of_version()`."""
    communes = list(communes)
    names: list[Name] = []
    places: dict[int, Place] = {}
    populations = {key: population or 0 for key, _successor, population, *_columns in communes}

    def add(kind: Kind, place: Place, spellings: list[str]) -> None:
        spellings = spellings + [spelling.lower().translate(UMLAUTS) for spelling in spellings]
        for letters in sorted({letters_of(spelling) for spelling in spellings}):
            names.append(Name(letters, sound(letters), kind, place))

    for key, successor, _population, name, aliases, *columns in communes:
        spellings = list(filter(None, columns))
        words = words_of(aliases, *spellings)
        if successor:
            places[key] = Place((successor, key), populations[successor], name, words)
            add(Kind.FORMER_COMMUNE, places[key], spellings + aliases.splitlines())
        else:
            places[key] = Place((key,), populations[key], name, words)
            add(Kind.COMMUNE, places[key], spellings)
    for commune, postal_codes, name, aliases, *columns in localities:
        spellings = list(filter(None, columns))
        words = words_of(places[commune].words, postal_codes, aliases, *spellings)
        place = places[commune]._replace(name=name, words=words)
        add(Kind.LOCALITY, place, spellings)
        add(Kind.LOCALITY_ALIAS, place, aliases.splitlines())
    # An alias of a commune may be the name of a place in it, which is what was meant: Bascharage in Käerjeng.
    inside = {(name.place.communes[0], name.letters): name.place for name in names if name.kind > Kind.COMMUNE}
    for key, successor, _population, _name, aliases, *_columns in communes:
        for alias in [] if successor else aliases.splitlines():
            add(Kind.COMMUNE_ALIAS, inside.get((key, letters_of(alias)), places[key]), [alias])
    return names


def split_words(text: str) -> list[str]:
    """The folded words of `text`, letters apart from figures ("L4750"), without single figures."""
    return re.findall(r"[^\W\d]+|\d\d+", fold(text))


def letters_of(text: str) -> str:
    return "".join(split_words(text))


def words_of(*texts: str) -> str:
    """Each word once, between blanks, so that ` bel` is found where a word begins so and ` belval ` as a whole word."""
    return f" {' '.join(dict.fromkeys(split_words(' '.join(texts))))} "


@lru_cache(maxsize=20_000)
def sound(letters: str) -> str:
    for pattern, replacement in SOUNDS:
        letters = re.sub(pattern, replacement, letters)
    return letters


def rows_with_words(
    rows: AnyQuerySet, query: str, columns: Iterable[str] = (), texts: Iterable[str] = (), many: Iterable[str] = ()
) -> AnyQuerySet:
    """Those of `rows` in which every word of `query` stands: in `columns` as they are, in `texts` as the reader sees
    them, in `many` likewise, each of which leads to several rows. All of them may follow relations."""
    words = fold(query).split()
    found: defaultdict[int, str] = defaultdict(str)
    for fields in [[*columns, *map(translated, texts)], *([translated(text)] for text in many)]:
        for pk, *values in rows.order_by().values_list("pk", *fields):
            found[pk] += " " + fold(" ".join(filter(None, values)))
    return rows.filter(pk__in=[pk for pk, text in found.items() if all(word in text for word in words)])
