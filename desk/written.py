"""Dates, times and web addresses as people write them, in whichever of our languages."""

import datetime
import re
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.addresses import FILE_NAME, web_address
from core.dates import Precision
from core.text import fold

EXAMPLE = datetime.date(2026, 12, 15)
FIRST_YEAR, LAST_YEAR = 1000, 2999
# Of a name of a month; shorter ones mean several.
SHORTEST_NAME = 3

FIGURES = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,2})")
# "mardi 15 décembre 2026", "1er mars 2026", "15. Dezember 2026", "15th of December 2026"
DAY_FIRST = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})(?:er|st|nd|rd|th|ten|ter)?\.?\s+(?:of\s+|de\s+)?([^\W\d]+)\.?,?\s+(\d{4})"
)
MONTH_FIRST = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
MONTH = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{4})")
MONTH_OF_YEAR = re.compile(r"(\d{4})\s*[./-]\s*(\d{1,2})")
MONTH_IN_WORDS = re.compile(r"([^\W\d]+)\.?\s+(\d{4})")
TIME = re.compile(r"(\d{1,2})(?:\s*(?:[:.h]|uhr|auer)\s*(\d{2})?)?(?::\d{2})?\s*(?:m|min|uhr|auer|h)?\.?")


@cache
def names_of_months() -> dict[str, int]:
    """Folded name -> number, of all languages."""
    names = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            names.update({fold(str(name)): number for number, name in MONTHS.items()})
    return names


def month_named(name: str) -> int | None:
    """The month that `name` is, or the only one that it can be short for."""
    word, names = fold(name), names_of_months()
    if word in names:
        return names[word]
    found = {number for full, number in names.items() if len(word) >= SHORTEST_NAME and full.startswith(word)}
    return found.pop() if len(found) == 1 else None


def date_written(text: str) -> datetime.date | None:
    """The day that `text` means; None for what is none."""
    text = text.strip()
    if found := FIGURES.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
        year += (2000 if year < 70 else 1900) if len(found[3]) == 2 else 0
    elif found := YEAR_FIRST.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year = int(found[1]), month_named(found[2]) or 0, int(found[3])
    elif found := MONTH_FIRST.fullmatch(text):
        month, day, year = month_named(found[1]) or 0, int(found[2]), int(found[3])
    else:
        return None
    return date_of(year, month, day)


def date_of(year: int, month: int, day: int = 1) -> datetime.date | None:
    try:
        return datetime.date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def month_or_year_written(text: str) -> tuple[datetime.date, Precision] | None:
    """The first day of the month or year that `text` names, and which of the two it is; None for all else."""
    text = text.strip()
    if found := MONTH.fullmatch(text):
        date = date_of(int(found[2]), int(found[1]))
    elif found := MONTH_OF_YEAR.fullmatch(text):
        date = date_of(int(found[1]), int(found[2]))
    elif found := MONTH_IN_WORDS.fullmatch(text):
        date = date_of(int(found[2]), month_named(found[1]) or 0)
    else:
        year = date_of(int(text), 1) if re.fullmatch(r"\d{4}", text) else None
        return (year, Precision.YEAR) if year else None
    return (date, Precision.MONTH) if date else None


def time_written(text: str) -> datetime.time | None:
    found = TIME.fullmatch(text.strip().lower())
    try:
        return datetime.time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        return None


class DateAsWritten(forms.DateField):
    has_exactness = False
    """Whether a field beside it says how exact it is: then the month or the year alone is enough."""

    def to_python(self, value: Any) -> datetime.date | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        if date := date_written(value):
            return date
        if self.has_exactness and (found := month_or_year_written(value)):
            return found[0]
        sentence = _("“%(text)s” cannot be read as a date. Write it like %(short)s or %(long)s.")
        if self.has_exactness:
            sentence = _("“%(text)s” cannot be read as a date. Write it like %(short)s, 12/2026 or 2026.")
        params = {
            "text": value[:40],
            "short": date_format(EXAMPLE, "SHORT_DATE_FORMAT"),
            "long": date_format(EXAMPLE, "DATE_FORMAT"),
        }
        raise ValidationError(sentence, code="invalid", params=params)


class TimeAsWritten(forms.TimeField):
    def to_python(self, value: Any) -> datetime.time | None:
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        if (time := time_written(value)) is not None:
            return time
        sentence = _("“%(text)s” cannot be read as a time. Write it like 9:30, 9h30 or 14.00.")
        raise ValidationError(sentence, code="invalid", params={"text": value[:40]})


class WebAddressAsWritten(forms.URLField):
    def __init__(self, **options: Any) -> None:
        # Django says http until 6.0.
        super().__init__(**{"assume_scheme": "https"} | options)

    def to_python(self, value: Any) -> str:
        text = str(value or "").strip()
        if re.match(r"file:|[a-z]:[\\/]|[\\/~]", text, re.IGNORECASE) or FILE_NAME.fullmatch(text):
            raise ValidationError(_("Files cannot be uploaded here. Give the web address under which it can be read."))
        return web_address(text) or str(super().to_python(value) or "")


# For the forms of all models.
AS_WRITTEN: dict[type[models.Field], dict[str, Any]] = {
    models.DateField: {"form_class": DateAsWritten},
    models.TimeField: {"form_class": TimeAsWritten},
    models.URLField: {"form_class": WebAddressAsWritten},
}
