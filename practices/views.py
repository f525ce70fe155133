from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contacts.forms import NarrowingForm
from core.languages import active_language
from core.pages import public_page
from core.text import fold
from practices.models import Term, TermKind
from practices.terms import Vocabulary, terms_matching, vocabulary
from translations.models import Translation, TranslationState

# From the least to the best.
STATES = TranslationState.values
# So few terms stand open when a search has found them.
MOST_OPEN = 3


@dataclass(frozen=True)
class Entry:
    """A term as the glossary shows it."""

    term: Term
    before: list[Term]
    between: list[Term]
    today: list[Term]
    letter: str
    """With which its name begins, if it is the first of its group to do so."""


@dataclass(frozen=True)
class Group:
    slug: str
    label: str | Promise
    entries: list[Entry]

    @property
    def letters(self) -> list[str]:
        return [entry.letter for entry in self.entries if entry.letter]


@public_page("q")
def glossary(request: HttpRequest) -> HttpResponse:
    """All terms; with `?q=` those that the words may mean."""
    form = NarrowingForm(request.GET)
    if not form.is_valid():
        return render(request, "practices/term_list.html", {"form": form, "terms": []}, status=400)
    terms = vocabulary()
    found = sorted(terms_matching(terms.terms, form.cleaned_data["q"]), key=lambda term: fold(term.name))
    recorded = Translation.objects.of_present_units().filter(content_type__model="term", language=active_language())
    context = {
        "form": form,
        "terms": found,
        "is_open": bool(form.cleaned_data["q"]) and len(found) <= MOST_OPEN,
        # The page is as good as its least term.
        "translation": min(recorded.only("state"), key=lambda row: STATES.index(row.state), default=None),
        "groups": [group for group in grouped(found, terms) if group.entries],
    }
    return render(request, "practices/term_list.html", context)


def grouped(found: Iterable[Term], terms: Vocabulary) -> list[Group]:
    """What holds today first, then what held before; everyday words of the trade apart."""
    current, former, words = [], [], []
    for term in found:
        if term.successors.all():
            former.append(term)
        elif term.kind == TermKind.WORD:
            words.append(term)
        else:
            current.append(term)
    return [
        Group("current", _("Current terms"), entries(current, terms)),
        Group("former", _("Former terms"), entries(former, terms)),
        Group("words", _("Everyday words"), entries(words, terms)),
    ]


def entries(group: Iterable[Term], terms: Vocabulary) -> list[Entry]:
    result, letter = [], ""
    for term in group:
        begins = fold(term.name)[:1].upper()
        result.append(
            Entry(
                term,
                before=terms.predecessors[term.pk],
                between=terms.between(term),
                today=terms.today(term),
                letter=begins if begins != letter else "",
            )
        )
        letter = begins
    return result
