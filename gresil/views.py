"""Woven pages, which show things of several apps, and the two questions that machines ask."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from pyroaring import BitMap

from contacts.forms import SearchForm
from contacts.models import Canton, Commune, Contact, Locality, Organisation
from contacts.search import communes_matching
from gresil.languages import active_language
from gresil.text import fold
from practices.forms import ThemeForm
from practices.library import Library
from practices.models import Practice, Territory, ThemeBlock
from practices.ordering import first_of_each
from practices.surroundings import count_practices, neighbourhood, similar_communes
from sessions_app.models import Session

HELPDESK = "agence-interculturelle"
MOST_SUGGESTIONS = 8

# A commune with more of them leads to the library.
MOST_PRACTICES = 30
MOST_FROM_NEIGHBOURS = 6
MOST_FROM_SIMILAR = 3


def helpdesk_contact() -> Contact | None:
    """The desk that answers when a page has nobody else to name."""
    return Contact.objects.listed().filter(slug=HELPDESK).select_related("organisation").first()


def home(request: HttpRequest) -> HttpResponse:
    sessions = Session.objects.published().with_card_details()
    library, themes = Library(), list(ThemeBlock.objects.all())
    for theme in themes:
        theme.practice_count = len(library.having("theme", theme.slug))
    context = {
        "themes": themes,
        "newest": Practice.objects.published().newest().with_card_details()[:6],
        "practice_count": len(library.all),
        "next_session": sessions.upcoming().first() or sessions.past().first(),
        "helpdesk": helpdesk_contact(),
    }
    return render(request, "gresil/home.html", context)


def commune_list(request: HttpRequest) -> HttpResponse:
    """All communes on the map and by canton, counted for the themes of `?theme=`; with `?q=` first those that the
    words may mean, best first."""
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
    count_practices(of_all_cantons, library, practices)
    context["on_the_map"] = sorted(of_all_cantons, key=lambda commune: fold(commune.name))
    context["themes"] = themes
    context["theme"] = themes[0] if len(themes) == 1 else None
    return render(request, "gresil/commune_list.html", context)


def commune_suggestions(request: HttpRequest) -> JsonResponse:
    """What the commune finder offers while somebody types, best first, as a list of name, detail and address."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": form.errors["q"][0]}, status=400)
    suggestions = [
        {"name": match.commune.name, "detail": match.detail, "url": match.commune.get_absolute_url()}
        for match in communes_matching(form.cleaned_data["q"], MOST_SUGGESTIONS)
    ]
    return JsonResponse(suggestions, safe=False)


def commune_detail(request: HttpRequest, slug: str) -> HttpResponse:
    commune = get_object_or_404(Commune.objects.select_related("canton", "successor"), slug=slug)
    family = Q(commune=commune) | Q(commune__successor=commune)
    library = Library()
    own = library.in_communes(commune)
    neighbours, missing_themes = neighbourhood(commune, library)
    by_neighbours = BitMap() if own else library.in_communes(*neighbours)
    similar = similar_communes(commune, library)
    wanted = [(own, MOST_PRACTICES), (library.national - own, MOST_PRACTICES), (by_neighbours, MOST_FROM_NEIGHBOURS)]
    wanted += [(other.own, MOST_FROM_SIMILAR) for other in similar]
    newest = first_of_each(wanted, Practice.objects.published().newest())
    rows = Practice.objects.with_card_details().in_bulk({key for keys in newest for key in keys})
    practices, national, of_neighbours, *of_similar = [[rows[key] for key in keys if key in rows] for keys in newest]
    context = {
        "commune": commune,
        "predecessors": Commune.objects.filter(successor=commune).by_name(),
        "localities": Locality.objects.filter(commune=commune).by_name(),
        "practices": [practice for practice in practices if practice.territory != Territory.REGIONAL],
        "regional": [practice for practice in practices if practice.territory == Territory.REGIONAL],
        "has_more": len(own) > MOST_PRACTICES,
        "national": national,
        "neighbours": neighbours,
        "by_neighbours": of_neighbours,
        "similar": list(zip(similar, of_similar, strict=True)),
        "missing_themes": missing_themes,
        "contacts": Contact.objects.listed().filter(family).select_related("organisation", "commune").by_name(),
        "organisations": Organisation.objects.filter(family).by_name(),
        "helpdesk": helpdesk_contact(),
    }
    return render(request, "gresil/commune_detail.html", context)


def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = get_object_or_404(
        Organisation.objects.select_related("commune").prefetch_related("successors", "predecessors"),
        slug=slug,
    )
    practices = Practice.objects.published().filter(organisations=organisation).distinct()
    context = {
        "organisation": organisation,
        "translation": organisation.translation_in(active_language()),
        "practices": practices.newest().with_card_details(),
        "contacts": Contact.objects.listed().filter(organisation=organisation).select_related("organisation").by_name(),
        "sessions": Session.objects.published().filter(partners__organisation=organisation).distinct(),
    }
    return render(request, "gresil/organisation_detail.html", context)


def about(request: HttpRequest) -> HttpResponse:
    return render(request, "gresil/about.html", {"helpdesk": helpdesk_contact()})


def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "gresil/privacy.html", {"helpdesk": helpdesk_contact()})


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "gresil/accessibility.html", {"helpdesk": helpdesk_contact()})


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and is migrated, else 503; no detail, it is for machines."""
    try:
        executor = MigrationExecutor(connection)
        is_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        is_migrated = False
    return HttpResponse(
        "ready\n" if is_migrated else "not ready\n",
        content_type="text/plain",
        status=200 if is_migrated else 503,
    )
