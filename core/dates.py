"""Dates of which a source tells only the month or the year."""

import calendar
import datetime

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


def last_day(date: datetime.date, precision: str) -> datetime.date:
    """The last day that `date` may mean: 31 December of a year, the last of a month, the day itself."""
    if precision == Precision.YEAR:
        return date.replace(month=12, day=31)
    if precision == Precision.MONTH:
        return date.replace(day=calendar.monthrange(date.year, date.month)[1])
    return date
