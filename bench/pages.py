"""Which pages are measured. Each kind has several addresses, so that no figure is that of one of them.

Only the real content of fixtures/ is named: the same pages at each size, in a library that has grown around them.
"""

import json
from collections.abc import Iterable
from urllib.parse import quote_plus

from bench.load import Address
from gresil.settings import BASE_DIR, LANGUAGE_CODE, LANGUAGES

# Real words of several languages, frequent and rare, and the beginnings of words.
WORDS = ["café des langues", "Sprachencafé", "jardin", "kanner schoul", "housing refugees", "commune", "int"]
MISSPELT = ["intégratoin", "Kommissioonn", "jardiin", "bénévvole", "Sproochencaffé"]
PLACES_AND_SUBJECTS = ["esch", "strasen", "jardin", "asti", "wahl"]
FILTERS = [
    "theme=housing",
    "theme=pci&territory=local",
    "topic=sport",
    "commune=strassen",
    "canton=wiltz&year=2017",
    "organisation=asti",
    "audience=women&theme=participation",
]
SORTS = ["newest", "updated", "title"]


def slugs(fixture: str, model: str, most: int) -> list[str]:
    """Of at most so many objects, spread over the file."""
    rows = json.loads((BASE_DIR / f"fixtures/{fixture}.json").read_text(encoding="utf-8"))
    found = [row["fields"]["slug"] for row in rows if row["model"] == model]
    return found[:: -(-len(found) // most)]


def searches(words: Iterable[str]) -> list[str]:
    return [f"practices/?q={quote_plus(some)}" for some in words]


def in_source_language(paths: Iterable[str]) -> list[Address]:
    return [Address(f"/{LANGUAGE_CODE}/{path}") for path in paths]


PRACTICES = [f"practices/{slug}/" for slug in slugs("practices", "practices.practice", 25)]
THEMES = slugs("themes", "practices.themeblock", 10)

# Name -> addresses in the portal.
PORTAL: dict[str, list[Address]] = {
    "home": [Address(f"/{code}/") for code, _name in LANGUAGES],
    "library": in_source_language(f"practices/?sort={sort}" for sort in SORTS),
    "filter": in_source_language(f"practices/?{query}" for query in FILTERS),
    "search": in_source_language(searches(WORDS)),
    "fiche": in_source_language(PRACTICES),
    "commune": in_source_language(f"communes/{slug}/" for slug in slugs("communes", "contacts.commune", 10)),
    "session": in_source_language(f"sessions/{slug}/" for slug in slugs("sessions", "sessions_app.session", 12)),
    "organisation": in_source_language(
        f"organisations/{slug}/" for slug in slugs("organisations", "contacts.organisation", 10)
    ),
    "suggestions": in_source_language(f"search/suggestions/?q={words}" for words in PLACES_AND_SUBJECTS),
    "empty search": in_source_language(searches(MISSPELT)),
    "map": in_source_language(f"practices/?view=map{rest}" for rest in ("", "&theme=pci", "&q=jardin")),
}
# The same in the bare project, which has no others.
BARE: dict[str, list[Address]] = {
    "library": [Address("/practices/")],
    "filter": [Address(f"/practices/?theme={slug}") for slug in THEMES],
    "search": [Address(f"/{path}") for path in searches(WORDS)],
    "fiche": [Address(f"/{path}") for path in PRACTICES],
}

CONSTANT = [Address("/constant/")]
