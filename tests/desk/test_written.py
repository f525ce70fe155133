import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from desk.written import DateAsWritten, TimeAsWritten, WebAddressAsWritten

DAYS = [
    "15.12.2026", "15/12/2026", "15-12-2026", "2026-12-15", "15. 12. 2026", "15.12.26", "15 décembre 2026",
    "mardi 15 déc. 2026", "15. Dezember 2026", "15 dezember 2026", "15 Dez 2026", "15th of December 2026",
    "December 15, 2026",
]  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "de", "lb", "en"])
def test_a_date_is_read_in_whichever_language_it_is_written(language):
    with translation.override(language):
        assert {DateAsWritten().clean(text) for text in DAYS} == {datetime.date(2026, 12, 15)}
        for first in ["1er mars 2026", "1. Mäerz 2026", "1. März 2026", "1 March 2026"]:
            assert DateAsWritten().clean(first) == datetime.date(2026, 3, 1)


@pytest.mark.parametrize("text", ["31.02.2026", "12/15/2026", "15 jui 2026", "2026", "15.12.0026", "x"])
def test_what_is_no_date_is_refused_with_an_example(text):
    with translation.override("lb"), pytest.raises(ValidationError, match=r"15\.12\.2026 oder 15\. Dezember 2026"):
        DateAsWritten().clean(text)


@pytest.mark.parametrize("text", ["9h30", "9.30", "9:30", "9 h 30", "09:30", "9:30:00", "9.30 Uhr", "9:30 Auer"])
def test_a_time_is_read_as_people_write_it(text):
    assert TimeAsWritten().clean(text) == datetime.time(9, 30)
    assert TimeAsWritten().clean("9h") == TimeAsWritten().clean("9") == datetime.time(9)


@pytest.mark.parametrize("text", ["25:00", "9h60", "x", "9h3"])
def test_what_is_no_time_is_refused_with_an_example(text):
    with pytest.raises(ValidationError, match="9h30"):
        TimeAsWritten().clean(text)


def test_a_web_address_becomes_https_and_a_file_is_told_from_one():
    field = WebAddressAsWritten()
    for text in ["www.mersch.lu", "http://www.mersch.lu", "https://www.mersch.lu"]:
        assert field.clean(text) == "https://www.mersch.lu"
    for path in ["C:\\Users\\x.docx", "/home/x.odt", "rapport.pdf", "file:///x.pdf"]:
        with pytest.raises(ValidationError, match="fichier"):
            field.clean(path)
