import pytest
from pyroaring import BitMap

from library import results
from library.results import Results, first_of_each
from library.sets import Library
from practices.models import Practice
from tests.factories import make_commune, make_merged_commune, make_practice, make_theme

pytestmark = pytest.mark.django_db


def keys(*practices: Practice) -> set[int]:
    return {practice.pk for practice in practices}


def test_only_published_fiches_stand_in_the_library():
    theme = make_theme(slug="pci")
    published = make_practice(theme=theme)
    for state in ["draft", "in-review", "archived"]:
        make_practice(theme=theme, state=state)

    library = Library()

    assert set(library.all) == set(library.having("theme", "pci")) == keys(published)


def test_a_fiche_of_a_commune_is_found_from_its_predecessors_and_successor_but_not_from_its_sisters():
    successor = make_commune()
    wahl, grosbous = make_merged_commune(successor), make_merged_commune(successor)
    of_wahl, of_successor = make_practice(communes=(wahl,)), make_practice(communes=(successor,))
    make_practice(communes=(make_commune(),))

    library = Library()

    assert set(library.in_communes(successor)) == keys(of_wahl, of_successor)
    assert set(library.in_communes(wahl)) == keys(of_wahl, of_successor)
    assert set(library.in_communes(grosbous)) == keys(of_successor)
    assert not library.in_communes()


def test_national_fiches_are_told_from_those_of_communes():
    make_practice(communes=(make_commune(),))
    national = make_practice(territory="national")

    assert set(Library().national) == keys(national)
    assert national.is_national


def test_a_choice_without_fiches_gives_none():
    make_practice()

    assert not Library().having("topic", "unknown")


def test_a_deleted_fiche_leaves_the_library():
    make_practice(theme=make_theme(slug="pci")).delete()

    assert not Library().all
    assert Library().values == {}


@pytest.fixture
def six(monkeypatch):
    """Six fiches, a to f, by title; sets of more than two are large."""
    monkeypatch.setattr(results, "LARGEST_SORTED", 2)
    return {letter: make_practice(slug=letter, title_fr=letter).pk for letter in "fbdace"}


def sets(six: dict[str, int], *groups: str) -> list[BitMap]:
    return [BitMap(six[letter] for letter in group) for group in groups]


@pytest.mark.parametrize("groups", [("abcdef",), ("bd", "acef"), ("fa", "", "bcde"), ("e", "fd", "b", "ca")])
def test_every_slice_of_an_order_is_that_of_the_sorted_groups(six, groups):
    letters = {key: letter for letter, key in six.items()}
    in_order = Results.of(Practice.objects.by_title(), sets(six, *groups))
    expected = [letter for group in groups for letter in sorted(group)]

    assert len(in_order) == 6
    assert letters[in_order[3].pk] == expected[3]
    for start in range(7):
        for stop in range(start, 8):
            assert [letters[row.pk] for row in in_order[start:stop]] == expected[start:stop]


def test_the_first_of_small_sets_are_read_in_one_query(six, django_assert_num_queries):
    groups = sets(six, "fa", "bf", "c")

    with django_assert_num_queries(1):
        found = first_of_each([(group, 1) for group in groups], Practice.objects.by_title())

    assert found == [[six["a"]], [six["b"]], [six["c"]]]


def test_the_first_of_a_large_set_are_met_without_reading_all(six, django_assert_num_queries):
    (all_six,) = sets(six, "abcdef")

    with django_assert_num_queries(1):
        found = first_of_each([(all_six, 2)], Practice.objects.by_title())

    assert found == [[six["a"], six["b"]]]


def test_the_sets_are_read_once_until_something_changes(django_assert_num_queries):
    make_practice()
    Library()

    with django_assert_num_queries(1):
        Library()
    newer = make_practice()

    assert newer.pk in Library().all


def test_a_large_set_that_overlaps_a_small_one_keeps_its_order(six):
    all_six, two = sets(six, "abcdef", "de")

    found = first_of_each([(all_six, 4), (two, 2)], Practice.objects.by_title())

    assert found == [[six[letter] for letter in "abcd"], [six["d"], six["e"]]]


def test_a_key_whose_row_is_gone_is_met_nowhere_and_ends_the_search(six):
    (all_six,) = sets(six, "abcdef")
    all_six.add(999_999)

    found = first_of_each([(all_six, 7)], Practice.objects.by_title())

    assert found == [[six[letter] for letter in "abcdef"]]


def test_results_are_a_queryset_like_any_other(six):
    results = Results.of(Practice.objects.by_title(), sets(six, "fab", "de"))

    assert results.count() == len(results) == 5
    assert [practice.slug for practice in results] == list("abfde")
    assert [practice.slug for practice in results.filter(slug__in="fcd")] == ["d", "f"]
    assert results.exclude(slug="a").exists()
    assert sorted(results.values_list("slug", flat=True)) == list("abdef")
    assert results.first().slug == "a"
    assert not Results.of(Practice.objects.all(), [])
