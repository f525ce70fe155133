"""Sessions of staff: how long they last, and what is asked before the first page of the desk."""

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext

from accounts.kept_posts import may_be_kept, send_again

BEGAN, SEEN = "began_at", "seen_at"
# A session is written at most once in so many seconds.
EXACTNESS = 60
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# What people need to set up a second factor, or to leave without one.
WITHOUT_SECOND_FACTOR = {
    "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes", "account_reauthenticate",
    "account_login", "account_reset_password_from_key", "logout", "set_language", "jsi18n",
}  # fmt: skip
# Names of the addresses at which nobody is logged in yet, or wants to leave.
OF_ACCOUNTS = ("account_", "mfa_", "usersessions_", "login", "logout")
# Of these, where one is while one comes in.
COMING_IN = ("account_login", "account_reset", "mfa_authenticate", "mfa_login", "login", "logout")


def still_here(request: HttpRequest) -> None:
    """Somebody types, though no page is asked for."""
    request.session[SEEN] = int(time.time())


def had_session(request: HttpRequest) -> bool:
    """Whether somebody who was logged in asks for a page of the desk, rather than a script of a page."""
    is_page = request.method == "GET" and request.path.startswith(reverse("admin:index"))
    is_asked = request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    return is_page and is_asked and settings.SESSION_COOKIE_NAME in request.COOKIES


class StaffSessions(MiddlewareMixin):
    """Looks at no public page, and at nobody without a session."""

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if hasattr(view, "is_public_page"):
            return None
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.keep_what_was_typed(request)
        now, session = int(time.time()), request.session
        session.setdefault(BEGAN, now)
        is_idle = now - session.get(SEEN, now) > settings.SESSION_IDLE
        if is_idle or now - session[BEGAN] > settings.SESSION_ABSOLUTE:
            logout(request)
            return self.keep_what_was_typed(request)
        # What a page asks by itself, as who else has it open, keeps no session alive.
        if now - session.get(SEEN, 0) > EXACTNESS and not hasattr(view, "is_background"):
            session[SEEN] = now
        return self.ask_for_second_factor(request)

    def keep_what_was_typed(self, request: HttpRequest) -> HttpResponse | None:
        """Of a form of the desk whose session has ended meanwhile; who asked for a page learns why it does not come."""
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if may_be_kept(request) and not name.startswith(OF_ACCOUNTS):
            return send_again(request)
        if had_session(request) and not name.startswith(COMING_IN):
            sentence = gettext("Your session has ended, or your account was closed. Please log in again.")
            messages.info(request, sentence)
        return None

    def ask_for_second_factor(self, request: HttpRequest) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else ""
        if not settings.SECOND_FACTOR_REQUIRED or name in WITHOUT_SECOND_FACTOR:
            return None
        if is_mfa_enabled(request.user, SECOND_FACTORS):
            return None
        messages.info(request, gettext("Before you begin, set up a second factor."))
        return HttpResponseRedirect(reverse("mfa_index"))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """What is made for one person is kept by no cache."""
        session = getattr(request, "session", None)
        if session is not None and session.accessed and not hasattr(request, "made_page"):
            response.headers["Cache-Control"] = "no-store"
        return response
