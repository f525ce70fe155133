import pytest
from pyroaring import BitMap

from practices.models import Practice
from tests.factories import make_practice

pytestmark = pytest.mark.django_db


def test_the_rows_among_a_set_of_keys_are_those_with_these_keys():
    first, second, third = (make_practice() for _ in range(3))

    found = Practice.objects.filter(pk__among=BitMap([first.pk, third.pk, third.pk + 100]))

    assert set(found) == {first, third}
    assert set(Practice.objects.exclude(pk__among=BitMap([first.pk]))) == {second, third}


def test_no_row_is_among_an_empty_set():
    make_practice()

    assert not Practice.objects.filter(pk__among=BitMap())


def test_a_set_may_have_more_keys_than_a_statement_takes_values():
    practice = make_practice()

    assert Practice.objects.filter(pk__among=BitMap(range(practice.pk, practice.pk + 300_000))).get() == practice
