"""Which terms of the glossary a page names; noted when the practice was indexed, not looked for when it is read."""

from core.languages import active_language
from library.contents import shown_in
from library.models import IndexedPractice
from practices.models import TermKind
from practices.terms import Superseded, Vocabulary


def superseded_shown(practice: int, terms: Vocabulary) -> list[Superseded]:
    """The superseded institutions and laws named by the texts of the practice with this key as its page shows them: in
    the active language, else in the source language. One query."""
    rows = IndexedPractice.objects.filter(key=practice).values_list("shown_terms", flat=True)
    # A term that was deleted a moment ago may still be noted.
    found = {key for shown in rows for key in shown_in(active_language(), shown) if key in terms.by_pk}
    return [row for row in terms.superseded(found) if row.term.kind != TermKind.WORD]
