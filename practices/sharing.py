"""A link that shows a draft to a commune, without an account. Nothing of it is stored: it is signed, and expires."""

import datetime

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from practices.models import Practice

DAYS_SHARED = 14
SALT = "practices.sharing"


def address_to_share(practice: Practice) -> str:
    until = timezone.localdate() + datetime.timedelta(days=DAYS_SHARED)
    return reverse("practices:shared", args=[signing.dumps((practice.pk, until.isoformat()), salt=SALT)])


def shared_practice(token: str) -> tuple[Practice, datetime.date]:
    """With the last day on which the link shows it. Raises Practice.DoesNotExist when the link is not ours or has
    expired, or the practice is gone."""
    try:
        key, day = signing.loads(token, salt=SALT)
        until = datetime.date.fromisoformat(day)
    except (signing.BadSignature, ValueError) as error:
        raise Practice.DoesNotExist from error
    if until < timezone.localdate():
        raise Practice.DoesNotExist
    return Practice.objects.get(pk=key), until
