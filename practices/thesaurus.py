"""The terms of the glossary as search knows them: every name of a term, in every language, leads to all that mean the
same, or meant it before or after."""

import re
from collections.abc import Iterator, Sequence

from django.apps import apps
from django.utils.functional import cached_property

from gresil.languages import all_columns
from gresil.text import fold, stop_words

# The columns in which a term has its names; other forms stand one on a line.
NAME_COLUMNS = [*all_columns("name"), *all_columns("aliases"), "abbreviation"]

Phrase = tuple[str, ...]
"""The folded words of a name, in their order."""


def token(term: int) -> str:
    """What stands for a term in the index; no word begins like that."""
    return f"#{term}"


class Thesaurus:
    """All terms, as they are now; two queries."""

    def __init__(self) -> None:
        # Asked for by name: the models import the index, which needs us.
        model = apps.get_model("practices", "Term")
        self.as_written = {key: list(lines(texts)) for key, *texts in model.objects.values_list("pk", *NAME_COLUMNS)}
        self.family: dict[int, set[int]] = {key: {key} for key in self.as_written}
        for one, other in model.successors.through.objects.values_list("from_term_id", "to_term_id"):
            # A term saved between the two queries is known to the next search.
            if one in self.family and other in self.family:
                self.family[one].add(other)
                self.family[other].add(one)
        self.terms: dict[Phrase, set[int]] = {}
        for key, names in self.as_written.items():
            for phrase in map(phrase_of, names):
                if any(word not in stop_words() for word in phrase):
                    self.terms.setdefault(phrase, set()).add(key)

    def meant_by(self, phrase: Sequence[str]) -> set[int]:
        """Keys of the terms that the folded words name, with those of the same family; none if they are no name."""
        return {member for key in self.terms.get(tuple(phrase), ()) for member in self.family[key]}

    def phrases(self, terms: set[int]) -> set[Phrase]:
        """All names of `terms`."""
        return {phrase for phrase, keys in self.terms.items() if keys & terms}

    @cached_property
    def by_first_word(self) -> dict[str, list[Phrase]]:
        return by_first_word(self.terms)

    def terms_in(self, text: str) -> set[int]:
        """Keys of the terms of which a whole name stands in `text`."""
        words = fold(text).split()
        found = (phrase for place in range(len(words)) for phrase in phrases_at(words, place, self.by_first_word))
        return {key for phrase in set(found) for key in self.terms[phrase]}

    def words(self) -> dict[str, str]:
        """Each word of a name, folded -> as it is written."""
        names = (name for names in self.as_written.values() for name in names)
        return {fold(word): word for name in names for word in re.findall(r"[^\W\d_]{3,}", name)}


def lines(texts: Sequence[str | None]) -> Iterator[str]:
    for text in texts:
        yield from (text or "").splitlines()


def phrase_of(name: str) -> Phrase:
    return tuple(fold(name).split())


def by_first_word(phrases: dict[Phrase, set[int]] | set[Phrase]) -> dict[str, list[Phrase]]:
    """First word -> the phrases that begin with it, longest first."""
    result: dict[str, list[Phrase]] = {}
    for phrase in sorted(phrases, key=lambda phrase: -len(phrase)):
        if phrase:
            result.setdefault(phrase[0], []).append(phrase)
    return result


def phrases_at(words: Sequence[str], place: int, known: dict[str, list[Phrase]]) -> Iterator[Phrase]:
    """Those of the `known` phrases that stand in `words` from `place` on, longest first."""
    for phrase in known.get(words[place], ()):
        if tuple(words[place : place + len(phrase)]) == phrase:
            yield phrase
