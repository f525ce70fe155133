"""Browsers from which somebody came in before. Each has attempts of its own, so that nobody who guesses a password from
elsewhere keeps the owner of the account out."""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

SALT = "accounts.devices"
LASTS = 180 * 24 * 3600
MOST_ACCOUNTS = 5


def read(request: HttpRequest) -> tuple[str, list[int]]:
    """The name of this browser, and the keys of the accounts that came in from it."""
    try:
        value = signing.loads(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return "", []
    return value["device"], value["accounts"]


def known_to(user: Any, request: HttpRequest) -> str:
    """The name of this browser, if `user` came in from it before; else nothing."""
    device, accounts = read(request)
    return device if user.pk in accounts else ""


def remember(request: HttpRequest, response: HttpResponse, user: Any) -> None:
    device, accounts = read(request)
    accounts = [*(key for key in accounts if key != user.pk), user.pk][-MOST_ACCOUNTS:]
    value = signing.dumps({"device": device or secrets.token_urlsafe(16), "accounts": accounts}, salt=SALT)
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        value,
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
