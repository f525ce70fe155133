import datetime

import pytest
from django.template.loader import render_to_string
from django.utils import translation

NINE, TWO, LATE = datetime.time(9), datetime.time(14), datetime.time(11, 40)


@pytest.mark.parametrize(
    ("language", "whole", "minutes", "single"),
    [
        ("fr", "de 9\xa0h à 14\xa0h", "de 11\xa0h\xa040 à 14\xa0h", "9\xa0h"),
        ("de", "9 bis 14 Uhr", "11:40 bis 14 Uhr", "9 Uhr"),
        ("lb", "9 bis 14 Auer", "11:40 bis 14 Auer", "9 Auer"),
        ("en", "9:00 to 14:00", "11:40 to 14:00", "9:00"),
    ],
)
def test_hours_read_as_the_language_writes_them(language, whole, minutes, single):
    def hours(**times: datetime.time) -> str:
        return render_to_string("components/hours.html", times).strip()

    with translation.override(language):
        assert hours(start=NINE, end=TWO) == whole
        assert hours(start=LATE, end=TWO) == minutes
        assert hours(start=NINE) == single
