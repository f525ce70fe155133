"""The terms that the desk shows beside each text. The app that has them is above this one, and registers a function
that finds them."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class TermForTranslators:
    source: str
    """Its name in the source language."""
    target: str
    """Its name in the language of the translation."""


Finder = Callable[[str, str], list[TermForTranslators]]
finders: list[Finder] = []


def register(finder: Finder) -> None:
    finders.append(finder)


def terms_in(text: str, language: str) -> list[TermForTranslators]:
    """The terms in `text`, which is in the source language and may be rich, that have a name in `language`."""
    return [term for finder in finders for term in finder(text, language)]
