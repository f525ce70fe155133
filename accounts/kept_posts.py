"""A form that was sent after its session had ended: what was typed comes back, to be sent once more."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

# Django would refuse to read more, too.
MOST_FIELDS = 3000
# On the pages on which one comes in "code" and "credential" are secret too; elsewhere a commune has a code.
SECRET, SECRET_OF_ACCOUNTS = ("password",), ("password", "credential", "code")


def comes_from_us(request: HttpRequest) -> bool:
    """Whether a page of ours sent the form: browsers say so, and no other site can make them lie."""
    origin = request.headers.get("origin", "")
    return urlsplit(origin)[:2] == (request.scheme, request.get_host())


def may_be_kept(request: HttpRequest) -> bool:
    is_form = request.method == "POST" and request.path.startswith(reverse("admin:index"))
    return is_form and comes_from_us(request) and len(request.POST) <= MOST_FIELDS


def send_again(request: HttpRequest) -> HttpResponse:
    """Everything that was posted but passwords, in a form to the same address."""
    is_of_accounts = request.path.startswith((reverse("mfa_index"), reverse("account_login")))
    secret = SECRET_OF_ACCOUNTS if is_of_accounts else SECRET
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and not any(word in name for word in secret)
    ]
    is_partial = bool(request.FILES) or any(any(word in name for word in secret) for name in request.POST)
    context = {"fields": fields, "is_partial": is_partial}
    response = render(request, "accounts/send_again.html", context, status=403)
    response.headers["Cache-Control"] = "no-store"
    return response
