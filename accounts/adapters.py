"""What allauth does here in its own way: nobody signs up, attempts are counted by us, secrets are sealed."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import attempts, devices
from accounts.limits import network_of
from accounts.record import note
from accounts.sealing import seal, unseal

WRONG = _("The e-mail address or the password is not right.")
ERRORS = {
    "email_password_mismatch": WRONG,
    "incorrect_password": _("The password is not right."),
    "enter_current_password": _("The password is not right."),
    "invalid_password_reset": _("This link has been used, or is too old."),
    "invalid_or_expired_key": _("This link has been used, or is too old."),
    "incorrect_code": _("The code is not right, or was used before."),
    "rate_limited": _("There were too many attempts."),
    "cannot_generate_recovery_codes": _("Set up a second factor first."),
}
# Template of allauth's message -> our sentence; other messages are not shown.
MESSAGES = {
    "account/messages/password_changed.txt": _("Your password is set."),
    "mfa/messages/totp_activated.txt": _("The app is set up as your second factor."),
    "mfa/messages/totp_deactivated.txt": _("The app is no longer your second factor."),
    "mfa/messages/recovery_codes_generated.txt": _("There are new recovery codes. Keep them in a safe place."),
    "mfa/messages/webauthn_added.txt": _("The passkey is set up."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
    "usersessions/messages/sessions_logged_out.txt": _("Your other sessions are ended."),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | ERRORS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whoever came in goes on to a page of ours: to a path, never to another host."""
        return url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        email = credentials.get("email", "")
        self.user_of_attempt = attempts.account_of(email)
        self.taken = attempts.take_password(request, email, self.user_of_attempt)

    def _rollback_login_failed_rl_usage(self) -> None:
        attempts.give_back(self.taken)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        # Not what was typed: it may be a password in the wrong field.
        note("login failed", by=None, about=self.user_of_attempt, network=network_of(request))

    def reauthenticate(self, user: Any, password: str) -> bool:
        taken = attempts.take_password(context.request, user.email, user)
        if user.check_password(password):
            attempts.give_back(taken)
            return True
        note("login failed", by=user, network=network_of(context.request))
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        """The password: everybody has one."""
        return [{"id": "reauthenticate", "url": reverse("account_reauthenticate"), "description": ""}]

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not by those who typed their password a moment ago to come in."""
        records = get_authentication_records(context.request, context.request.user)
        latest = max((record["at"] for record in records), default=0)
        return time.time() - latest > app_settings.REAUTHENTICATION_TIMEOUT

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        if not (user.is_active and user.is_staff):
            note("login failed", by=None, about=user, network=network_of(request))
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **kwargs)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """As if the password was wrong: whether an account is closed is nobody's business."""
        messages.error(request, WRONG)
        return HttpResponseRedirect(reverse("account_login"))

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        devices.remember(request, response, user)
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        """Its network is all that the list of sessions keeps."""
        return network_of(request).partition("/")[0]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        message = kwargs.get("message") or MESSAGES.get(message_template or "")
        if message:
            messages.add_message(request, level, message)

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Our mail is written by `accounts.emails`."""


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | ERRORS

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)

    def get_totp_issuer(self) -> str:
        return "GRESIL"

    def build_totp_svg(self, url: str) -> str:
        """Drawn into the page: the Content-Security-Policy knows no `data:`."""
        svg = super().build_totp_svg(url)
        attributes = format_html('<svg class="qr-code" role="img" aria-label="{}" ', gettext("QR code"))
        return svg[svg.index("<svg") :].replace("<svg ", attributes, 1)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return ""
