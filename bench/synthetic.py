"""Adds practices in words that are invented, to measure with: `python -m bench.synthetic 10000`.

The same number gives the same practices. Their vocabulary grows as that of real texts does: in a library of four times
as many practices stand twice as many different words (Heaps' law with exponent 0.5), and the word of rank r is r times
as rare as the first one (Zipf's law). With the words of the real practices alone every figure would flatter.
"""

import datetime
import math
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model, QuerySet

from bench.portal import refuse_in_production
from contacts.models import Commune, Contact, Organisation, OrganisationKind
from core.chunks import in_chunks
from core.languages import in_language
from core.text import plain
from library.contents import TIES, with_contents
from library.facets import rows_at
from practices.models import (
    Audience,
    OrganisationRole,
    Practice,
    PracticeCommune,
    PracticeContact,
    PracticeOrganisation,
    PracticeSection,
    SectionKind,
    State,
    ThemeBlock,
    Topic,
)
from translations.models import TranslatedUnit, record_translations

SLUG = "synthetic-"
# Practices that are made at once.
BATCH = 1000
# Each practice has these sections, of so many words in each language; about 440 words with title and summary.
SECTIONS = [kind for kind in SectionKind.values if kind != SectionKind.OTHER][:6]
LENGTHS = {"title": 6, "subtitle": 9, "summary": 35, "body": 65, "name": 4}
# One organisation for so many practices, each with a contact; and one of the real ones has a tenth of all.
PRACTICES_OF_AN_ORGANISATION = 10
LARGEST_ORGANISATION = "asti"
COMMUNES_OF = {"local": 1, "regional": 8, "national": 0}
FIRST_DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

VOWELS = "aeiouyàâäéèêëîïôöûüœæ"
SYLLABLE = re.compile(rf"[^{VOWELS}]*[{VOWELS}]+(?:[^{VOWELS}]+$)?")


@dataclass
class Words:
    """The words of a language, the most frequent one first: the real ones, and then as many as are needed."""

    code: str
    real: list[str]
    practices: int
    """In so many practices the real words stand."""

    def __post_init__(self) -> None:
        self.all = list(self.real)
        self.invented = self.invent()

    def invent(self) -> Iterator[str]:
        """Words of the syllables of the real ones, without end; always the same."""
        chance, known = random.Random(self.code), set(self.real)
        syllables = [syllable for word in self.real for syllable in SYLLABLE.findall(word)]
        while True:
            word = "".join(chance.choices(syllables, k=chance.choice([2, 3, 3, 4])))
            if 4 <= len(word) <= 20 and word not in known:
                known.add(word)
                yield word

    def text(self, chance: random.Random, length: int, practices: int) -> str:
        """A text of so many words, as it would stand in the last one of so many practices."""
        size = int(len(self.real) * math.sqrt(practices / self.practices))
        while len(self.all) < size:
            self.all.append(next(self.invented))
        words = [self.all[int(size ** chance.random()) - 1] for _ in range(length)]
        return " ".join(words).capitalize()


def real_words() -> dict[str, Words]:
    keys = list(Practice.objects.exclude(slug__startswith=SLUG).values_list("pk", flat=True))
    counts: dict[str, Counter[str]] = {code: Counter() for code, _name in settings.LANGUAGES}
    for practice in with_contents(keys):
        for language, text in texts_of(practice):
            counts[language].update(word.casefold() for word in re.findall(r"[^\W\d_]+", text))
    return {
        code: Words(code, sorted(count, key=lambda word: (-count[word], word)), len(keys))
        for code, count in counts.items()
    }


def texts_of(practice: Practice) -> Iterator[tuple[str, str]]:
    """(language, text) of `practice` and of the names of what it is tied to."""
    ties = [(tie, row) for tie in TIES for row in rows_at(practice, tie.path)]
    names = [getattr(row, name) for tie, row in ties for name in tie.names]
    for code, _name in settings.LANGUAGES:
        yield from ((code, plain(in_language(row, name, code))) for _path, row, name in practice.text_fields())
        yield from ((code, in_language(row, name, code)) for tie, row in ties for name in tie.texts)
        yield from ((code, name) for name in names)


class Library:
    """The rows to which synthetic practices are tied, and the words of which they are made."""

    def __init__(self) -> None:
        self.words = real_words()
        self.rows: dict[type[Model], list[Any]] = {
            model: list(model._default_manager.order_by("pk"))
            for model in (ThemeBlock, Topic, Audience, Commune, Organisation, Contact)
        }
        self.real = {model: sum(not row.slug.startswith(SLUG) for row in rows) for model, rows in self.rows.items()}
        self.largest_organisation = Organisation.objects.get(slug=LARGEST_ORGANISATION)

    def before(self, model: type[Model], number: int) -> list[Any]:
        """The rows that there are when practice `number` is made: later ones do not change what chance picks."""
        return self.rows[model][: self.real[model] + number // PRACTICES_OF_AN_ORGANISATION + 1]

    def texts(self, chance: random.Random, number: int, field: str, form: str = "{}") -> dict[str, str]:
        """Column -> a text as long as `field` is."""
        texts = {}
        for code, words in self.words.items():
            texts[f"{field}_{code}"] = form.format(words.text(chance, LENGTHS[field], words.practices + number + 1))
        return texts


@transaction.atomic
def make(library: Library, numbers: Sequence[int]) -> None:
    """Add the practices with these numbers and their states of translation; they are not in the index yet."""
    made = make_organisations(library, [number for number in numbers if number % PRACTICES_OF_AN_ORGANISATION == 0])
    # What chance says of a practice depends on its number alone.
    chances = [random.Random(number) for number in numbers]
    practices = create(
        Practice, [make_practice(library, number, chance) for number, chance in zip(numbers, chances, strict=True)]
    )
    parts: dict[type[Model], list] = {}
    for number, chance, practice in zip(numbers, chances, practices, strict=True):
        for part in make_parts(library, number, chance, practice):
            parts.setdefault(type(part), []).append(part)
    for model, rows in parts.items():
        create(model, rows)
    for model, rows in [*made.items(), (Practice, practices)]:
        record_translations(model, {row.pk for row in rows})


def create(model: type[Model], rows: list[Any]) -> list[Any]:
    # Not the tracked queryset: what is derived from the rows follows at the end, once.
    return QuerySet(model).bulk_create(rows, batch_size=500)


def make_organisations(library: Library, numbers: Sequence[int]) -> dict[type[TranslatedUnit], list[Any]]:
    """An organisation and its contact for each of these numbers."""
    organisations, contacts = [], []
    for number in numbers:
        chance = random.Random(f"organisation {number}")
        slug = f"{SLUG}{number}"
        organisation = Organisation(
            slug=slug,
            kind=OrganisationKind.ASSOCIATION,
            commune=chance.choice(library.rows[Commune]),
            **library.texts(chance, number, "name"),
        )
        name = library.words[settings.LANGUAGE_CODE].text(chance, 2, number + 1).title()
        organisations.append(organisation)
        contacts.append(Contact(slug=slug, name=name, sort_name=name, organisation=organisation, recorded_year=2017))
    made = {Organisation: create(Organisation, organisations), Contact: create(Contact, contacts)}
    for model, rows in made.items():
        library.rows[model] += rows
    return made


def make_practice(library: Library, number: int, chance: random.Random) -> Practice:
    return Practice(
        slug=f"{SLUG}{number}",
        theme=chance.choice(library.rows[ThemeBlock]),
        year=2000 + number % 25,
        territory=chance.choice(["local", "local", "regional", "national"]),
        status=chance.choice(["", "running", "ended"]),
        cost_band=chance.choice(["", "free", "low", "high"]),
        state=State.PUBLISHED,
        published_at=FIRST_DAY + datetime.timedelta(minutes=number),
        **library.texts(chance, number, "title"),
        **library.texts(chance, number, "subtitle"),
        **library.texts(chance, number, "summary"),
    )


def make_parts(library: Library, number: int, chance: random.Random, practice: Practice) -> Iterator[Model]:
    for position, kind in enumerate(SECTIONS):
        texts = library.texts(chance, number, "body", "<p>{}.</p>")
        yield PracticeSection(practice=practice, kind=kind, position=position, **texts)
    for commune in chance.sample(library.rows[Commune], COMMUNES_OF[practice.territory]):
        yield PracticeCommune(practice=practice, commune=commune)
    organisation = chance.choice(library.before(Organisation, number))
    if number % PRACTICES_OF_AN_ORGANISATION == 0:
        organisation = library.largest_organisation
    yield PracticeOrganisation(practice=practice, organisation=organisation, role=OrganisationRole.CARRIER)
    yield PracticeContact(practice=practice, contact=chance.choice(library.before(Contact, number)))
    for topic in chance.sample(library.rows[Topic], 2):
        yield Practice.topics.through(practice=practice, topic=topic)
    for audience in chance.sample(library.rows[Audience], 2):
        yield Practice.audiences.through(practice=practice, audience=audience)


def fill(count: int, tell: Callable[[str], None] = print) -> None:
    """Add practices until there are `count` synthetic ones, and make the index anew."""
    refuse_in_production()
    library = Library()
    start = Practice.objects.filter(slug__startswith=SLUG).count()
    for some in in_chunks(range(start, count), BATCH):
        make(library, some)
        tell(f"{some[-1] + 1} of {count} practices made")
    call_command("rebuild_search")
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        # What autovacuum does on a server that has been running for a while.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    fill(int(sys.argv[1]))
