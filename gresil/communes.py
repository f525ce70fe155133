"""The directory of the communes with its map, the finder, and the page of a commune."""

from dataclasses import dataclass

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from contacts.forms import SearchForm
from contacts.models import Canton, Commune, Contact, Locality, Organisation
from contacts.search import communes_matching
from core.languages import active_language, all_columns, in_language, languages
from core.pages import public_page
from core.text import fold
from gresil import search
from gresil.home import HELPDESK
from gresil.surroundings import Idea, Nearness, circles_around, nearest_circles
from library.results import newest_of_each
from library.sets import Library
from practices.cards import practices_in_lists
from practices.forms import ThemeForm
from practices.models import Practice, PracticeContact, Territory, ThemeBlock

MOST_SUGGESTIONS = 8
# A commune with more of them leads to the library.
MOST_PRACTICES = 30
# More than this are shown on demand.
MOST_AT_ONCE = 8
MOST_IDEAS = 6
# Of the newest ones; the factsheets of the others name their people.
MOST_SERVICES = 3
# In the panel of the map, of each commune.
MOST_IN_PANEL = 3


@public_page("q", "theme")
def commune_list(request: HttpRequest) -> HttpResponse:
    """All communes on the map and by canton, counted for the themes of `?theme=`; with `?q=` first those that the
    words may mean, best first. A single one is opened at once."""
    communes = Commune.objects.current().by_name()
    form = SearchForm(request.GET)
    theme_form = ThemeForm(request.GET, themes=ThemeBlock.objects.all())
    context: dict = {"form": form, "theme_form": theme_form}
    if not (form.is_valid() and theme_form.is_valid()):
        return render(request, "gresil/commune_list.html", context, status=400)
    if query := form.cleaned_data["q"]:
        context["matches"] = communes_matching(query)
        if len(context["matches"]) == 1:
            return redirect(context["matches"][0].commune)
    themes = theme_form.cleaned_data["theme"]
    library = Library()
    practices = library.having("theme", *(theme.slug for theme in themes)) if themes else library.all
    context["cantons"] = Canton.objects.by_name().prefetch_related(
        Prefetch("communes", communes.prefetch_related("predecessors"), to_attr="current_communes")
    )
    of_all_cantons = [commune for canton in context["cantons"] for commune in canton.current_communes]
    put_on_the_map(of_all_cantons, library, practices - library.national)
    context["on_the_map"] = sorted(of_all_cantons, key=lambda commune: fold(commune.name))
    context["themes"] = themes
    context["theme"] = themes[0] if len(themes) == 1 else None
    return render(request, "gresil/commune_list.html", context)


def put_on_the_map(communes: list[Commune], library: Library, practices: BitMap) -> None:
    """Give each of `communes` what `components/map.html` shows of it: its counts among `practices`, and the newest of
    these, with their titles alone, as `newest_practices`; one query for all together."""
    library.count_practices(communes, practices)
    wanted = [(library.in_communes(commune) & practices, MOST_IN_PANEL) for commune in communes]
    keys = newest_of_each(wanted)
    rows = Practice.objects.only(*all_columns("title")).in_bulk({key for some in keys for key in some})
    for commune, some in zip(communes, keys, strict=True):
        commune.newest_practices = [rows[key] for key in some if key in rows]  # type: ignore[attr-defined]


@public_page("q")
def commune_suggestions(request: HttpRequest) -> JsonResponse:
    """What the commune finder offers while somebody types, best first."""
    form = SearchForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": form.errors["q"][0]}, status=400)
    matches = communes_matching(form.cleaned_data["q"], MOST_SUGGESTIONS)
    return search.answer([search.Group(_("Communes"), search.commune_entries(matches))], is_first_meant=True)


@public_page()
def commune_detail(request: HttpRequest, slug: str) -> HttpResponse:
    commune: Commune = get_object_or_404(Commune.objects.select_related("canton", "successor"), slug=slug)
    predecessors = list(Commune.objects.filter(successor=commune).by_name())
    library = Library()
    own = library.in_communes(commune)
    circles = circles_around(commune, library)
    wanted = [(own, MOST_PRACTICES), (library.national - own, MOST_PRACTICES)]
    wanted += [(circle.practices, MOST_IDEAS) for circle in circles]
    own_keys, national_keys, *keys_of_circles = newest_of_each(wanted)
    circle_of = nearest_circles(circles, keys_of_circles, MOST_IDEAS)
    # Read together: those that no list has shown since the last change take three queries.
    shown = {practice.pk: practice for practice in practices_in_lists([*own_keys, *national_keys, *circle_of])}
    practices = [shown[key] for key in own_keys if key in shown]
    neighbours = [other for circle in circles if circle.nearness == Nearness.NEIGHBOUR for other in circle.communes]
    library.count_practices(neighbours, library.all - library.national)
    context = {
        "commune": commune,
        "other_names": other_names(commune),
        "predecessors": predecessors,
        "people": people_of([commune, *predecessors], practices),
        "organisations": Organisation.objects.filter(commune__in=[commune, *predecessors]).by_name(),
        "practices": [practice for practice in practices if practice.territory != Territory.REGIONAL],
        "regional": [practice for practice in practices if practice.territory == Territory.REGIONAL],
        "first": f":{MOST_AT_ONCE}",
        "rest": f"{MOST_AT_ONCE}:",
        "has_more": len(own) > MOST_PRACTICES,
        "ideas": [Idea(shown[key], circle.reason(key, library)) for key, circle in circle_of.items() if key in shown],
        "national": [shown[key] for key in national_keys if key in shown],
        "neighbours": sorted(neighbours, key=lambda neighbour: fold(neighbour.name)),
        "localities": Locality.objects.filter(commune=commune).by_name(),
    }
    return render(request, "gresil/commune_detail.html", context)


def other_names(commune: Commune) -> list[tuple[str, str]]:
    """(language, name) of each name that differs from the one of this page, each once."""
    names = {commune.name: active_language()}
    for code, _language in languages():
        names.setdefault(in_language(commune, "name", code), code)
    return [(code, name) for name, code in names.items() if name and name != commune.name]


@dataclass(frozen=True)
class People:
    """Whom to talk to in a commune; each contact with what it may be asked about, as `practice_contacts`."""

    of_commune: list[Contact]
    of_region: list[tuple[Practice, list[Contact]]]
    """The newest regional services, each with its people; who ran one that is over still knows about it."""
    helpdesk: Contact | None


def people_of(communes: list[Commune], practices: list[Practice]) -> People:
    """`communes` are one of today and those that merged into it, `practices` its own, regional ones among them."""
    services = [practice for practice in practices if practice.territory == Territory.REGIONAL][:MOST_SERVICES]
    by_key = {practice.pk: practice for practice in practices}
    contacts = list(
        Contact.objects.listed()
        .filter(
            Q(commune__in=communes)
            | Q(slug=HELPDESK)
            | Q(pk__in=PracticeContact.objects.filter(practice__in=services).values("contact"))
        )
        .with_organisation()
        .by_name()
        .prefetch_related(Prefetch("practice_contacts", PracticeContact.objects.filter(practice__in=by_key)))
    )
    asked_about = [(contact, row) for contact in contacts for row in contact.practice_contacts.all()]
    for _contact, row in asked_about:
        row.practice = by_key[row.practice_id]
    of_region = [
        (practice, [contact for contact, row in asked_about if row.practice_id == practice.pk]) for practice in services
    ]
    keys = {commune.pk for commune in communes}
    return People(
        [contact for contact in contacts if contact.commune_id in keys],
        [(practice, some) for practice, some in of_region if some],
        next((contact for contact in contacts if contact.slug == HELPDESK), None),
    )
