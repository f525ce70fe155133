"""The directory of the communes with its map, the finder, and the page of a commune."""

from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from pyroaring import BitMap

from contacts.forms import SearchForm
from contacts.models import Canton, Commune, Contact, Locality, Organisation
from contacts.search import communes_matching
from core.parameters import keep_parameters
from core.text import fold
from gresil.home import helpdesk_contact
from gresil.surroundings import neighbourhood, similar_communes
from library.results import first_of_each
from library.sets import Library
from practices.forms import ThemeForm
from practices.models import Practice, Territory, ThemeBlock

MOST_SUGGESTIONS = 8
# A commune with more of them leads to the library.
MOST_PRACTICES = 30
MOST_FROM_NEIGHBOURS = 6
MOST_FROM_SIMILAR = 3


def commune_list(request: HttpRequest) -> HttpResponse:
    """All communes on the map and by canton, counted for the themes of `?theme=`; with `?q=` first those that the
    words may mean, best first."""
    keep_parameters(request, "q", "theme")
    communes = Commune.objects.current().by_name()
    form = SearchForm(request.GET)
    theme_form = ThemeForm(request.GET, themes=ThemeBlock.objects.all())
    context: dict = {"form": form, "theme_form": theme_form}
    if not (form.is_valid() and theme_form.is_valid()):
        return render(request, "gresil/commune_list.html", context, status=400)
    if query := form.cleaned_data["q"]:
        context["matches"] = communes_matching(query)
    themes = theme_form.cleaned_data["theme"]
    library = Library()
    practices = library.having("theme", *(theme.slug for theme in themes)) if themes else library.all
    context["cantons"] = Canton.objects.by_name().prefetch_related(
        Prefetch("communes", communes.prefetch_related("predecessors"), to_attr="current_communes")
    )
    of_all_cantons = [commune for canton in context["cantons"] for commune in canton.current_communes]
    library.count_practices(of_all_cantons, practices)
    context["on_the_map"] = sorted(of_all_cantons, key=lambda commune: fold(commune.name))
    context["themes"] = themes
    context["theme"] = themes[0] if len(themes) == 1 else None
    return render(request, "gresil/commune_list.html", context)


def commune_suggestions(request: HttpRequest) -> JsonResponse:
    """What the commune finder offers while somebody types, best first, as a list of name, detail and address."""
    keep_parameters(request, "q")
    form = SearchForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": form.errors["q"][0]}, status=400)
    suggestions = [
        {"name": match.commune.name, "detail": match.detail, "url": match.commune.get_absolute_url()}
        for match in communes_matching(form.cleaned_data["q"], MOST_SUGGESTIONS)
    ]
    return JsonResponse(suggestions, safe=False)


def commune_detail(request: HttpRequest, slug: str) -> HttpResponse:
    commune: Commune = get_object_or_404(Commune.objects.select_related("canton", "successor"), slug=slug)
    family = Q(commune=commune) | Q(commune__successor=commune)
    library = Library()
    own = library.in_communes(commune)
    neighbours, missing_themes = neighbourhood(commune, library)
    by_neighbours = BitMap() if own else library.in_communes(*neighbours)
    similar = similar_communes(commune, library)
    wanted = {
        "own": (own, MOST_PRACTICES),
        "national": (library.national - own, MOST_PRACTICES),
        "by_neighbours": (by_neighbours, MOST_FROM_NEIGHBOURS),
    } | {other.commune: (other.own, MOST_FROM_SIMILAR) for other in similar}
    shown = newest_of_each(wanted)
    context = {
        "commune": commune,
        "predecessors": Commune.objects.filter(successor=commune).by_name(),
        "localities": Locality.objects.filter(commune=commune).by_name(),
        "practices": [practice for practice in shown["own"] if practice.territory != Territory.REGIONAL],
        "regional": [practice for practice in shown["own"] if practice.territory == Territory.REGIONAL],
        "has_more": len(own) > MOST_PRACTICES,
        "national": shown["national"],
        "neighbours": neighbours,
        "by_neighbours": shown["by_neighbours"],
        "similar": [(other, shown[other.commune]) for other in similar],
        "missing_themes": missing_themes,
        "contacts": Contact.objects.listed().filter(family).select_related("organisation", "commune").by_name(),
        "organisations": Organisation.objects.filter(family).by_name(),
        "helpdesk": helpdesk_contact(),
    }
    return render(request, "gresil/commune_detail.html", context)


def newest_of_each(wanted: dict[Any, tuple[BitMap, int]]) -> dict[Any, list[Practice]]:
    """For each (set of keys, number) so many of its practices, newest first; two queries for all together."""
    keys = first_of_each(list(wanted.values()), Practice.objects.published().newest())
    rows = Practice.objects.with_card_details().in_bulk({key for some in keys for key in some})
    return {name: [rows[key] for key in some if key in rows] for name, some in zip(wanted, keys, strict=True)}
