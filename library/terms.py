"""Which terms of the glossary a page names; noted when the practice was indexed, not looked for when it is read."""

from pyroaring import BitMap

from core.languages import active_language
from library.contents import shown_in
from library.models import IndexedPractice
from practices.models import TermKind
from practices.terms import Superseded, Vocabulary


def shown_terms(practice: int) -> BitMap:
    """What was noted of the practice with this key; see `shown_in()`."""
    rows = IndexedPractice.objects.filter(key=practice).values_list("shown_terms", flat=True)
    return rows.first() or BitMap()


def superseded_shown(shown: BitMap, terms: Vocabulary) -> list[Superseded]:
    """The superseded institutions and laws that the texts of a practice name as its page shows them: in the active
    language, else in the source language. `shown` is what was noted of it."""
    # A term that was deleted a moment ago may still be noted.
    found = {key for key in shown_in(active_language(), shown) if key in terms.by_pk}
    return [row for row in terms.superseded(found) if row.term.kind != TermKind.WORD]
