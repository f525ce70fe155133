"""What the index holds of a practice: the words of its texts and the choices of the facets by which it is found."""

import json
import re
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.db.models import Model, Prefetch, QuerySet
from pyroaring import BitMap

from contacts.models import Commune, Contact
from core.languages import all_columns, in_language
from core.text import composed, fold, plain, stem, stop_words
from library.facets import FACETS, RowFacet, model_at, rows_at
from library.postings import BODY, SUMMARY, TIED, TITLE, Place, keys_in, posting
from practices.models import Practice, PracticeContact
from practices.terms import Vocabulary

# The facet value that every practice has which the public may read.
PUBLISHED = ("state", "published")
# The part in which a field of the practice stands; all other translated fields, and those of its parts, are body.
PART_OF = {"title": TITLE, "subtitle": SUMMARY, "summary": SUMMARY}
# What is longer is no word that anybody looks for.
LONGEST_WORD = 100
LONGEST_SHOWN_WORD = 60


@dataclass(frozen=True)
class Tie:
    """Rows to which a practice is tied, and what the index reads of them."""

    path: str
    texts: tuple[str, ...] = ()
    """Translated fields that are searched."""
    names: tuple[str, ...] = ()
    """Fields that are searched and are the same in every language."""
    others: tuple[str, ...] = ()
    """Columns on which it depends what the index holds."""

    @property
    def model(self) -> type[Model]:
        return model_at(self.path)

    @property
    def columns(self) -> list[str]:
        translated = [column for name in self.texts for column in all_columns(name)]
        return ["slug", *translated, *self.names, *self.others]


CONTACTS = "practice_contacts__contact"
TIES = [
    Tie("theme", texts=("title", "short_title")),
    Tie("topics", texts=("name",)),
    Tie("audiences", texts=("name",)),
    Tie("organisations", texts=("name",), names=("short_name",)),
    Tie("communes", texts=("name",), others=("successor_id", "canton_id")),
    Tie(CONTACTS, texts=("desk", "role", "department"), names=("name",), others=("display",)),
]
TIES += [
    Tie(facet.path)
    for facet in FACETS.values()
    if isinstance(facet, RowFacet) and facet.path not in {tie.path for tie in TIES}
]


@dataclass
class Contents:
    """Of one practice; together with `tokens()` and `suggested_as()` all that decides where it stands in the index."""

    facets: set[tuple[str, str]] = field(default_factory=set)
    """(facet, slug), of a published practice"""
    words: dict[Place, set[str]] = field(default_factory=dict)
    """As they are written; only where there are any."""
    terms: dict[Place, set[int]] = field(default_factory=dict)
    """Keys of the terms that are named; only where there are any."""
    shown_terms: dict[str, set[int]] = field(default_factory=dict)
    """Language -> keys of the terms that the page names in it."""

    def add(self, place: Place, words: set[str], terms: set[int]) -> None:
        if words:
            self.words.setdefault(place, set()).update(words)
        if terms:
            self.terms.setdefault(place, set()).update(terms)

    def tokens(self) -> set[tuple[Place, str]]:
        """Each word of the index, and the place in which it stands."""
        found = {
            (place, token) for place, words in self.words.items() for word in words for token in tokens(word, place[0])
        }
        return found | {(place, term_token(term)) for place, terms in self.terms.items() for term in terms}

    def spellings(self) -> set[str]:
        """The words, as they are written, that may be suggested to who misspells them."""
        return {word for word in self.written() if suggested_as(word)}

    def written(self) -> set[str]:
        """All words of a published practice."""
        return set().union(*self.words.values()) if PUBLISHED in self.facets else set()

    def pack(self) -> bytes:
        places = [
            [*place, " ".join(sorted(words)), sorted(self.terms.get(place, ()))]
            for place, words in sorted(self.words.items())
        ]
        return zlib.compress(json.dumps([sorted(self.facets), places], ensure_ascii=False).encode())

    @classmethod
    def unpack(cls, packed: bytes) -> "Contents":
        """All but `shown_terms`."""
        facets, places = json.loads(zlib.decompress(packed)) if packed else ([], [])
        return cls(
            {(facet, slug) for facet, slug in facets},
            {(language, part): set(words.split()) for language, part, words, _terms in places},
            {(language, part): set(terms) for language, part, _words, terms in places if terms},
        )

    def shown(self) -> BitMap:
        """A number for each term, as if it stood in the title of that language."""
        return BitMap(posting((code, TITLE), term) for code, terms in self.shown_terms.items() for term in terms)


def shown_in(language: str, shown_terms: BitMap) -> BitMap:
    """Keys of the terms that the page of a practice names in `language`."""
    return keys_in((language, TITLE), shown_terms)


def with_contents(keys: Collection[int]) -> QuerySet[Practice]:
    """The practices with these keys and all that the index reads of them."""
    # Nobody finds a practice by a contact who is not shown.
    listed = PracticeContact.objects.filter(contact__in=Contact.objects.listed()).select_related("contact")
    paths = [tie.path for tie in TIES if tie.path not in ("theme", CONTACTS)]
    return (
        Practice.objects.filter(pk__in=keys)
        .select_related("theme")
        .prefetch_related(
            # What is joined here is not read again by the paths.
            Prefetch("communes", Commune.objects.select_related("canton", "successor")),
            *paths,
            "communes__predecessors",
            Prefetch("practice_contacts", listed),
            *(name for name in Practice.translation_parts if name != "practice_contacts"),
        )
    )


class Reader:
    """Reads what the index should hold of practices, with the terms as they are now."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.languages = [code for code, _name in settings.LANGUAGES]
        # Many practices are tied to the same rows, whose names are read once.
        self.read_name = lru_cache(maxsize=10_000)(self.read)

    def read(self, language: str, text: str) -> tuple[set[str], set[int]]:
        """The words of a text, as they are written, and keys of the terms that it names. Do not modify."""
        in_order = re.findall(r"[^\W_]+", composed(plain(text)))
        return set(in_order), self.vocabulary.terms_among(language, in_order)

    def contents_of(self, practice: Practice) -> Contents:
        contents = Contents()
        if practice.is_published:
            contents.facets.add(PUBLISHED)
            for facet in FACETS.values():
                contents.facets.update((facet.name, value) for value in facet.values(practice))
        contents.shown_terms = {code: set() for code in self.languages}
        written: set[str] = set()
        for path, row, name in practice.text_fields():
            written.update(self.read_text(contents, path, row, name))
        ties = [(tie, list(rows_at(practice, tie.path))) for tie in TIES]
        names = [str(practice.year), *(getattr(row, name) for tie, rows in ties for row in rows for name in tie.names)]
        for code in self.languages:
            tied = [in_language(row, name, code) for tie, rows in ties for row in rows for name in tie.texts]
            if code in written or any(tied):
                for text in filter(None, tied + names):
                    contents.add((code, TIED), *self.read_name(code, text))
        return contents

    def read_text(self, contents: Contents, path: str, row: Model, name: str) -> Iterable[str]:
        """Add a translated field; returns the languages in which it is written."""
        named: dict[str, set[int]] = {}
        for code in self.languages:
            if text := in_language(row, name, code):
                words, named[code] = self.read(code, text)
                contents.add((code, PART_OF.get(path, BODY)), words, named[code])
        for code, terms in contents.shown_terms.items():
            # Where it is not translated, the page shows it in the source language.
            terms |= named.get(code, named.get(settings.LANGUAGE_CODE, set()))
        return named


# A library has some words again and again, so that what is known of a word is looked up rather than worked out.
@lru_cache(maxsize=100_000)
def suggested_as(word: str) -> str:
    """The folded word; empty when it is none to suggest."""
    if not (3 <= len(word) <= LONGEST_SHOWN_WORD and word.isalpha()):
        return ""
    folded = fold(word)
    return "" if folded in stop_words() or len(folded) > LONGEST_WORD or " " in folded else folded


@lru_cache(maxsize=100_000)
def tokens(word: str, language: str) -> tuple[str, ...]:
    """What the index holds of a word: folded, and its stem where that is another; nothing for a small word."""
    found, small = dict.fromkeys([*fold(word).split(), *stem(word.casefold(), language).split()]), stop_words()
    return tuple(token for token in found if token not in small and len(token) <= LONGEST_WORD)


def term_token(term: int) -> str:
    """What stands for a term, by its key, in the index; no word begins like that."""
    return f"#{term}"


def practices_tied(path: str, keys: Collection[int]) -> Iterator[int]:
    """Keys of the practices from which `path` leads to one of the rows with these keys."""
    return (
        Practice.objects.filter(**{f"{path}__in": keys}).order_by().values_list("pk", flat=True).distinct().iterator()
    )
