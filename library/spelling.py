"""What a misspelt word may have meant."""

import re
from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Length
from rapidfuzz import process
from rapidfuzz.distance import OSA

from core.text import fold, stop_words
from library.models import PostingList, spellings_of
from library.search import MOST_WORDS
from practices.terms import vocabulary

# How alike a word must be, from 0 to 1.
LEAST_SIMILARITY = 0.75
# Words of the library that are read for each word that it does not have.
MOST_CANDIDATES = 5000
# A word of so many letters with one error less or more is still near enough.
MOST_LETTERS_APART = 2


def did_you_mean(text: str) -> str:
    """`text` with each word that stands in no practice, nor in a term, replaced by the nearest one that does; empty if
    there is none."""
    words = re.findall(r"[^\W_]+", text)[:MOST_WORDS]
    known = known_words(fold(word) for word in words)
    corrected = []
    for word in words:
        folded = fold(word)
        if folded in known or folded in stop_words():
            corrected.append(word)
        elif nearest := nearest_word(folded):
            corrected.append(nearest)
        else:
            return ""
    suggestion = " ".join(corrected)
    return suggestion if fold(suggestion) != fold(text) else ""


def known_words(words: Iterable[str]) -> set[str]:
    """Those of these folded words that stand in a published practice or in a term."""
    wanted = set(words)
    in_practices = PostingList.objects.filter(word__in=wanted, spellings__gt="").values_list("word", flat=True)
    return {*in_practices, *(wanted & vocabulary().written_words.keys())}


def nearest_word(word: str) -> str:
    """The word most like a folded one, as it is written; empty if none is alike."""
    of_terms = vocabulary().written_words
    candidates = dict.fromkeys([*of_terms, *candidates_for(word)])
    found = process.extractOne(word, candidates.keys(), scorer=OSA.normalized_similarity, score_cutoff=LEAST_SIMILARITY)
    return as_written(found[0]) if found else ""


def candidates_for(word: str) -> Iterable[str]:
    """Folded words about as long that begin with the first letter of `word`, or with its second one: few people mistake
    both. Those in most practices first, should there be too many."""
    begins = Q(word__begins=word[:1])
    if len(word) > 1:
        begins |= Q(word__begins=word[1])
    letters = len(word)
    return (
        PostingList.objects.filter(begins, spellings__gt="")
        .annotate(letters=Length("word"), size=Length("postings"))
        .filter(letters__range=(letters - MOST_LETTERS_APART, letters + MOST_LETTERS_APART))
        .order_by("-size", "word")
        .values_list("word", flat=True)[:MOST_CANDIDATES]
    )


def as_written(word: str) -> str:
    """A folded word as most practices write it, or a term where none does."""
    rows = PostingList.objects.filter(word=word, spellings__gt="").values_list("spellings", flat=True)
    counts = spellings_of(rows[0]) if rows else {}
    return max(counts, key=lambda shown: (counts[shown], shown)) if counts else vocabulary().written_words[word]
