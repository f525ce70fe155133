"""How a term of the glossary is recognised, in a text and in a query, and what a superseded one is called today."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils import translation

from core.languages import all_columns, in_language
from core.models import Version
from core.text import composed, fold, plain, stop_words
from practices.models import Practice, Term
from translations.glossary import TermInText

# The version that changes with the terms.
TERMS = "terms"
# The columns in which a term has its names; other forms stand one on a line.
NAME_COLUMNS = [*all_columns("name"), *all_columns("aliases"), "abbreviation"]

Phrase = tuple[str, ...]
"""The folded words of a name, in their order."""


@dataclass(frozen=True)
class Superseded:
    term: Term
    today: list[Term]
    """What it is called now: the end of the chain when a successor was itself superseded."""


@dataclass(frozen=True)
class Form:
    words: Phrase
    spelling: tuple[str, ...]
    """As the letters must stand; empty where case and accents do not matter."""
    term: int


@dataclass(frozen=True)
class Word:
    """A word of a text, and from where to where it stands in it."""

    text: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        return folded(self.text)


class Mention(NamedTuple):
    """The first and the last word by which a text names a term."""

    term: int
    first: int
    last: int


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    return fold(word).replace(" ", "")


def words_of(text: str) -> list[Word]:
    return [Word(match[0], match.start(), match.end()) for match in re.finditer(r"[^\W_]+", text)]


def phrase_of(name: str) -> Phrase:
    return tuple(word.folded for word in words_of(name))


def names_of(term: Term, language: str) -> list[str]:
    """Name and other forms of `term` in `language`, without its acronym."""
    names = [in_language(term, "name", language), *in_language(term, "aliases", language).splitlines()]
    return [name for name in names if name.strip()]


def all_names(term: Term) -> set[str]:
    """Every name of `term`, in every language, and its acronym."""
    names = {name for code, _language in settings.LANGUAGES for name in names_of(term, code)}
    return names | ({term.abbreviation} if term.abbreviation else set())


class Vocabulary:
    """All terms, as they are now. Shared between requests: do not modify."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = list(terms)
        self.by_pk = {term.pk: term for term in self.terms}
        # Language -> first word -> forms, longest first.
        self.forms: dict[str, dict[str, list[Form]]] = {}
        # A name in whichever language -> the terms that have it.
        self.named: defaultdict[Phrase, set[int]] = defaultdict(set)
        for language, _name in settings.LANGUAGES:
            by_word: defaultdict[str, list[Form]] = defaultdict(list)
            for term in self.terms:
                for form in forms_of(term, language):
                    by_word[form.words[0]].append(form)
                    if any(word not in stop_words() for word in form.words):
                        self.named[form.words].add(term.pk)
            for forms in by_word.values():
                forms.sort(key=lambda form: -len(form.words))
            self.forms[language] = dict(by_word)

    def mentions(self, language: str, words: Sequence[str]) -> Iterator[Mention]:
        """The terms that a text in `language` names by its words, in its order. A term within a longer one is not meant
        by itself: "intégration" in "plan communal intégration". An acronym counts only in its own capitals."""
        by_word = self.forms[language]
        folded_words = tuple(map(folded, words))
        free = 0
        # Most words begin no term: what is done for each of them is what reading a text costs.
        for position in [place for place, word in enumerate(folded_words) if word in by_word]:
            if position < free:
                continue
            longest = 0
            for form in by_word[folded_words[position]]:
                length = len(form.words)
                if length < longest:
                    break
                end = position + length
                if (length == 1 or folded_words[position:end] == form.words) and (
                    not form.spelling or tuple(words[position:end]) == form.spelling
                ):
                    longest, free = length, end
                    yield Mention(form.term, position, end - 1)

    def terms_in(self, language: str, text: str) -> set[int]:
        """Keys of the terms that a text in `language`, which may be rich, names."""
        return self.terms_among(language, [word.text for word in words_of(composed(plain(text)))])

    def terms_among(self, language: str, words: Sequence[str]) -> set[int]:
        """Keys of the terms that a text in `language` names by its words, which are given in its order."""
        return {mention.term for mention in self.mentions(language, words)}

    def meant_by(self, phrase: Sequence[str]) -> set[int]:
        """Keys of the terms that folded words name in whichever language, with all that came before and after them."""
        return {member for term in self.named.get(tuple(phrase), ()) for member in self.family[term]}

    @cached_property
    def family(self) -> dict[int, set[int]]:
        """Key of a term -> it, what came before it and what came after it, along the whole chain."""
        family = {term.pk: {term.pk} for term in self.terms}
        for term in self.terms:
            for later in self.later(term):
                family[term.pk].add(later.pk)
                family[later.pk].add(term.pk)
        return family

    def later(self, term: Term) -> list[Term]:
        """All that came after `term`, nearest first."""
        seen, ahead = {term.pk: term}, [term]
        while ahead:
            for successor in ahead.pop(0).successors.all():
                if successor.pk not in seen:
                    seen[successor.pk] = self.by_pk[successor.pk]
                    ahead.append(self.by_pk[successor.pk])
        return list(seen.values())[1:]

    @cached_property
    def written_words(self) -> dict[str, str]:
        """Each word of a name, folded -> as it is written."""
        names = (name for term in self.terms for name in all_names(term))
        return {fold(word): word for name in names for word in re.findall(r"[^\W\d_]{3,}", name)}

    def today(self, term: Term) -> list[Term]:
        """What took the place of `term` and still holds; nothing when `term` itself does."""
        return [later for later in self.later(term) if not later.successors.all()]

    def between(self, term: Term) -> list[Term]:
        """What took the place of `term` for a time, and holds no more."""
        return [later for later in self.later(term) if later.successors.all()]

    @cached_property
    def predecessors(self) -> dict[int, list[Term]]:
        """Key of a term -> the terms that it came right after."""
        predecessors: dict[int, list[Term]] = {term.pk: [] for term in self.terms}
        for term in self.terms:
            for successor in term.successors.all():
                predecessors[successor.pk].append(term)
        return predecessors

    def superseded(self, keys: Iterable[int]) -> list[Superseded]:
        """Those of these terms that are superseded, by their names in the active language."""
        terms = (self.by_pk[key] for key in keys)
        found = [Superseded(term, today) for term in terms if (today := self.today(term))]
        return sorted(found, key=lambda row: fold(row.term.name))


def forms_of(term: Term, language: str) -> Iterator[Form]:
    for name in names_of(term, language):
        if words := phrase_of(name):
            yield Form(words, (), term.pk)
    if spelling := tuple(word.text for word in words_of(term.abbreviation)):
        yield Form(tuple(folded(word) for word in spelling), spelling, term.pk)


@lru_cache(maxsize=1)
def vocabulary_of(version: UUID) -> Vocabulary:
    return Vocabulary(Term.objects.order_by("slug").prefetch_related("successors"))


def vocabulary(version: UUID | None = None) -> Vocabulary:
    """All terms. Nothing is read but their version, unless that has changed; nor that one when it is given."""
    if version is None:
        [version] = Version.objects.current(TERMS)
    # Without a version nobody has saved a term yet.
    return vocabulary_of(version) if version else Vocabulary([])


def superseded_in_all_languages(practice: Practice) -> list[Superseded]:
    """The superseded terms in the texts of `practice`, whatever their language. Reads its parts."""
    terms = vocabulary()
    found = {
        key
        for language, _name in settings.LANGUAGES
        for text in practice.texts(language).values()
        for key in terms.terms_in(language, text)
    }
    return terms.superseded(found)


def terms_for_translators(text: str, language: str) -> list[TermInText]:
    """The terms that a plain text in the source language names, with their names in `language`."""
    terms, words, found = vocabulary(), words_of(text), []
    for mention in terms.mentions(settings.LANGUAGE_CODE, [word.text for word in words]):
        term = terms.by_pk[mention.term]
        if target := in_language(term, "name", language):
            with translation.override(language):
                address = term.get_absolute_url()
            source = in_language(term, "name", settings.LANGUAGE_CODE)
            start, end = words[mention.first].start, words[mention.last].end
            found.append(TermInText(start, end, source, target, address))
    return found


def terms_matching(terms: Iterable[Term], query: str) -> list[Term]:
    """Those of `terms` in whose names, other forms or meaning, in any language, every word of `query` stands."""
    wanted = fold(query).split()
    columns = [column for field in ["name", "aliases", "meaning"] for column in all_columns(field)]

    def known_as(term: Term) -> str:
        return fold(" ".join([term.abbreviation, *(getattr(term, column) or "" for column in columns)]))

    return [term for term in terms if all(word in known_as(term) for word in wanted)]
