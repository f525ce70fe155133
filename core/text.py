"""What the portal knows of letters: the same words with and without accents, and the alphabet."""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache, lru_cache
from html import unescape
from typing import Any

import Stemmer
from django.conf import settings
from django.db.models import CharField, F, Model, TextField
from django.db.models.expressions import Combinable
from django.db.models.functions import Collate
from django.utils.html import strip_tags

# PostgreSQL has this collation from ICU; `core.apps` gives SQLite one of the same name.
ALPHABETICAL = "und-x-icu"


def fold(text: str) -> str:
    """`text` as it is compared: no case, no accents, one kind of apostrophe, hyphens as spaces."""
    return fold_name(text) if len(text) <= LONGEST_NAME else fold_anew(text)


class Folding(dict[int, str]):
    """For `str.translate()`: each character folded, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = chr(code).casefold().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")
        self[code] = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
        return self[code]


FOLDING = Folding()


def fold_anew(text: str) -> str:
    text = text.translate(FOLDING)
    return text if text.isalnum() else re.sub(r"[\W_]+", " ", text).strip()


# The same words and names are compared again and again; whole texts are not.
LONGEST_NAME = 60
# Of https://www.w3.org/TR/xml/#charsets.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
fold_name = lru_cache(maxsize=100_000)(fold_anew)


def composed(text: str) -> str:
    """`text` with each letter and its accent as one character (NFC): some keyboards and programs send two. A character
    that XML cannot hold, such as the line break of a Word document, becomes a space: no file could take it along."""
    text = NOT_IN_XML.sub(" ", text)
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


@cache
def text_columns(model: type[Model]) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.attname for field in fields if isinstance(field, CharField | TextField)]


def compose_texts(instance: Model, **kwargs: Any) -> None:
    """Before a row is saved: see `composed()`. Receives `pre_save`, which loaddata sends too."""
    # Not by getattr(): that would fetch deferred columns, and read a translated one in the active language.
    values = instance.__dict__
    for name in text_columns(type(instance)):
        if isinstance(text := values.get(name), str):
            values[name] = composed(text)


def compare_alphabetically(left: str, right: str) -> int:
    """-1, 0 or 1; accents decide only between words that are otherwise the same."""
    left_key, right_key = (fold(left), left), (fold(right), right)
    return (left_key > right_key) - (left_key < right_key)


def alphabetically(expression: Combinable | str) -> Collate:
    """An `order_by()` term in which É stands beside E, on every database."""
    return Collate(F(expression) if isinstance(expression, str) else expression, ALPHABETICAL)


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """The folded stem of a word, which may have accents; the folded word where the language has no stemmer."""
    name = settings.SEARCH_STEMMERS.get(language)
    return fold(stemmer(name).stemWord(word)) if name else fold(word)


@cache
def stemmer(name: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(name)


@cache
def stop_words() -> frozenset[str]:
    """Words of all languages that search passes over, folded."""
    files = (settings.BASE_DIR / "core" / "stop_words").glob("*.txt")
    return frozenset(fold(word) for file in files for word in file.read_text(encoding="utf-8").split())


UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """`text` with a visible sign for each control character: HTML and XML know none but tab and line end."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", UNREADABLE, text)


# The tags of most texts; for a whole library it is quicker to look for them than to parse.
MARKS = re.compile(r"</?(?:strong|em|sup|sub|a(?: href=\"[^\"<>]*\")?)>")
BLOCKS = re.compile(r"</?(?:p|ul|ol|li|br|h3|table|tbody|tr|th|td)>")
UNFINISHED_ENTITY = re.compile(r"&(?!#?\w+;)")


def plain(html: str) -> str:
    """The words of a rich text, without its marks; paragraphs, list items and cells stay apart."""
    text = html
    if "<" in text or "&" in text:
        text = BLOCKS.sub(" ", MARKS.sub("", text))
        if "<" in text or UNFINISHED_ENTITY.search(text):
            text = strip_tags(MARKS.sub("", html).replace("<", " <"))
        text = unescape(text)
    return " ".join(text.split())


# Words that two texts share are shown up to so many on either side of a difference.
WORDS_AROUND = 6


def word_difference(old: str, new: str) -> list[tuple[str, str]]:
    """What became of a text, word by word: ("same" | "removed" | "added", words) in turn, for plain texts.

    Of a long passage that stayed the same only the words beside a difference are given.
    """
    before, after = old.split(), new.split()
    changes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    pieces: list[tuple[str, str]] = []
    for number, (kind, start, end, new_start, new_end) in enumerate(changes):
        if kind == "equal":
            is_first, is_last = number == 0, number == len(changes) - 1
            pieces.append(("same", shortened(before[start:end], keep_start=not is_first, keep_end=not is_last)))
            continue
        pieces += [("removed", " ".join(before[start:end]))] if end > start else []
        pieces += [("added", " ".join(after[new_start:new_end]))] if new_end > new_start else []
    return pieces


def shortened(words: list[str], *, keep_start: bool, keep_end: bool) -> str:
    """These words, or those at the ends that are kept and "…" for the others."""
    start, end = WORDS_AROUND * keep_start, WORDS_AROUND * keep_end
    if len(words) <= start + end + 1:
        return " ".join(words)
    return " ".join([*words[:start], "…", *words[len(words) - end :]])
