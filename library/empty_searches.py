"""Counts the searches that found nothing, for staff to see what the library lacks."""

import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.text import fold
from library.models import EmptySearch

# Words that look like an address or a number of somebody are never kept.
FEWEST_DIGITS_OF_A_NUMBER = 5
LONGEST_QUERY = 100
# The words themselves are kept only once they were looked for on so many days.
DAYS_UNTIL_KEPT = 3
MOST_ROWS = 1000
DAYS_KEPT = 90


@transaction.atomic
def count_empty_search(text: str, language: str, today: datetime.date | None = None) -> None:
    """One more search that found nothing. What nobody looked for in three months is forgotten, and so is, when there
    are too many, what was looked for longest ago."""
    query, today = fold(text)[:LONGEST_QUERY], today or timezone.localdate()
    if "@" in text or sum(letter.isdigit() for letter in text) >= FEWEST_DIGITS_OF_A_NUMBER or not query:
        return
    row, is_new = EmptySearch.objects.get_or_create(
        language=language,
        fingerprint=salted_hmac("library.empty_searches", query, algorithm="sha256").hexdigest(),
        defaults={"last_on": today},
    )
    if is_new:
        forget_old_searches(today)
        return
    days = row.days + (row.last_on != today)
    EmptySearch.objects.filter(pk=row.pk).update(
        count=F("count") + 1, days=days, last_on=today, query=query if days >= DAYS_UNTIL_KEPT else ""
    )


def old_searches(today: datetime.date) -> QuerySet[EmptySearch]:
    return EmptySearch.objects.filter(last_on__lt=today - datetime.timedelta(days=DAYS_KEPT))


def forget_old_searches(today: datetime.date) -> None:
    old_searches(today).delete()
    newest = EmptySearch.objects.order_by("-last_on", "-pk").values("pk")
    EmptySearch.objects.filter(pk__in=list(newest[MOST_ROWS : MOST_ROWS + 100].values_list("pk", flat=True))).delete()
