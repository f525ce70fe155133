"""The codes of second factors. Each is taken once, however many processes are asked at the same time."""

import time
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.db import transaction


@transaction.atomic
def take_code(user: Any, code: str) -> Authenticator | None:
    """What `code` proves, if it is right and was never taken."""
    rows = Authenticator.objects.select_for_update().filter(user=user).order_by("pk")
    for authenticator in rows:
        if authenticator.type == Authenticator.Type.TOTP and take_counter(authenticator, code):
            return authenticator
        if authenticator.type == Authenticator.Type.RECOVERY_CODES and authenticator.wrap().validate_code(code):
            return authenticator
    return None


def take_counter(authenticator: Authenticator, code: str) -> bool:
    """Codes follow each other every 30 seconds. allauth notes a used one in the cache of one process."""
    secret = decrypt(authenticator.data["secret"])
    for counter in yield_hotp_counters_from_time():
        is_new = counter > authenticator.data.get("last_counter", 0)
        if is_new and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            authenticator.data["last_counter"] = counter
            authenticator.save(update_fields=["data"])
            return True
    return False


def use_up_first_code(sender: Any, instance: Authenticator, **kwargs: Any) -> None:
    """The code with which an app is set up is used. Receives `pre_save`."""
    if instance.pk is None and instance.type == Authenticator.Type.TOTP:
        instance.data["last_counter"] = int(time.time()) // app_settings.TOTP_PERIOD
