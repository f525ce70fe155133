"""The attempts to come in: how many are allowed, and what is said when there were too many."""

from datetime import timedelta
from typing import Any

from allauth.account.internal.userkit import filter_users_by_email
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from accounts import devices
from accounts.limits import Limit, Taken, forget_old_attempts, network_of
from accounts.record import note

QUARTER = timedelta(minutes=15)
OF_ACCOUNT = Limit("password", 5, QUARTER)
OF_NETWORK = Limit("password of network", 50, QUARTER)
OF_SECOND_FACTOR = Limit("second factor", 5, QUARTER)
MAILS_TO_ACCOUNT = Limit("reset", 3, timedelta(hours=1))
MAILS_FROM_NETWORK = Limit("reset of network", 20, timedelta(hours=1))


def account_of(email: str) -> Any:
    """The account with this address, if there is one."""
    return next(iter(filter_users_by_email(email, for_login=True)), None)


def take(request: HttpRequest, limits: list[tuple[Limit, tuple]], user: Any) -> list[Taken]:
    """Count an attempt against each of these limits, or answer that there were too many. Before anything is checked."""
    taken: list[Taken] = []
    for limit, words in limits:
        attempt = limit.take(*words)
        if attempt.is_refused:
            # What was counted before it was no attempt.
            give_back(taken)
            note("login refused", by=None, about=user, network=network_of(request), limit=limit.name)
            raise ImmediateHttpResponse(too_many(request, attempt.seconds))
        taken.append(attempt)
    return taken


def give_back(taken: list[Taken]) -> None:
    for attempt in taken:
        attempt.give_back()


def take_password(request: HttpRequest, email: str, user: Any) -> list[Taken]:
    device = devices.known_to(user, request) if user else ""
    whose = (f"account {user.pk}" if user else email.strip().lower(), device)
    forget_old_attempts()
    return take(request, [(OF_NETWORK, (network_of(request),)), (OF_ACCOUNT, whose)], user)


def take_second_factor(request: HttpRequest, user: Any) -> list[Taken]:
    return take(request, [(OF_SECOND_FACTOR, (user.pk, devices.known_to(user, request)))], user)


def take_mail(request: HttpRequest, email: str) -> list[Taken]:
    limits = [(MAILS_FROM_NETWORK, (network_of(request),)), (MAILS_TO_ACCOUNT, (email.strip().lower(),))]
    return take(request, limits, account_of(email))


def too_many(request: HttpRequest, seconds: int) -> Any:
    minutes = -(-seconds // 60)
    wait = ngettext("Please try again in %(count)d minute.", "Please try again in %(count)d minutes.", minutes)
    sentences = [gettext("There were too many attempts."), wait % {"count": minutes}]
    context = {"title": gettext("Please wait a little"), "sentences": sentences}
    response = render(request, "accounts/sentences.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
