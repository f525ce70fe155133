from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contacts.models import Commune
from core.languages import active_language
from core.paging import page_of
from core.parameters import keep_parameters
from library import search
from library.empty_searches import count_empty_search
from library.facets import FACETS
from library.filters import PracticeFilter
from practices.models import Practice, ThemeBlock

PER_PAGE = 30
MOST_NEAREST = 10
STILL_TYPING = "X-Still-Typing"


def practice_list(request: HttpRequest) -> HttpResponse:
    """The library. A filter that we do not understand is answered with what is wrong, never with all practices."""
    keep_parameters(request, *PracticeFilter.base_filters, "page")
    practices = PracticeFilter(request.GET, Practice.objects.published().with_card_details())
    if not practices.is_valid():
        # The choices stay in the form when it is the words that we do not understand.
        facets = [] if set(practices.form.errors) & set(FACETS) else practices.facets()
        return render(request, "library/practice_list.html", {"filter": practices, "facets": facets}, status=400)
    facets = practices.facets()
    context = {
        "filter": practices,
        "facets": facets,
        "chosen": [(facet, choice) for facet in facets for choice in facet.chosen],
        "count": practices.qs.count(),
        "theme": chosen_theme(practices),
        "page": None,
        "practices": [],
        "communes": [],
        "national": [],
        "nearest": [],
        "blocking_filters": [],
        "single_filters": [],
        "suggestion": "",
    }
    if practices.found and practices.chosen_view == "map":
        context |= on_the_map(practices, request)
    else:
        page = page_of(practices.qs, PER_PAGE, request)
        context |= {"page": page, "practices": with_passages(list(page.object_list), practices)}
    if practices.form.cleaned_data["commune"]:
        context["national"] = practices.also_national()[:PER_PAGE]
    if not practices.found:
        context |= ways_on(practices, request)
    return render(request, "library/practice_list.html", context)


def ways_on(practices: PracticeFilter, request: HttpRequest) -> dict:
    """What an empty result offers instead."""
    context: dict = {"nearest": practices.nearest()[:MOST_NEAREST]}
    if not context["nearest"]:
        context["blocking_filters"] = practices.blocking_filters()
        context["single_filters"] = [] if context["blocking_filters"] else practices.single_filters()
    if practices.matches.query:
        context["suggestion"] = practices.suggestion()
        # Not what other filters left out, nor the beginning of a word that library.js asks for.
        if not practices.matches.all & practices.library.all and STILL_TYPING not in request.headers:
            count_empty_search(practices.form.cleaned_data["q"], active_language())
    return context


def chosen_theme(practices: PracticeFilter) -> ThemeBlock | None:
    """The theme block to which the practices are narrowed, if it is a single one."""
    slugs = set(practices.form.cleaned_data["theme"])
    return ThemeBlock.objects.filter(slug__in=slugs).first() if len(slugs) == 1 else None


def on_the_map(practices: PracticeFilter, request: HttpRequest) -> dict:
    """The communes of today with their numbers of practices found, and how each leads to its own."""
    communes = list(Commune.objects.current().by_name().select_related("canton"))
    practices.library.count_practices(communes, practices.found)
    query = request.GET.copy()
    for name in ("view", "page", "sort", "commune"):
        query.pop(name, None)
    return {
        "communes": communes,
        "national_count": len(practices.found & practices.library.national),
        "map_query": query.urlencode(),
    }


def with_passages(found: list[Practice], practices: PracticeFilter) -> list[Practice]:
    """The practices `found`; after a search each with its `passage`, else with None."""
    passages = search.passages(found, practices.matches, active_language()) if practices.matches.query else {}
    for practice in found:
        practice.passage = passages.get(practice.pk)  # type: ignore[attr-defined]
    return found
