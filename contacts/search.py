"""How a name finds a commune, and words find a contact. Both read one list and compare in Python, where
accents and hyphens are folded the same way for every database."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from rapidfuzz import process
from rapidfuzz.distance import OSA

from contacts.models import Commune, ContactQuerySet, Locality
from core.languages import active_language, all_columns, translated
from core.text import fold

MOST_MATCHES = 20
# Among other words, what is shorter and no whole name means no place by itself; and so many words are tried alone.
SHORTEST_NAME = 4
MOST_WORDS = 5

# Words that tell no two places apart, in any of the languages: left out where others remain.
SMALL_WORDS = frozenset(
    fold(
        "a am an auf au aux beim city commune communale administration d das de den der des die du gemeinde gemeng in"
        " kommune l la le les lez municipality of on op stad stadt sur the town um ville vom von vun zu zum zur"
    ).split()
)
# What people write behind a place, folded, and what is no place there.
COUNTRY = frozenset({"luxembourg", "luxemburg", "letzebuerg", "lu"})
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
# What ears and spelling habits confuse, folded: Baschraach and Bascharage, Pfaffental and Paffenthal.
SOUNDS = [
    (r"sch", "s"), (r"ch", "g"), (r"ph", "f"), (r"th", "t"), (r"ck|qu|c(?![ei])|q", "k"), (r"[cz]", "s"),
    (r"y", "i"), (r"w", "v"), (r"ie", "i"), (r"oo", "o"), (r"ae", "e"), (r"(.)\1", r"\1"), (r"(?<=.)e$", ""),
]  # fmt: skip


class Tier(IntEnum):
    """How well a name answers the query, best first."""

    NAME = 0
    OTHER_NAME = 1
    BEGINS_NAME = 2
    BEGINS_OTHER_NAME = 3
    WITHIN = 4
    NEAR = 5


class Kind(IntEnum):
    """Whose name it is; between names that answer equally well, the first is meant."""

    COMMUNE = 0
    ALIAS = 1
    FORMER_COMMUNE = 2
    LOCALITY = 3
    LOCALITY_ALIAS = 4


@dataclass(frozen=True)
class CommuneMatch:
    commune: Commune
    via: str
    """The place that was meant, in the reader's language, when that is not the commune itself; else empty."""

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


@dataclass(frozen=True)
class Place:
    commune: int
    """Key of the commune of today in which it lies."""
    names: tuple[str | None, ...] = ()
    """By language, in the order of the settings; empty for the commune itself and for the village of its name."""
    former_commune: int | None = None


@dataclass(frozen=True)
class Name:
    letters: str
    kind: Kind
    place: Place


class Answer(NamedTuple):
    tier: Tier
    nearness: float
    """Within its tier, at most 1."""
    name: Name


Row = tuple


@lru_cache(maxsize=20_000)
def words_of(text: str) -> tuple[str, ...]:
    return tuple(fold(text).split())


@lru_cache(maxsize=20_000)
def sound(letters: str) -> str:
    for pattern, sounds in SOUNDS:
        letters = re.sub(pattern, sounds, letters)
    return letters


def telling(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in SMALL_WORDS) or words


def in_any_order(words: tuple[str, ...]) -> str:
    return "".join(sorted(telling(words)))


class Names:
    """All names of all places, as they are compared: letters and figures only, so `eschsuralzette`."""

    def __init__(self, communes: tuple[Row, ...], localities: tuple[Row, ...]) -> None:
        self.population: dict[int, int] = {pk: population or 0 for pk, _successor, population, *_rest in communes}
        self.whole: defaultdict[str, list[Name]] = defaultdict(list)
        self.in_any_order: defaultdict[str, list[Name]] = defaultdict(list)
        self.names: list[Name] = []
        self.tails: list[Name] = []
        """The same from their second word on, their third and so forth."""
        self.words: list[tuple[str, Kind, Place]] = []
        """Every word that may be said of a place, those of its commune included, each between two blanks."""
        self.vocabulary: set[str] = set()

        own_names: defaultdict[int, list[str]] = defaultdict(list)
        for pk, successor, _population, aliases, *names in communes:
            own_names[successor or pk] += [*filter(None, names), *aliases.splitlines()]
            if successor:
                former = Place(successor, tuple(names), former_commune=pk)
                self.add(former, Kind.FORMER_COMMUNE, names, aliases)
            else:
                self.add(Place(pk), Kind.COMMUNE, names, "")
                self.add(Place(pk), Kind.ALIAS, [], aliases)
        for pk, names_of_commune in own_names.items():
            self.add_words(Place(pk), Kind.COMMUNE, names_of_commune)
        for commune, aliases, postal_codes, *names in localities:
            is_itself = any(
                name.kind == Kind.COMMUNE and name.place.commune == commune
                for spelling in filter(None, names)
                for name in self.whole.get("".join(words_of(spelling)), [])
            )
            place = Place(commune) if is_itself else Place(commune, tuple(names))
            self.add(place, Kind.LOCALITY, names, "")
            self.add(place, Kind.LOCALITY_ALIAS, [], aliases)
            for postal_code in postal_codes.split():
                self.whole[postal_code].append(Name(postal_code, Kind.LOCALITY, place))
            spellings = [*filter(None, names), *aliases.splitlines(), postal_codes]
            self.add_words(place, Kind.LOCALITY, own_names[commune] + spellings)

        self.letters = [name.letters for name in self.names]
        self.sounds = [sound(letters) for letters in self.letters]
        self.postal_codes = sorted(code for code in self.whole if code.isdecimal())

    def add(self, place: Place, kind: Kind, names: list[str | None], aliases: str) -> None:
        spellings = {*filter(None, names), *aliases.splitlines()}
        spellings |= {spelling.translate(UMLAUTS) for spelling in spellings}
        for words in sorted({words_of(spelling) for spelling in spellings}):
            name = Name("".join(words), kind, place)
            self.names.append(name)
            self.whole[name.letters].append(name)
            self.in_any_order[in_any_order(words)].append(name)
            self.tails += [Name("".join(words[start:]), kind, place) for start in range(1, len(words))]

    def add_words(self, place: Place, kind: Kind, spellings: list[str]) -> None:
        words = {word for spelling in spellings for word in words_of(spelling)}
        self.words.append((f" {' '.join(sorted(words))} ", kind, place))
        self.vocabulary |= words

    def answering(self, query: str) -> list[Answer]:
        """Names that answer `query`, well or less well, in no order; some more than once."""
        # "L-4750" is a postal code with its country.
        words = words_of(re.sub(r"\blu? ?(?=\d{4}\b)", "", fold(query)))
        for reading in self.readings(words):
            if found := self.answers_to(reading):
                return found
        return list(self.beginning_near("".join(words)))

    def readings(self, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """What to look for, until something is found: the words without the country behind them; all of them; a postal
        code among them; those that stand in some name; each by itself, the longest first."""
        if not words:
            return
        place = words[:-1]
        if words[-1] in COUNTRY and "".join(words) not in self.whole and not SMALL_WORDS.issuperset(place):
            yield place
        yield words
        if len(words) == 1:
            return
        yield from ((word,) for word in words if word in self.postal_codes)
        names = [
            word
            for word in sorted(dict.fromkeys(words), key=len, reverse=True)
            if word not in SMALL_WORDS and (len(word) >= SHORTEST_NAME or word in self.whole)
        ]
        known = tuple(word for word in words if word in self.vocabulary)
        if any(word in known for word in names):
            yield known
        yield from ((word,) for word in names[:MOST_WORDS])

    def answers_to(self, words: tuple[str, ...]) -> list[Answer]:
        found: list[Answer] = []
        for wanted in dict.fromkeys(["".join(words), "".join(telling(words))]):
            found += self.beginning_with(wanted)
            found += self.near(wanted)
        for name in self.in_any_order.get(in_any_order(words), []):
            found.append(Answer(Tier.NAME if name.kind == Kind.COMMUNE else Tier.OTHER_NAME, 0.9, name))
        if len(telling(words)) > 1:
            found += self.with_words(telling(words))
        return found

    def beginning_with(self, wanted: str) -> Iterator[Answer]:
        for name in self.whole.get(wanted, []):
            yield Answer(Tier.NAME if name.kind == Kind.COMMUNE else Tier.OTHER_NAME, 1, name)
        if wanted.isdecimal():
            for code in self.postal_codes:
                if code.startswith(wanted) and len(wanted) > 1:
                    yield from (Answer(Tier.BEGINS_OTHER_NAME, 1, name) for name in self.whole[code])
            return
        for name in self.names:
            if name.letters.startswith(wanted):
                yield Answer(Tier.BEGINS_NAME if name.kind == Kind.COMMUNE else Tier.BEGINS_OTHER_NAME, 1, name)
            elif len(wanted) > 3 and wanted in name.letters:
                yield Answer(Tier.NEAR, 0.7, name)
        for name in self.tails:
            if name.letters.startswith(wanted):
                yield Answer(Tier.WITHIN, 1, name)

    def with_words(self, words: tuple[str, ...]) -> Iterator[Answer]:
        """Places told by more than their name: "Belval Sanem", "4750 Pétange"."""
        for said, kind, place in self.words:
            if all(f" {word}" in said for word in words):
                is_whole = all(f" {word} " in said for word in words)
                yield Answer(Tier.OTHER_NAME if is_whole else Tier.NEAR, 0.75, Name(said, kind, place))

    def near(self, wanted: str) -> Iterator[Answer]:
        """Names a typing error away, two in long ones, and those that sound the same."""
        if len(wanted) < 4 or wanted.isdecimal():
            return
        for letters, nearness, index in process.extract_iter(
            wanted, self.letters, scorer=OSA.normalized_similarity, score_cutoff=0.75
        ):
            if nearness >= 0.8 or OSA.distance(wanted, letters) == 1:
                yield Answer(Tier.NEAR, nearness, self.names[index])
        for _letters, nearness, index in process.extract_iter(
            sound(wanted), self.sounds, scorer=OSA.normalized_similarity, score_cutoff=0.8
        ):
            yield Answer(Tier.NEAR, nearness - 0.08, self.names[index])

    def beginning_near(self, wanted: str) -> Iterator[Answer]:
        """Names of which a beginning is one typing error away: what to offer while somebody still types."""
        if len(wanted) < 4 or wanted.isdecimal():
            return
        lengths = [len(wanted), len(wanted) + 1]
        for name in [*self.names, *self.tails]:
            if any(OSA.distance(wanted, name.letters[:length], score_cutoff=1) <= 1 for length in lengths):
                yield Answer(Tier.NEAR, 0.5, name)


@lru_cache(maxsize=2)
def names_in(communes: tuple[Row, ...], localities: tuple[Row, ...]) -> Names:
    """Sorted out once for the same rows; a row that staff change is another row, so nothing stays behind."""
    return Names(communes, localities)


def communes_matching(query: str, most: int = MOST_MATCHES) -> list[CommuneMatch]:
    """At most `most` communes that `query` may mean, best first, their cantons with them.

    Asked for a former commune, it offers the one of today and right behind it the former one.
    """
    if not fold(query):
        return []
    names = names_in(
        tuple(
            Commune.objects.order_by("pk").values_list("pk", "successor", "population", "aliases", *all_columns("name"))
        ),
        tuple(Locality.objects.order_by("pk").values_list("commune", "aliases", "postal_codes", *all_columns("name"))),
    )
    by_commune: defaultdict[int, list[Answer]] = defaultdict(list)
    for answer in names.answering(query):
        by_commune[answer.name.place.commune].append(answer)

    def rank(answer: Answer) -> tuple:
        commune = answer.name.place.commune
        return answer.tier, -answer.nearness, answer.name.kind, -names.population[commune], commune

    ranked: list[tuple[tuple, int, Place]] = []
    for commune, answers in by_commune.items():
        answers.sort(key=rank)
        best = answers[0]
        equals = [answer.name.place for answer in answers if answer[:2] == best[:2] and answer.name.place.names]
        # An alias may be the name of a place: Bascharage, of which there is more to say than that it is Käerjeng.
        place = equals[0] if equals and best.name.kind != Kind.COMMUNE else best.name.place
        ranked.append(((*rank(best), 0), commune, place))
        for former in {pk for answer in answers if (pk := answer.name.place.former_commune)}:
            own = next(answer for answer in answers if answer.name.place.former_commune == former)
            ranked.append(((*rank(best if own[:2] == best[:2] else own), 1), former, Place(commune)))
    ranked.sort(key=itemgetter(0, 1))

    found = Commune.objects.select_related("canton", "successor").in_bulk([pk for _rank, pk, _place in ranked[:most]])
    return [CommuneMatch(found[pk], shown(place)) for _rank, pk, place in ranked[:most] if pk in found]


def shown(place: Place) -> str:
    by_language = dict(zip((code for code, _name in settings.LANGUAGES), place.names, strict=False))
    return by_language.get(active_language()) or by_language.get(settings.LANGUAGE_CODE) or ""


def contacts_matching(contacts: ContactQuerySet, query: str) -> ContactQuerySet:
    """Those of `contacts` in whose name, role, organisation or commune every word of `query` stands."""
    words = fold(query).split()
    rows = contacts.order_by().values_list(
        "pk",
        "name",
        "organisation__short_name",
        *(translated(field) for field in ("desk", "role", "department", "organisation__name")),
        translated("commune__name"),
    )
    found = [pk for pk, *texts in rows if all(word in fold(" ".join(text or "" for text in texts)) for word in words)]
    return contacts.filter(pk__in=found)
