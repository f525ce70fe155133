"""Dates of which a source tells only the month or the year."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Precision(models.TextChoices):
    YEAR = "year", _("year only")
    MONTH = "month", _("month and year")
    DAY = "day", _("day")


def complete_or_absent(date: str, precision: str) -> models.Q:
    """Both columns are filled, or neither: a date always says how exact it is."""
    return models.Q(**{f"{date}__isnull": True, precision: ""}) | models.Q(
        **{f"{date}__isnull": False, f"{precision}__in": Precision.values}
    )
