"""What people type to come in. The forms are allauth's, with our words, and with attempts that are counted."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as second_factor_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.contrib import messages
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from accounts import attempts, emails, invitations
from accounts.limits import network_of
from accounts.record import note
from accounts.second_factor import take_code

logger = logging.getLogger(__name__)


class OwnWords(forms.Form):
    """Labels instead of allauth's, no placeholders, no hints that repeat a link of the page."""

    own_labels: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.own_labels.get(name, field.label)
            field.help_text = ""


PASSWORDS = {
    "oldpassword": _("Your password until now"),
    "password1": _("New password"),
    "password2": _("New password, once more"),
}


class LoginForm(OwnWords, allauth_forms.LoginForm):
    own_labels = {"login": _("E-mail address"), "password": _("Password")}


class ReauthenticateForm(OwnWords, allauth_forms.ReauthenticateForm):
    own_labels = {"password": _("Password")}


class ChangePasswordForm(OwnWords, allauth_forms.ChangePasswordForm):
    own_labels = PASSWORDS

    def clean_oldpassword(self) -> str:
        taken = attempts.take_password(context.request, self.user.email, self.user)
        password = super().clean_oldpassword()
        attempts.give_back(taken)
        return password


class SetPasswordForm(OwnWords, allauth_forms.ResetPasswordKeyForm):
    own_labels = PASSWORDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = password_validation.password_validators_help_text_html()


class ResetPasswordForm(OwnWords, allauth_forms.ResetPasswordForm):
    own_labels = {"email": _("E-mail address")}

    def clean_email(self) -> str:
        attempts.take_mail(context.request, self.cleaned_data["email"])
        return super().clean_email()

    def save(self, request: Any, **kwargs: Any) -> str:
        try:
            for user in self.users:
                note("password reset asked", by=None, about=user, network=network_of(request))
                emails.send_password_reset(user, invitations.link_for(user, request))
        except (SMTPException, OSError) as error:
            logger.warning("A mail for a new password could not be sent: %s", type(error).__name__)
            messages.warning(request, _("No mail can be sent at the moment. Please try again later."))
        return self.cleaned_data["email"]


class CodeForm(OwnWords):
    own_labels = {"code": _("Code")}

    def clean_code(self) -> str:
        taken = attempts.take_second_factor(context.request, self.user)  # type: ignore[attr-defined]
        code = self.cleaned_data["code"]
        authenticator = take_code(self.user, code)  # type: ignore[attr-defined]
        if authenticator is None:
            note("login failed", by=None, about=self.user, network=network_of(context.request))  # type: ignore[attr-defined]
            raise get_adapter().validation_error("incorrect_code")
        attempts.give_back(taken)
        authenticator.user = self.user  # type: ignore[attr-defined]
        self.authenticator = authenticator
        return code


class AuthenticateForm(CodeForm, second_factor_forms.AuthenticateForm):
    pass


class ActivateTOTPForm(OwnWords, totp_forms.ActivateTOTPForm):
    own_labels = {"code": _("Code")}

    def clean_code(self) -> str:
        taken = attempts.take_second_factor(context.request, self.user)
        code = super().clean_code()
        attempts.give_back(taken)
        return code


# What allauth raises for a credential that no browser sends.
NO_CREDENTIAL = (KeyError, AttributeError, TypeError, ValueError)


class NotedPasskey(forms.Form):
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except (forms.ValidationError, *NO_CREDENTIAL) as error:
            user = getattr(self, "user", None)
            note("login failed", by=None, about=user, network=network_of(context.request))
            raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(NotedPasskey, webauthn_forms.AuthenticateWebAuthnForm):
    pass


class PasskeyLoginForm(NotedPasskey, webauthn_forms.LoginWebAuthnForm):
    pass


class AddPasskeyForm(OwnWords, webauthn_forms.AddWebAuthnForm):
    own_labels = {"name": _("Name of the passkey"), "passwordless": _("Come in with it alone, without a password")}

    def clean(self) -> dict[str, Any] | None:
        try:
            return super().clean()
        except NO_CREDENTIAL as error:
            raise get_adapter().validation_error("incorrect_code") from error
