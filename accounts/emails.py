"""Mail of the accounts: plain, short, in the language of whom it is for."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Account


def language_of(user: Any) -> str:
    account = Account.objects.filter(user=user).first()
    return account.language if account and account.language else translation.get_language() or settings.LANGUAGE_CODE


def send_invitation(user: Any, link: str) -> None:
    with translation.override(language_of(user)):
        send(user, gettext("Your account at the GRESIL portal"), "accounts/emails/invitation.txt", link)


def send_password_reset(user: Any, link: str) -> None:
    with translation.override(language_of(user)):
        send(user, gettext("A new password for the GRESIL portal"), "accounts/emails/password_reset.txt", link)


def send(user: Any, subject: str, template: str, link: str) -> None:
    text = render_to_string(template, {"name": str(user), "link": link})
    send_mail(subject, text, None, [user.email])
