from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contacts.forms import NarrowingForm
from contacts.models import Contact, Organisation
from contacts.search import contacts_matching
from gresil.paging import page_of

PER_PAGE = 60


def contact_list(request: HttpRequest) -> HttpResponse:
    form = NarrowingForm(request.GET)
    if not form.is_valid():
        return render(request, "contacts/contact_list.html", {"form": form}, status=400)
    contacts = Contact.objects.listed().select_related("organisation", "commune").by_name()
    if form.cleaned_data["q"]:
        contacts = contacts_matching(contacts, form.cleaned_data["q"])
    return render(request, "contacts/contact_list.html", {"form": form, "page": page_of(contacts, PER_PAGE, request)})


def organisation_list(request: HttpRequest) -> HttpResponse:
    organisations = Organisation.objects.select_related("commune").by_name()
    return render(request, "contacts/organisation_list.html", {"page": page_of(organisations, PER_PAGE, request)})
