from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import DetailView

from contacts.forms import NarrowingForm
from contacts.models import Commune, Contact
from gresil.languages import active_language
from gresil.paging import page_of
from practices import search
from practices.filters import FACETS, PracticeFilter
from practices.models import (
    Audience,
    OrganisationRole,
    Practice,
    PracticeContact,
    PracticeOrganisation,
    Term,
    ThemeBlock,
    Topic,
)
from practices.surroundings import count_practices
from practices.terms import Superseded, Vocabulary, shown_texts, terms_matching
from translations.models import Translation, TranslationState

PER_PAGE = 30
STILL_TYPING = "X-Still-Typing"
# From the least to the best.
STATES = TranslationState.values


def practice_list(request: HttpRequest) -> HttpResponse:
    """The library. A filter that we do not understand is answered with what is wrong, never with all fiches."""
    practices = PracticeFilter(request.GET, Practice.objects.published())
    if not practices.is_valid():
        # The choices stay in the form when it is the words that we do not understand.
        facets = [] if set(practices.form.errors) & set(FACETS) else practices.facets()
        return render(request, "practices/practice_list.html", {"filter": practices, "facets": facets}, status=400)
    facets = practices.facets()
    context = {
        "filter": practices,
        "facets": facets,
        "chosen": [(facet, choice) for facet in facets for choice in facet.chosen],
        "count": len(practices.found),
        "theme": chosen_theme(practices),
        "page": None,
        "practices": [],
        "communes": [],
        "national": [],
        "ways_on": [],
        "each_alone": [],
        "suggestion": "",
    }
    if practices.found and practices.chosen_view == "map":
        context |= on_the_map(practices, request)
    else:
        page = page_of(practices.in_order(), PER_PAGE, request)
        context |= {"page": page, "practices": cards(practices, list(page.object_list))}
    if practices.form.cleaned_data["commune"]:
        context["national"] = Practice.objects.select_related("theme").in_turn(practices.also_national()[:PER_PAGE])
    if not practices.found:
        context["ways_on"] = practices.ways_on()
        if not context["ways_on"]:
            context["each_alone"] = practices.each_alone()
        if practices.matches.query:
            words = practices.form.cleaned_data["q"]
            context["suggestion"] = practices.suggestion()
            # Not what other filters left out, nor the beginning of a word that library.js asks for.
            if not practices.matches.all & practices.library.all and STILL_TYPING not in request.headers:
                search.count_empty_search(words, active_language())
    return render(request, "practices/practice_list.html", context)


def chosen_theme(practices: PracticeFilter) -> ThemeBlock | None:
    """The theme block to which the fiches are narrowed, if it is a single one."""
    slugs = set(practices.form.cleaned_data["theme"])
    return ThemeBlock.objects.filter(slug__in=slugs).first() if len(slugs) == 1 else None


def on_the_map(practices: PracticeFilter, request: HttpRequest) -> dict:
    """The communes of today with their numbers of fiches found, and how each leads to its own."""
    communes = list(Commune.objects.current().by_name().select_related("canton"))
    count_practices(communes, practices.library, practices.found)
    query = request.GET.copy()
    for name in ("view", "page", "sort", "commune"):
        query.pop(name, None)
    return {
        "communes": communes,
        "national_count": len(practices.found & practices.library.national),
        "map_query": query.urlencode(),
    }


def cards(practices: PracticeFilter, keys: list[int]) -> list[Practice]:
    """The fiches with these `keys`, in their order; after a search each with its `passage`, else with None."""
    found = Practice.objects.with_card_details().in_turn(keys)
    passages = search.passages(found, practices.matches, active_language()) if practices.matches.query else {}
    for practice in found:
        practice.passage = passages.get(practice.pk)
    return found


class PracticeDetailView(DetailView):
    context_object_name = "practice"

    def get_queryset(self):
        # Staff look at a draft through the same page before they publish it.
        practices = Practice.objects.all() if self.request.user.is_staff else Practice.objects.published()
        return practices.select_related("theme").prefetch_related(
            "sections",
            "indicators",
            "links",
            "practice_sources__document",
            Prefetch("communes", Commune.objects.by_name().select_related("successor")),
            Prefetch("topics", Topic.objects.by_name()),
            Prefetch("audiences", Audience.objects.by_name()),
            Prefetch(
                "practice_organisations",
                PracticeOrganisation.objects.select_related("organisation").prefetch_related(
                    "organisation__successors"
                ),
            ),
            Prefetch(
                "practice_contacts",
                PracticeContact.objects.filter(contact__in=Contact.objects.listed()).select_related(
                    "contact__organisation"
                ),
            ),
            "sessions",
        )

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**kwargs) | {
            "roles": self.organisations_by_role(),
            "translation": self.object.translation_in(active_language()),
            "superseded": self.superseded_terms(),
        }

    def superseded_terms(self) -> list[Superseded]:
        vocabulary = Vocabulary(Term.objects.by_name().prefetch_related("successors"))
        return vocabulary.superseded_in(shown_texts(self.object))

    def organisations_by_role(self) -> list[tuple[str, list[PracticeOrganisation]]]:
        """Label of the role -> its organisations, in the order of `OrganisationRole`."""
        rows = list(self.object.practice_organisations.all())
        roles = [(role.label, [row for row in rows if row.role == role]) for role in OrganisationRole]
        return [(label, rows) for label, rows in roles if rows]


def glossary(request: HttpRequest) -> HttpResponse:
    """All terms, superseded ones first; with `?q=` those that the words may mean."""
    form = NarrowingForm(request.GET)
    if not form.is_valid():
        return render(request, "practices/term_list.html", {"form": form, "terms": []}, status=400)
    terms = Term.objects.by_name().prefetch_related("successors", "predecessors")
    found = terms_matching(terms, form.cleaned_data["q"])
    recorded = Translation.objects.filter(content_type__model="term", language=active_language())
    context = {
        "form": form,
        "terms": found,
        # The page is as good as its least term.
        "translation": min(recorded.only("state"), key=lambda row: STATES.index(row.state), default=None),
        "groups": [
            ("then", [term for term in found if term.successors.all()]),
            ("now", [term for term in found if not term.successors.all()]),
        ],
    }
    return render(request, "practices/term_list.html", context)
