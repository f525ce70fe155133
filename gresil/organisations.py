"""Who does what: the directory of organisations, and the page of one."""

from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.forms import NarrowingForm
from contacts.models import Contact, Organisation, OrganisationKind
from contacts.search import rows_with_words
from core.languages import active_language, translated
from core.pages import public_page
from core.paging import page_of
from core.text import alphabetically
from gresil.directories import sections
from gresil.errors import gone
from gresil.home import helpdesk_contact
from library.results import Results
from library.sets import Library
from practices.models import Practice
from sessions_app.models import Session

ORGANISATIONS_PER_PAGE = 60
PRACTICES_PER_PAGE = 20
DISSOLVED = "dissolved"
# The sections of the directory, in this order.
SECTIONS = {
    OrganisationKind.MUNICIPALITY: _("Municipal administrations"),
    OrganisationKind.MUNICIPAL_BODY: _("Municipal services"),
    OrganisationKind.SYNDICATE: _("Inter-communal syndicates"),
    OrganisationKind.REGION: _("Regional networks"),
    OrganisationKind.SOCIAL_OFFICE: _("Social offices"),
    OrganisationKind.MINISTRY: _("Ministries"),
    OrganisationKind.STATE_BODY: _("State bodies"),
    OrganisationKind.ASSOCIATION: _("Associations"),
    OrganisationKind.FOUNDATION: _("Foundations"),
    OrganisationKind.SCHOOL: _("Schools and university"),
    OrganisationKind.COMPANY: _("Companies"),
    DISSOLVED: _("No longer exist"),
}


@public_page("q", "page")
def organisation_list(request: HttpRequest) -> HttpResponse:
    """All organisations by kind, those that are no more at the end; `?q=` narrows them."""
    form = NarrowingForm(request.GET)
    if not form.is_valid():
        return render(request, "gresil/organisation_list.html", {"form": form}, status=400)
    organisations: QuerySet[Organisation] = Organisation.objects.all()
    if query := form.cleaned_data["q"]:
        organisations = rows_with_words(organisations, query, ["short_name"], ["name", "description", "commune__name"])
    organisations = by_section(organisations)
    counts = dict(organisations.order_by().values_list("section").annotate(Count("pk")))
    page = page_of(
        organisations.select_related("commune").prefetch_related("successors"), ORGANISATIONS_PER_PAGE, request
    )
    library, slugs = Library(), list(SECTIONS)
    for organisation in page.object_list:
        organisation.practice_count = len(library.having("organisation", organisation.slug))
        organisation.heading = SECTIONS[slugs[organisation.section]]
        organisation.section_slug = slugs[organisation.section]
    context = {
        "form": form,
        "page": page,
        "sections": sections(
            ((slug, label, counts.get(place, 0)) for place, (slug, label) in enumerate(SECTIONS.items())),
            ORGANISATIONS_PER_PAGE,
        ),
        "helpdesk": helpdesk_contact() if not page.object_list else None,
    }
    return render(request, "gresil/organisation_list.html", context)


def by_section(organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Each with its `section`, the place of that in SECTIONS; by section and name."""
    places = {slug: place for place, slug in enumerate(SECTIONS)}
    section = Case(
        When(dissolved_on__isnull=False, then=Value(places[DISSOLVED])),
        *(When(kind=kind, then=Value(places[kind])) for kind in OrganisationKind),
        output_field=IntegerField(),
    )
    return organisations.annotate(section=section).order_by("section", alphabetically(translated("name")), "pk")


@public_page("page")
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    organisation: Organisation = get_object_or_404(
        Organisation.everything.select_related("commune").prefetch_related("successors", "predecessors"),
        slug=slug,
    )
    if organisation.is_binned:
        places: list[tuple[Any, str]] = [(_("Organisations"), reverse("organisation-list"))]
        if organisation.commune:
            places.append((str(organisation.commune), organisation.commune.get_absolute_url()))
        return gone(request, organisation.deleted_at, places)
    practices = Results.newest_of(Practice.objects.published(), [Library().having("organisation", slug)])
    page = page_of(practices, PRACTICES_PER_PAGE, request)
    contacts = Contact.objects.listed().filter(organisation=organisation).with_organisation().by_name()
    context = {
        "organisation": organisation,
        "translation": organisation.translation_in(active_language()),
        "page": page,
        # Nobody answers in a body that is no more: its page says whom to ask today, once.
        "contacts": [] if organisation.is_dissolved else contacts,
        "sessions": Session.objects.published().filter(partners__organisation=organisation).distinct(),
    }
    return render(request, "gresil/organisation_detail.html", context)
