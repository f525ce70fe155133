"""What asks for the password once more, unless it was typed a moment ago."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext


def ask_before_export(request: HttpRequest, back: str) -> HttpResponseRedirect | None:
    """None if nothing is asked. A file leaves no page behind, so one comes back to that from which it is exported."""
    if not get_adapter(request).is_reauthentication_required(app="exports"):
        return None
    messages.info(request, gettext("Type your password, then export again."))
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}")
