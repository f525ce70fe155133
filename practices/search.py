"""How words find fiches: in the language of the page first, then in all others, and by the names that the terms of
the field have in every language.

A query is compiled from groups that are all required. A group is one word of the visitor, or one term; its
alternatives are words that must all stand in the text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from pyroaring import BitMap
from rapidfuzz import process
from rapidfuzz.distance import OSA

from gresil.languages import all_columns
from gresil.text import fold, plain, stem, stop_words
from practices.library import union
from practices.models import EmptySearch, PostingList, Practice, PracticeSection, SearchWord
from practices.thesaurus import Phrase, Thesaurus, by_first_word, phrases_at, token

MOST_WORDS = 8
SHORTEST_PREFIX = 3
LONGEST_PHRASE = 6
FEWEST_DIGITS_OF_A_NUMBER = 5


@dataclass(frozen=True)
class Word:
    forms: tuple[str, ...]
    """The word and its stems, folded; any of them may stand in the index."""
    is_prefix: bool = False

    @classmethod
    def of(cls, word: str, is_prefix: bool = False) -> "Word":
        stems = (stem(word, code) for code, _name in settings.LANGUAGES)
        forms = tuple(dict.fromkeys(form for form in [fold(word), *stems] if form and " " not in form))
        return cls(forms, is_prefix and len(forms[0]) >= SHORTEST_PREFIX)


Alternative = tuple[Word, ...]
Group = tuple[Alternative, ...]
Marker = Callable[[str], list[tuple[int, int]]]


@dataclass(frozen=True)
class Query:
    literal: tuple[Group, ...]
    """What the visitor wrote."""
    expanded: tuple[Group, ...]
    """The same, with the terms that it names beside it."""
    names: frozenset[Phrase] = frozenset()
    """All names of these terms."""

    def __bool__(self) -> bool:
        return bool(self.expanded)

    def marker(self, language: str) -> "Marker":
        """Finds in a text what was looked for: from where to where, in the order of the text, as `language` writes."""
        words = [word for groups in (self.literal, self.expanded) for group in groups for alt in group for word in alt]
        forms = {form for word in words for form in word.forms}
        prefixes = tuple(word.forms[0] for word in words if word.is_prefix)
        names = by_first_word(set(self.names))

        @cache
        def is_meant(word: str) -> bool:
            folded = fold(word)
            return folded in forms or stem(word.casefold(), language) in forms or folded.startswith(prefixes)

        def mark(text: str) -> list[tuple[int, int]]:
            found = list(re.finditer(r"[^\W_]+", text))
            words = [fold(match[0]) for match in found]
            marked, place = [], 0
            while place < len(found):
                name = next(phrases_at(words, place, names), None)
                length = len(name) if name else int(is_meant(found[place][0]))
                if length:
                    marked.append((found[place].start(), found[place + length - 1].end()))
                place += length or 1
            return marked

        return mark


def parse(text: str) -> Query:
    """The meaning of what a visitor typed; false when no word is left."""
    found = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold())
    # Some signs are several words once they are folded: ½ is 1 and 2.
    words = [part for word in found for part in (fold(word).split() if " " in fold(word) else [word])][:MOST_WORDS]
    kept = [word for word in words if fold(word) not in stop_words()] or words
    literal: tuple[Group, ...] = tuple(((Word.of(word, is_prefix=True),),) for word in kept if fold(word))
    if not literal:
        return Query((), ())
    thesaurus = Thesaurus()
    expanded: list[Group] = []
    names: set[Phrase] = set()
    folded = [fold(word) for word in words]
    position = 0
    while position < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - position), 0, -1):
            terms = thesaurus.meant_by(folded[position : position + length])
            if terms:
                written = tuple(
                    Word.of(word, is_prefix=True)
                    for word in words[position : position + length]
                    if fold(word) not in stop_words()
                )
                expanded.append((*([written] if written else []), *((Word((token(term),)),) for term in sorted(terms))))
                names |= thesaurus.phrases(terms)
                break
        else:
            length = 1
            if words[position] in kept and folded[position]:
                expanded.append(((Word.of(words[position], is_prefix=True),),))
        position += length
    return Query(literal, tuple(expanded), frozenset(names))


# The parts of a fiche, best first.
PARTS = ("title", "summary", "body")


class Matches:
    """The fiches that `query` means, as sets of their keys; one query to the database."""

    def __init__(self, query: Query) -> None:
        self.query = query
        groups = {*query.literal, *query.expanded}
        words = {word for group in groups for alternative in group for word in alternative}
        wanted = Q(word__in={form for word in words for form in word.forms})
        for word in words:
            if word.is_prefix:
                wanted |= Q(word__startswith=word.forms[0])
        self.lists: dict[tuple[str, str], dict[str, BitMap]] = {}
        rows = PostingList.objects.filter(wanted).values_list("language", "part", "word", "practices")
        for language, part, text, practices in rows if words else ():
            self.lists.setdefault((language, part), {})[text] = practices
        self.of_word: dict[tuple[Word, str, str], BitMap] = {
            (word, language, part): union(
                *(
                    practices
                    for text, practices in lists.items()
                    if text in word.forms or (word.is_prefix and text.startswith(word.forms[0]))
                )
            )
            for (language, part), lists in self.lists.items()
            for word in words
        }

    def where(self, groups: Iterable[Group], language: str, parts: Iterable[str] = PARTS) -> BitMap:
        """The fiches in which all `groups` stand, in `language` and in these parts together."""

        def of_alternative(words: Alternative) -> BitMap:
            found = (
                union(*(self.of_word[word, language, part] for part in parts if (language, part) in self.lists))
                for word in words
            )
            return BitMap.intersection(*found)

        return BitMap.intersection(*(union(*map(of_alternative, group)) for group in groups))

    @cached_property
    def by_language(self) -> dict[str, BitMap]:
        if not self.query:
            return {}
        return {code: self.where(self.query.expanded, code) for code, _name in settings.LANGUAGES}

    @cached_property
    def all(self) -> BitMap:
        return union(*self.by_language.values())

    def ranked(self, language: str) -> list[BitMap]:
        """All matches in disjoint sets, best first: in the page's `language` before all others; in the title before the
        summary before the rest; as written before a synonym."""
        others = [code for code, _name in settings.LANGUAGES if code != language]
        result, rest = [], self.all
        for languages in ([language], others):
            for count in range(1, len(PARTS) + 1):
                for groups in dict.fromkeys([self.query.literal, self.query.expanded]):
                    better = union(*(self.where(groups, code, PARTS[:count]) for code in languages)) & rest
                    rest = rest - better
                    if better:
                        result.append(better)
        return result


def matching(practices: QuerySet[Practice], text: str) -> QuerySet[Practice]:
    """Those of `practices` that the words of `text` mean, in whichever language; all without a word."""
    query = parse(text)
    return practices.filter(pk__in=Matches(query).all) if query else practices


@dataclass
class Passage:
    language: str
    text: SafeString


def passages(practices: Iterable[Practice], matches: Matches, language: str) -> dict[int, Passage]:
    """Key of a fiche -> where the words stand in it, marked; in the page's language if they stand there."""
    order = [language, *(code for code, _name in settings.LANGUAGES if code != language)]
    markers = {code: matches.query.marker(code) for code in order}
    # Only the texts: thirty fiches have some two hundred sections, which would take longer to become objects.
    sections = PracticeSection.objects.filter(practice__in=[practice.pk for practice in practices])
    bodies: dict[int, list[dict]] = {}
    for row in sections.values("practice_id", *all_columns("body")):
        bodies.setdefault(row["practice_id"], []).append(row)
    result = {}
    for practice in practices:
        for code in order:
            texts = [getattr(practice, f"{field}_{code}") for field in ("title", "summary")]
            texts += [row[f"body_{code}"] for row in bodies.get(practice.pk, ())]
            # Names stand in every language, texts only where somebody translated them.
            if practice.pk in matches.by_language[code] and any(texts):
                passage = best_passage([plain(text) for text in texts if text], markers[code])
                result[practice.pk] = Passage(code, passage)
                break
    return result


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


def did_you_mean(text: str) -> str:
    """`text` with each word that stands in no fiche, nor in a term, replaced by the nearest one that does; empty if
    there is none."""
    words = re.findall(r"[^\W_]+", text)[:MOST_WORDS]
    vocabulary = Thesaurus().words() | dict(SearchWord.objects.order_by("pk").values_list("word", "shown"))
    corrected = []
    for word in words:
        folded = fold(word)
        if folded in vocabulary or folded in stop_words():
            corrected.append(word)
        else:
            nearest = process.extractOne(folded, vocabulary.keys(), scorer=OSA.normalized_similarity, score_cutoff=0.75)
            if not nearest:
                return ""
            corrected.append(vocabulary[nearest[0]])
    suggestion = " ".join(corrected)
    return suggestion if fold(suggestion) != fold(text) else ""


def count_empty_search(text: str, language: str) -> None:
    """One more search that found nothing; not when the words may be an address or a number of somebody."""
    if "@" in text or sum(letter.isdigit() for letter in text) >= FEWEST_DIGITS_OF_A_NUMBER:
        return
    query = fold(text)[:100]
    row, is_new = EmptySearch.objects.get_or_create(language=language, query=query)
    if not is_new:
        EmptySearch.objects.filter(pk=row.pk).update(count=F("count") + 1)
