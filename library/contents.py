"""What the index holds of a practice: the words of its texts and the choices of the facets by which it is found."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.db.models import Model, Prefetch, QuerySet

from contacts.models import Contact
from core.languages import all_columns, in_language
from core.text import composed, fold, plain, stem, stop_words
from library.facets import FACETS, RowFacet, model_at, rows_at
from practices.models import Practice, PracticeContact
from practices.terms import Vocabulary

# The facet value that every practice has which the public may read.
PUBLISHED = ("state", "published")
# Where a word may stand, best first: in the practice itself, last in the names of the rows that it is tied to.
PARTS = TITLE, SUMMARY, BODY, TIED = ("title", "summary", "body", "tied")
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
class Entries:
    """The rows of the index in which a practice stands: for each of its models the values of the fields that tell
    the rows apart."""

    facet_values: set[tuple[str, str]] = field(default_factory=set)
    """(facet, slug)"""
    posting_lists: set[tuple[str, str, str]] = field(default_factory=set)
    """(language, part, word)"""
    search_words: set[tuple[str, str]] = field(default_factory=set)
    """(the word as it is written, folded)"""


def with_contents(keys: Collection[int]) -> QuerySet[Practice]:
    """The practices with these keys and all that the index reads of them."""
    # Nobody finds a practice by a contact who is not shown.
    listed = PracticeContact.objects.filter(contact__in=Contact.objects.listed()).select_related("contact")
    paths = [tie.path for tie in TIES if tie.path not in ("theme", CONTACTS)]
    return (
        Practice.objects.filter(pk__in=keys)
        .select_related("theme")
        .prefetch_related(
            *paths,
            "communes__successor",
            "communes__predecessors",
            Prefetch("practice_contacts", listed),
            *(name for name in Practice.translation_parts if name != "practice_contacts"),
        )
    )


def texts_of(practice: Practice) -> dict[tuple[str, str], str]:
    """(language, part) -> the words of `practice`, without markup; only where something is written."""
    names = [str(practice.year)]
    for tie in TIES:
        names += [getattr(row, name) for row in rows_at(practice, tie.path) for name in tie.names]
    result: dict[tuple[str, str], str] = {}
    for code, _name in settings.LANGUAGES:
        texts: dict[str, list[str]] = {part: [] for part in PARTS}
        for path, row, name in practice.text_fields():
            texts[PART_OF.get(path, BODY)].append(in_language(row, name, code))
        for tie in TIES:
            texts[TIED] += [in_language(row, name, code) for row in rows_at(practice, tie.path) for name in tie.texts]
        if any(text for some in texts.values() for text in some):
            texts[TIED] += names
            result |= {(code, part): " ".join(plain(text) for text in some if text) for part, some in texts.items()}
    return result


def entries_of(practice: Practice, vocabulary: Vocabulary) -> Entries:
    entries = Entries()
    if practice.is_published:
        entries.facet_values.add(PUBLISHED)
        for facet in FACETS.values():
            entries.facet_values.update((facet.name, value) for value in facet.values(practice))
    for (language, part), text in texts_of(practice).items():
        in_order = re.findall(r"[^\W_]+", composed(text))
        words = set(in_order)
        found = {token for word in words for token in tokens(word, language)}
        found.update(map(term_token, vocabulary.terms_among(language, in_order)))
        entries.posting_lists.update((language, part, token) for token in found)
        if practice.is_published:
            entries.search_words.update((word, folded) for word in words if (folded := suggested_as(word)))
    return entries


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
    return tuple(
        token
        for token in dict.fromkeys([*fold(word).split(), *stem(word.casefold(), language).split()])
        if token not in stop_words() and len(token) <= LONGEST_WORD
    )


def term_token(term: int) -> str:
    """What stands for a term, by its key, in the index; no word begins like that."""
    return f"#{term}"


def practices_tied(path: str, keys: Collection[int]) -> Iterator[int]:
    """Keys of the practices from which `path` leads to one of the rows with these keys."""
    return (
        Practice.objects.filter(**{f"{path}__in": keys}).order_by().values_list("pk", flat=True).distinct().iterator()
    )
