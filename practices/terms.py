"""How a term is recognised in the words of a fiche, what a superseded one is called today, and how words find it."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from gresil.languages import all_columns, text_language
from gresil.text import fold
from practices.models import Practice, Term
from translations.models import translated_fields

# The language of a text, and the text; it may be rich.
Text = tuple[str, str]


@dataclass(frozen=True)
class Superseded:
    term: Term
    today: list[Term]
    """What it is called now: the end of the chain when a successor was itself superseded."""


@dataclass(frozen=True)
class Form:
    words: tuple[str, ...]
    """Folded."""
    spelling: tuple[str, ...]
    """As the letters must stand; empty where case and accents do not matter."""
    term: Term


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    return fold(word).replace(" ", "")


def words_of(text: str) -> list[str]:
    """The words of a text, which may be rich: the editor's HTML is clean, so its marks end at the first `>`."""
    if "<" in text or "&" in text:
        text = unescape(re.sub(r"<[^>]*>", " ", text))
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text))


def forms_of(term: Term, language: str) -> Iterator[Form]:
    """Name and other forms in `language`, and the acronym, which counts only in its own capitals."""
    aliases = getattr(term, f"aliases_{language}") or ""
    for name in [getattr(term, f"name_{language}") or "", *aliases.splitlines()]:
        if words := tuple(folded(word) for word in words_of(name)):
            yield Form(words, (), term)
    if spelling := tuple(words_of(term.abbreviation)):
        yield Form(tuple(folded(word) for word in spelling), spelling, term)


class Vocabulary:
    """All terms, ready to be looked for. `terms` come with their successors fetched; nothing here asks the database."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.terms = list(terms)
        self.by_pk = {term.pk: term for term in self.terms}
        # Language -> first word -> forms, longest first.
        self.forms: dict[str, dict[str, list[Form]]] = {}
        for language, _name in settings.LANGUAGES:
            by_word = self.forms[language] = defaultdict(list)
            for term in self.terms:
                for form in forms_of(term, language):
                    by_word[form.words[0]].append(form)
            for forms in by_word.values():
                forms.sort(key=lambda form: -len(form.words))

    def terms_in(self, language: str, text: str) -> set[int]:
        """Keys of the terms that stand in `text`. A term within a longer one is not meant by itself:
        "intégration" in "plan communal intégration"."""
        spelling = words_of(text)
        words = [folded(word) for word in spelling]
        by_word = self.forms[language]
        found: set[int] = set()
        free = 0
        for position in (number for number, word in enumerate(words) if word in by_word):
            if position < free:
                continue
            for form in by_word[words[position]]:
                end = position + len(form.words)
                if end < free:
                    break
                if tuple(words[position:end]) == form.words and form.spelling in ((), tuple(spelling[position:end])):
                    found.add(form.term.pk)
                    free = end
        return found

    def superseded_in(self, texts: Iterable[Text]) -> list[Superseded]:
        """The superseded terms that stand in `texts`, in the order of the terms."""
        found = set().union(*(self.terms_in(language, text) for language, text in texts if text))
        return [Superseded(term, self.today(term)) for term in self.terms if term.pk in found and self.today(term)]

    def today(self, term: Term) -> list[Term]:
        """What took the place of `term` and still holds; nothing when `term` itself does."""
        result, seen, ahead = [], {term.pk}, list(term.successors.all())
        while ahead:
            successor = self.by_pk[ahead.pop(0).pk]
            if successor.pk in seen:
                continue
            seen.add(successor.pk)
            further = list(successor.successors.all())
            ahead += further
            if not further:
                result.append(successor)
        return result


def shown_texts(practice: Practice) -> Iterator[Text]:
    """The texts of a fiche as the page shows them: in the active language, else in the source language."""
    for _path, row, name in practice.text_fields():
        if text := getattr(row, name):
            yield text_language(row, name), text


def all_texts(practices: QuerySet[Practice]) -> Iterator[tuple[int, Text]]:
    """Key of a fiche and one of its texts, for all of them in all languages, in a query for each kind of part."""
    keys = practices.order_by().values("pk")
    tables: list[tuple[QuerySet, str]] = [(Practice.objects.filter(pk__in=keys), "pk")]
    for related_name in Practice.translation_parts:
        part: Any = Practice._meta.get_field(related_name).related_model
        tables.append((part.objects.filter(practice__in=keys), "practice_id"))
    languages = [code for code, _name in settings.LANGUAGES]
    for rows, key in tables:
        fields = translated_fields(rows.model)
        columns = [column for field in fields for column in all_columns(field)]
        for pk, *values in rows.order_by().values_list(key, *columns).iterator():
            yield from ((pk, text) for text in zip(languages * len(fields), values, strict=True) if text[1])


def superseded_by_practice(practices: QuerySet[Practice]) -> dict[int, set[int]]:
    """Key of a fiche -> keys of the superseded terms in its texts, whatever their language; only fiches with any.

    About two milliseconds a fiche: for the staff's desk, not for visitors.
    """
    vocabulary = Vocabulary(Term.objects.prefetch_related("successors"))
    superseded = {term.pk for term in vocabulary.terms if vocabulary.today(term)}
    found: defaultdict[int, set[int]] = defaultdict(set)
    for pk, (language, text) in all_texts(practices):
        if terms := vocabulary.terms_in(language, text) & superseded:
            found[pk] |= terms
    return dict(found)


def terms_matching(terms: Iterable[Term], query: str) -> list[Term]:
    """Those of `terms` in whose names, other forms or meaning, in any language, every word of `query` stands."""
    wanted = fold(query).split()
    columns = [column for field in ["name", "aliases", "meaning"] for column in all_columns(field)]

    def known_as(term: Term) -> str:
        return fold(" ".join([term.abbreviation, *(getattr(term, column) or "" for column in columns)]))

    return [term for term in terms if all(word in known_as(term) for word in wanted)]
