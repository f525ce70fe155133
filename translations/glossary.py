"""The terms that the desk marks in each text. The app that has them is above this one, and registers a function that
finds them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.text import plain


@dataclass(frozen=True)
class TermInText:
    start: int
    end: int
    """The characters by which the text names it."""
    source: str
    """Its name in the source language."""
    target: str
    """Its name in the language of the translation."""
    address: str
    """Where it is explained, in that language."""


Finder = Callable[[str, str], list[TermInText]]
finders: list[Finder] = []


def register(finder: Finder) -> None:
    finders.append(finder)


def terms_in(text: str, language: str) -> list[TermInText]:
    """The terms that a plain text in the source language names and that have a name in `language`, in its order."""
    found = [term for finder in finders for term in finder(text, language)]
    return sorted(found, key=lambda term: (term.start, -term.end))


def terms_of(text: str, language: str, *, is_rich: bool) -> list[TermInText]:
    """Each term of a text once, by name."""
    found = {term.source: term for term in terms_in(plain(text) if is_rich else text, language)}
    return [found[name] for name in sorted(found)]


def with_terms(text: str, language: str, *, is_rich: bool) -> SafeString:
    """`text` as HTML, with its terms marked and linked. Rich text is HTML from the editor, which has cleaned it."""
    if not is_rich:
        lines = text.split("\n")
        return format_html_join(mark_safe("<br>"), "{}", ((marked(line, language),) for line in lines))
    return mark_safe("".join(marked_pieces(text, language)))  # noqa: S308 - see above


def marked_pieces(html: str, language: str) -> Iterator[str]:
    is_in_link = False
    for piece in re.split(r"(<[^>]*>)", html):
        if piece.startswith("<"):
            # A link may not stand within another.
            is_in_link = piece.startswith("<a") or (is_in_link and piece != "</a>")
            yield piece
        else:
            yield piece if is_in_link else marked(unescape(piece), language)


def marked(words: str, language: str) -> SafeString:
    pieces, place = [], 0
    for term in terms_in(words, language):
        if term.start >= place:
            pieces.append(format_html("{}", words[place : term.start]))
            link = '<mark><a href="{}" title="{}" target="_blank">{}</a></mark>'
            pieces.append(format_html(link, term.address, term.target, words[term.start : term.end]))
            place = term.end
    pieces.append(format_html("{}", words[place:]))
    return format_html_join("", "{}", ((piece,) for piece in pieces))
