from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contacts.forms import NarrowingForm
from contacts.models import Contact
from contacts.search import contacts_matching
from core.paging import page_of
from core.parameters import keep_parameters

PER_PAGE = 60


def contact_list(request: HttpRequest) -> HttpResponse:
    keep_parameters(request, "q", "page")
    form = NarrowingForm(request.GET)
    if not form.is_valid():
        return render(request, "contacts/contact_list.html", {"form": form}, status=400)
    contacts = Contact.objects.listed().select_related("organisation", "commune").by_name()
    if form.cleaned_data["q"]:
        contacts = contacts_matching(contacts, form.cleaned_data["q"])
    return render(request, "contacts/contact_list.html", {"form": form, "page": page_of(contacts, PER_PAGE, request)})
