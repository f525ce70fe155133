import datetime

from django import template
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def time_of_day(time: datetime.time) -> str:
    """9:00 or 11:40 as the language writes it in the middle of a sentence; the word for “o’clock” comes once, after it
    (components/hours.html)."""
    values = {"hour": time.hour, "minute": f"{time.minute:02}"}
    if time.minute:
        return pgettext("time of day", "%(hour)s:%(minute)s") % values
    return pgettext("time of day, a whole hour", "%(hour)s:00") % values
