"""Who does what: the directory of organisations, and the page of one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from contacts.models import Contact, Organisation
from core.languages import active_language
from core.paging import page_of
from core.parameters import keep_parameters
from library.results import Results
from library.sets import Library
from practices.models import Practice
from sessions_app.models import Session

ORGANISATIONS_PER_PAGE = 60
PRACTICES_PER_PAGE = 30


def organisation_list(request: HttpRequest) -> HttpResponse:
    keep_parameters(request, "page")
    organisations = Organisation.objects.select_related("commune").by_name()
    page = page_of(organisations, ORGANISATIONS_PER_PAGE, request)
    return render(request, "gresil/organisation_list.html", {"page": page})


def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    keep_parameters(request, "page")
    organisation: Organisation = get_object_or_404(
        Organisation.objects.select_related("commune").prefetch_related("successors", "predecessors"),
        slug=slug,
    )
    practices = Practice.objects.published().newest().with_card_details()
    page = page_of(Results.of(practices, [Library().having("organisation", slug)]), PRACTICES_PER_PAGE, request)
    context = {
        "organisation": organisation,
        "translation": organisation.translation_in(active_language()),
        "page": page,
        "contacts": Contact.objects.listed().filter(organisation=organisation).select_related("organisation").by_name(),
        "sessions": Session.objects.published().filter(partners__organisation=organisation).distinct(),
    }
    return render(request, "gresil/organisation_detail.html", context)
