"""How words find practices: in the language of the page first, then in all others, and by the names that the terms of
the glossary have in every language.

A query is compiled from groups that are all required. A group is one word of the visitor, or one term; its
alternatives are words that must all stand in the text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from pyroaring import BitMap

from core.languages import in_language
from core.text import composed, fold, plain, stem, stop_words
from library.contents import term_token
from library.models import PostingList, spellings_of
from library.postings import PARTS, PLACES, in_compounding_languages, keys_in, union
from practices.models import Practice, PracticeSection
from practices.terms import Mention, Vocabulary, vocabulary, words_of

WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 8
SHORTEST_PREFIX = 3
# A word is also looked for at the end of longer ones: "Kommission" in "Integrationskommission".
SHORTEST_ENDING = 5
LONGEST_PHRASE = 6


@dataclass(frozen=True)
class Word:
    forms: tuple[str, ...]
    """The word and its stems, folded; any of them may stand in the index."""
    is_prefix: bool = False
    """Longer words that begin with it are meant too."""
    is_ending: bool = False
    """Longer words that end with it are meant too, in the languages that make one word of several."""

    def endings(self) -> list[str]:
        return [form for form in self.forms if len(form) >= SHORTEST_ENDING] if self.is_ending else []

    def is_in(self, word: str, language: str) -> bool:
        """Whether a word of the index, folded, is meant."""
        return self.begins(word) or (language in settings.COMPOUNDING_LANGUAGES and self.ends(word))

    def begins(self, word: str) -> bool:
        return word in self.forms or (self.is_prefix and word.startswith(self.forms[0]))

    def ends(self, word: str) -> bool:
        return any(map(word.endswith, self.endings()))


Alternative = tuple[Word, ...]
Group = tuple[Alternative, ...]
Marker = Callable[[str], list[tuple[int, int]]]


@dataclass(frozen=True)
class Query:
    literal: tuple[Group, ...]
    """What the visitor wrote."""
    expanded: tuple[Group, ...]
    """The same, with longer words and the terms that it names beside it."""
    terms: frozenset[int] = frozenset()
    """Keys of these terms."""
    vocabulary: Vocabulary | None = field(default=None, compare=False, repr=False)
    """In which the terms were found."""

    def __bool__(self) -> bool:
        return bool(self.expanded)

    @cached_property
    def words(self) -> set[Word]:
        return {word for group in (*self.literal, *self.expanded) for alternative in group for word in alternative}

    def mentions(self, language: str, words: Sequence[str]) -> Iterator[Mention]:
        """Where the words of a text in `language` name one of the terms."""
        if self.vocabulary and self.terms:
            mentions = self.vocabulary.mentions(language, words)
            yield from (mention for mention in mentions if mention.term in self.terms)

    def marker(self, language: str) -> Marker:
        """Finds in a text in `language` what was looked for: from where to where, in the order of the text."""
        forms = {form for word in self.words for form in word.forms}
        beginnings = tuple(word.forms[0] for word in self.words if word.is_prefix)
        is_compounding = language in settings.COMPOUNDING_LANGUAGES
        endings = tuple(form for word in self.words for form in word.endings()) if is_compounding else ()

        @cache
        def is_meant(text: str) -> bool:
            folded = fold(text)
            return (
                folded in forms
                or folded.startswith(beginnings)
                or folded.endswith(endings)
                or stem(text.casefold(), language) in forms
            )

        def mark(text: str) -> list[tuple[int, int]]:
            words = WORD.findall(text)
            named = {mention.first: mention.last for mention in self.mentions(language, words)}
            # Most texts of a practice have none of the words.
            if not named and not any(map(is_meant, words)):
                return []
            found = words_of(text)
            marked, place = [], 0
            while place < len(found):
                last = named.get(place, place)
                if place in named or is_meant(found[place].text):
                    marked.append((found[place].start, found[last].end))
                place = last + 1
            return marked

        return mark


def parse(text: str) -> Query:
    """The meaning of what a visitor typed; false when no word is left."""
    found = [word.text for word in words_of(composed(text).casefold())]
    # Some signs are several words once they are folded: ½ is 1 and 2.
    words = [part for word in found for part in (fold(word).split() if " " in fold(word) else [word])]
    words = [word for word in words if fold(word)][:MOST_WORDS]
    kept = [word for word in words if fold(word) not in stop_words()] or words
    if not kept:
        return Query((), ())
    forms = forms_of(kept)
    literal = tuple(((Word(forms[word], is_prefix(word)),),) for word in kept)
    known = vocabulary()
    expanded, terms = expand(words, forms, known)
    return Query(literal, expanded, frozenset(terms), known)


def forms_of(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Word -> it and its stems, folded. The stems are those of the word with the accents that the library writes, so
    that nothing depends on whether the visitor typed them."""
    folded = {word: fold(word) for word in words}
    rows = PostingList.objects.filter(word__in=folded.values()).values_list("word", "spellings")
    written = {word: [shown.casefold() for shown in spellings_of(spellings)] for word, spellings in rows}
    return {
        word: tuple(
            dict.fromkeys(
                form
                for form in [
                    plain_word,
                    *(
                        stem(spelling, code)
                        for spelling in sorted({word, plain_word, *written.get(plain_word, ())})
                        for code, _name in settings.LANGUAGES
                    ),
                ]
                if form and " " not in form
            )
        )
        for word, plain_word in folded.items()
    }


def is_prefix(word: str) -> bool:
    return len(fold(word)) >= SHORTEST_PREFIX


def expand(
    words: list[str], forms: dict[str, tuple[str, ...]], known: Vocabulary
) -> tuple[tuple[Group, ...], set[int]]:
    """The groups of a query, with longer words and terms beside what was written; and the keys of these terms."""
    expanded: list[Group] = []
    named: set[int] = set()
    folded = [fold(word) for word in words]
    position = 0
    while position < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - position), 0, -1):
            terms = known.meant_by(folded[position : position + length])
            if terms:
                break
        here = [word for word in words[position : position + length] if word in forms]
        written = tuple(Word(forms[word], is_prefix(word), is_ending=True) for word in here)
        by_term = [(Word((term_token(term),)),) for term in sorted(terms)]
        if written or by_term:
            expanded.append((*([written] if written else []), *by_term))
        named |= terms
        position += length
    return tuple(expanded), named


class Matches:
    """The practices that `query` means, as sets of their keys; one query to the database."""

    def __init__(self, query: Query) -> None:
        self.query = query
        words = query.words
        wanted = Q(word__in={form for word in words for form in word.forms})
        for word in words:
            if word.is_prefix:
                wanted |= Q(word__begins=word.forms[0])
            for form in word.endings():
                wanted |= Q(ending__begins=form[::-1])
        # Of each word the rows that hold it, and those that hold one which ends with it.
        whole: dict[Word, list[BitMap]] = {word: [] for word in words}
        ending: dict[Word, list[BitMap]] = {word: [] for word in words}
        for text, postings in PostingList.objects.filter(wanted).values_list("word", "postings") if words else ():
            for word in words:
                if word.begins(text):
                    whole[word].append(postings)
                elif word.ends(text):
                    ending[word].append(postings)
        self.of_word: dict[tuple[Word, str, str], BitMap] = {}
        for word in words:
            # United before they are told apart by their places: that is done once, and not for each row.
            postings = union(whole[word]) | (union(ending[word]) & in_compounding_languages())
            self.of_word |= {(word, *place): keys for place in PLACES if (keys := keys_in(place, postings))}

    def of_group(self, group: Group, language: str, parts: Iterable[str] = PARTS) -> BitMap:
        """The practices in which one of the alternatives stands, in `language` and in these parts together."""

        def of_alternative(words: Alternative) -> BitMap:
            return BitMap.intersection(
                *(union(self.of_word.get((word, language, part), BitMap()) for part in parts) for word in words)
            )

        return union(map(of_alternative, group))

    def where(self, groups: Iterable[Group], language: str, parts: Iterable[str] = PARTS) -> BitMap:
        """The practices in which all `groups` stand."""
        return BitMap.intersection(*(self.of_group(group, language, parts) for group in groups))

    @cached_property
    def by_language(self) -> dict[str, BitMap]:
        if not self.query:
            return {}
        return {code: self.where(self.query.expanded, code) for code, _name in settings.LANGUAGES}

    @cached_property
    def all(self) -> BitMap:
        return union(self.by_language.values())

    def ranked(self, language: str) -> list[BitMap]:
        """All matches in disjoint sets, best first: in the page's `language` before all others; in the title before the
        summary before the rest; as written before a synonym."""
        others = [code for code, _name in settings.LANGUAGES if code != language]
        result, rest = [], self.all
        for languages in ([language], others):
            for count in range(1, len(PARTS) + 1):
                for groups in dict.fromkeys([self.query.literal, self.query.expanded]):
                    better = union(self.where(groups, code, PARTS[:count]) for code in languages) & rest
                    rest = rest - better
                    if better:
                        result.append(better)
        return result

    def nearest(self, among: BitMap) -> BitMap:
        """Those of `among` in which most of the words stand, in one language; none when not even one does."""
        # For each number of groups the practices in which so many stand.
        having = [among, *(BitMap() for _group in self.query.expanded)]
        for code, _name in settings.LANGUAGES:
            here = [among, *(BitMap() for _group in self.query.expanded)]
            for group in self.query.expanded:
                found = self.of_group(group, code)
                for count in range(len(here) - 1, 0, -1):
                    here[count] |= here[count - 1] & found
            having = [union(pair) for pair in zip(having, here, strict=True)]
        return next((practices for practices in reversed(having[1:]) if practices), BitMap())


def matching(practices: QuerySet[Practice], text: str) -> QuerySet[Practice]:
    """Those of `practices` that the words of `text` mean, in whichever language; all without a word."""
    query = parse(text)
    return practices.filter(pk__among=Matches(query).all) if query else practices


@dataclass
class Passage:
    language: str
    text: SafeString


def passages(practices: Sequence[Practice], matches: Matches, language: str) -> dict[int, Passage]:
    """Key of a practice -> where the words stand in it, marked; in the page's language if they stand there."""
    order = [language, *(code for code, _name in settings.LANGUAGES if code != language)]
    # Key -> the languages in which the words stand in it and something is written; nearly always the first is taken.
    # Names stand in every language, texts only where somebody translated them.
    found_in = {row.pk: [code for code in order if row.pk in matches.by_language[code]] for row in practices}
    bodies = read_bodies(found_in)
    markers = {code: matches.query.marker(code) for code in order}
    result = {}
    for practice in practices:
        for code in found_in[practice.pk]:
            texts = [in_language(practice, name, code) for name in ("title", "summary")]
            texts += bodies.get((practice.pk, code), ())
            if any(texts):
                passage = best_passage([plain(text) for text in texts if text], markers[code])
                result[practice.pk] = Passage(code, passage)
                break
    return result


def read_bodies(found_in: dict[int, list[str]]) -> dict[tuple[int, str], list[str]]:
    """(key of a practice, language) -> the texts of its sections. `found_in` has keys and languages."""
    codes = [code for code, _name in settings.LANGUAGES if any(code in some for some in found_in.values())]
    # Only the texts: thirty practices have some two hundred sections, which would take longer to become objects.
    rows = PracticeSection.objects.filter(practice__in=found_in).values_list(
        "practice_id", *(f"body_{code}" for code in codes)
    )
    bodies: dict[tuple[int, str], list[str]] = {}
    for key, *texts in rows if codes else ():
        for code, text in zip(codes, texts, strict=True):
            bodies.setdefault((key, code), []).append(text)
    return bodies


def best_passage(texts: list[str], mark: Marker, length: int = 200) -> SafeString:
    """The first 200 letters or so around the first marked words of the text (title apart) that has most of them."""
    hits = [(text, mark(text)) for text in texts[1:] or texts]
    best, found = max(hits, key=lambda hit: len({fold(hit[0][first:last]) for first, last in hit[1]}), default=("", []))
    start = max(0, found[0][0] - length // 3) if found else 0
    start = best.rfind(" ", 0, start) + 1 if start else 0
    end = best.find(" ", start + length)
    end = len(best) if end < 0 else end
    pieces: list[SafeString] = []
    position = start
    for first, last in found:
        if start <= first and last <= end:
            pieces.append(format_html("{}<mark>{}</mark>", best[position:first], best[first:last]))
            position = last
    pieces.append(format_html("{}", best[position:end]))
    inner = format_html_join("", "{}", ((piece,) for piece in pieces))
    return format_html("{}{}{}", "… " if start else "", inner, " …" if end < len(best) else "")
