"""Who came in and left, and what became of second factors, is noted in the record."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import pre_save
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.limits import network_of
from accounts.models import Account
from accounts.record import note
from accounts.second_factor import use_up_first_code


def came_in(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    Account.objects.update_or_create(user=user, defaults={"language": get_language() or ""})
    note("logged in", by=user, network=network_of(request))


def left(sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
    if user is not None:
        note("logged out", by=user)


def second_factor_added(sender: Any, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
    note("second factor set", by=user, kind=str(authenticator.type))


def second_factor_removed(sender: Any, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
    note("second factor removed", by=user, kind=str(authenticator.type))


def recovery_codes_made(sender: Any, user: Any, **kwargs: Any) -> None:
    note("recovery codes made", by=user)


def password_set(sender: Any, user: Any, **kwargs: Any) -> None:
    note("password set", by=user)


def connect() -> None:
    user_logged_in.connect(came_in)
    user_logged_out.connect(left)
    pre_save.connect(use_up_first_code, sender=Authenticator)
    authenticator_added.connect(second_factor_added)
    authenticator_removed.connect(second_factor_removed)
    authenticator_reset.connect(recovery_codes_made)
    password_changed.connect(password_set)
    password_reset.connect(password_set)
