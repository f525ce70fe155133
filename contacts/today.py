"""The contacts in today's work."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from desk.lists import long_unconfirmed
from desk.today import UP_TO_DATE, Button, Line, buttons, lines_of, list_url, may_see

buttons.append(Button(30, _("New contact"), "admin:contacts_contact_add", "contacts.add_contact"))


@lines_of(UP_TO_DATE)
def unconfirmed(request: HttpRequest) -> Iterable[Line]:
    if may_see(request, Contact):
        count = Contact.objects.filter(long_unconfirmed()).count()
        yield Line(_("Contacts not confirmed for twelve months"), list_url(Contact, confirmed="long-ago"), count)
