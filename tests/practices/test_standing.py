"""What is known of a practice today is derived in one place."""

import datetime

import pytest
from django.utils import timezone

from core.dates import Precision
from practices.models import Standing, Status
from tests.factories import make_practice, make_term

pytestmark = pytest.mark.django_db

LAST_YEAR = datetime.date(2018, 1, 1)
LATER = datetime.date(2026, 3, 5)


def test_a_practice_that_nobody_confirmed_is_not_confirmed_since_its_year():
    practice = make_practice()

    assert practice.standing == Standing.UNCONFIRMED
    assert practice.may_be_asked_for


def test_a_confirmed_practice_is_confirmed():
    practice = make_practice(confirmed_on=LATER)

    assert practice.standing == Standing.CONFIRMED
    assert practice.may_be_asked_for


def test_a_practice_has_ended_once_its_period_is_over():
    practice = make_practice(ended_on=LAST_YEAR, ended_precision=Precision.YEAR)

    assert practice.standing == Standing.ENDED
    assert not practice.may_be_asked_for


def test_the_year_in_which_a_practice_ends_is_not_over_on_its_first_day(monkeypatch):
    practice = make_practice(ended_on=LAST_YEAR, ended_precision=Precision.YEAR)

    monkeypatch.setattr(timezone, "localdate", lambda: datetime.date(2018, 12, 31))
    assert practice.standing == Standing.UNCONFIRMED
    monkeypatch.setattr(timezone, "localdate", lambda: datetime.date(2019, 1, 1))
    assert practice.standing == Standing.ENDED


def test_staff_may_say_that_a_practice_has_ended_without_knowing_when():
    assert make_practice(status=Status.ENDED, confirmed_on=LATER).standing == Standing.ENDED


def test_a_practice_is_replaced_with_what_it_rested_on():
    term = make_term(slug="pci", valid_to=datetime.date(2021, 1, 1), valid_to_precision=Precision.YEAR)
    practice = make_practice(framework=term)

    assert practice.standing == Standing.REPLACED
    assert not practice.may_be_asked_for


@pytest.mark.parametrize(("confirmed_on", "standing"), [
    (datetime.date(2018, 6, 1), Standing.REPLACED),
    (LATER, Standing.CONFIRMED),
])  # fmt: skip
def test_what_was_confirmed_after_its_framework_was_replaced_goes_on(confirmed_on, standing):
    term = make_term(slug="pci", valid_to=datetime.date(2021, 1, 1), valid_to_precision=Precision.YEAR)

    assert make_practice(framework=term, confirmed_on=confirmed_on).standing == standing
