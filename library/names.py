"""Short texts that the index does not hold, such as the names of organisations, found by words as practices are."""

import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from django.conf import settings
from django.db.models import Model
from pyroaring import BitMap

from core.languages import in_language
from core.text import composed, fold, plain
from library.contents import term_token, tokens
from library.search import Alternative, Query, Word
from library.sets import union
from practices.terms import Vocabulary, words_of

Row = TypeVar("Row", bound=Model)
LAST_CHARACTER = chr(sys.maxunicode)


class Names(Generic[Row]):
    """Rows by the words of their `fields` in each language, and by their `acronym`, the name of a field. Shared between
    requests: do not modify."""

    def __init__(
        self, rows: Iterable[Row], fields: Sequence[str], vocabulary: Vocabulary | None, acronym: str = ""
    ) -> None:
        self.rows = list(rows)
        # Language -> word, or its stem or a term -> places of the rows.
        self.places: dict[str, dict[str, BitMap]] = {}
        self.words: dict[str, list[str]] = {}
        self.words_backwards: dict[str, list[str]] = {}
        for code, _name in settings.LANGUAGES:
            places: defaultdict[str, BitMap] = defaultdict(BitMap)
            for place, row in enumerate(self.rows):
                text = " ".join(plain(in_language(row, field, code)) for field in fields)
                for token in tokens_of(text, code, vocabulary):
                    places[token].add(place)
            self.places[code] = dict(places)
            self.words[code] = sorted(places)
            is_compounding = code in settings.COMPOUNDING_LANGUAGES
            self.words_backwards[code] = sorted(word[::-1] for word in places) if is_compounding else []
        self.acronyms: defaultdict[str, BitMap] = defaultdict(BitMap)
        for place, row in enumerate(self.rows):
            if acronym and (short := getattr(row, acronym)):
                self.acronyms[fold(short)].add(place)

    def matching(self, query: Query) -> list[Row]:
        """The rows that bear the words of `query`, in their order."""
        if not query:
            return []
        found = [
            BitMap.intersection(*(union(self.of_all(words, code) for words in group) for group in query.expanded))
            for code, _name in settings.LANGUAGES
        ]
        # An acronym counts when it is one of the words as they were written.
        found += [
            self.acronyms[form]
            for group in query.literal
            for (word,) in group
            for form in word.forms
            if form in self.acronyms
        ]
        return [self.rows[place] for place in union(found)]

    def of_all(self, words: Alternative, language: str) -> BitMap:
        return BitMap.intersection(*(self.of_word(word, language) for word in words))

    def of_word(self, word: Word, language: str) -> BitMap:
        places = self.places[language]
        found = [form for form in word.forms if form in places]
        if word.is_prefix:
            found += beginning_with(word.forms[0], self.words[language])
        for ending in word.endings():
            found += [text[::-1] for text in beginning_with(ending[::-1], self.words_backwards[language])]
        return union(places[text] for text in found)


def tokens_of(text: str, language: str, vocabulary: Vocabulary | None) -> set[str]:
    in_order = [word.text for word in words_of(composed(text))]
    found = {token for word in in_order for token in tokens(word, language)}
    return found | set(map(term_token, vocabulary.terms_among(language, in_order) if vocabulary else ()))


def beginning_with(beginning: str, words: list[str]) -> list[str]:
    """Those of the sorted `words`."""
    first = bisect_left(words, beginning)
    return words[first : bisect_left(words, beginning + LAST_CHARACTER, first)]
