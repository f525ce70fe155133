"""An account is made by inviting somebody: on a link, good once and for three days, they set a password."""

import logging
from smtplib import SMTPException
from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts import emails

logger = logging.getLogger(__name__)


def link_for(user: Any, request: HttpRequest | None = None) -> str:
    """A link on which `user` sets a password; once that is done, it is used up."""
    words = {"uidb36": user_pk_to_url_str(user), "key": app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)}
    path = reverse("account_reset_password_from_key", kwargs=words)
    return request.build_absolute_uri(path) if request else f"{own_address()}{path}"


def own_address() -> str:
    """Of this portal, where no request says it."""
    host = settings.ALLOWED_HOSTS[0].lstrip(".")
    return f"https://{host}" if settings.PRODUCTION else f"http://{host}:8000"


def invite(user: Any, request: HttpRequest | None = None) -> bool:
    """Whether the mail left. The account is there in any case, and the invitation can be sent again."""
    try:
        emails.send_invitation(user, link_for(user, request))
    except (SMTPException, OSError) as error:
        logger.warning("An invitation could not be sent: %s", error)
        return False
    return True
