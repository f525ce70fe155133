import pytest
from django.http import QueryDict
from django.utils import timezone

from contacts.models import Canton
from library.filters import PracticeFilter
from practices.models import Practice, Topic
from tests.factories import (
    make_audience,
    make_commune,
    make_merged_commune,
    make_organisation,
    make_practice,
    make_theme,
    make_topic,
)
from tests.pages import main_of

pytestmark = pytest.mark.django_db


def filtered(query: str) -> PracticeFilter:
    return PracticeFilter(QueryDict(query), Practice.objects.published())


def slugs(query: str) -> set[str]:
    return {practice.slug for practice in filtered(query).qs}


@pytest.fixture
def library():
    housing, pci = make_theme(slug="housing"), make_theme(slug="pci")
    sport, school = make_topic(slug="sport"), make_topic(slug="school")
    women = make_audience(slug="women")
    asti = make_organisation(slug="asti")
    esch, strassen = make_commune(slug="esch"), make_commune(slug="strassen")
    make_practice(slug="a", theme=housing, topics=(sport, school), communes=(esch,), title_fr="Course")
    make_practice(slug="b", theme=pci, topics=(sport,), communes=(strassen,), audiences=(women,), title_fr="Anneau")
    make_practice(slug="c", theme=pci, organisations=(asti,), territory="national", title_fr="Balle")
    make_practice(slug="d", theme=pci, communes=(strassen,), state="draft")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "abc"),
        ("theme=housing", "a"),
        ("theme=housing&theme=pci", "abc"),
        ("commune=strassen", "b"),
        ("commune=strassen&commune=esch", "ab"),
        ("topic=sport", "ab"),
        ("topic=sport&topic=school", "ab"),
        ("topic=school&commune=strassen", ""),
        ("audience=women", "b"),
        ("organisation=asti", "c"),
        ("q=balle&theme=pci", "c"),
        ("theme=&q=&commune=", "abc"),
        ("theme=pci&unknown=parameter", "bc"),
    ],
)
@pytest.mark.usefixtures("library")
def test_choices_narrow_the_library(query, expected):
    assert slugs(query) == set(expected)


@pytest.mark.usefixtures("library")
def test_each_choice_counts_what_it_gives_with_the_others_kept():
    practices = filtered("theme=pci&topic=sport")
    assert practices.is_valid()

    counts = practices.counts()

    assert counts["theme"] == {"housing": 1, "pci": 1}
    assert counts["topic"] == {"sport": 1}
    assert counts["commune"] == {"strassen": 1}


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("query", ["", "topic=sport", "theme=pci", "q=course", "commune=esch&theme=housing"])
def test_a_count_is_the_number_of_fiches_that_the_choice_then_gives(query):
    practices = filtered(query)
    assert practices.is_valid()

    for facet in practices.facets():
        for choice in facet.choices:
            chosen = QueryDict(query, mutable=True)
            chosen.setlist(facet.name, [choice.slug])
            assert choice.count == len(slugs(chosen.urlencode())), (facet.name, choice.slug)


def test_a_fiche_of_a_merged_commune_counts_for_the_commune_of_today():
    today = make_commune(slug="today")
    first, second = make_merged_commune(today), make_merged_commune(today)
    make_practice(communes=(first, second))
    make_practice(territory="national")

    practices = filtered("")
    assert practices.is_valid()

    communes = next(facet for facet in practices.facets() if facet.name == "commune")
    assert [(choice.slug, choice.count) for choice in communes.choices] == [("today", 1)]
    assert slugs(f"commune={first.slug}") == slugs("commune=today")


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    "query",
    [
        "theme=unknown",
        "commune=%00",
        "topic=%FF",
        "audience=women%27%20OR%201=1",
        "organisation=%3Cscript%3E",
        "sort=backwards",
        "view=globe",
        "q=%00",
        "q=%25%25%25",
        "q=" + "a" * 10_000,
        "theme=" + "a" * 10_000,
    ],
)
def test_what_cannot_be_understood_is_not_valid(query):
    assert not filtered(query).is_valid()


@pytest.mark.usefixtures("library")
def test_the_order_can_be_chosen():
    practices = filtered("sort=title")
    assert practices.is_valid()

    found = [practice.title for practice in practices.qs]
    assert found == ["Anneau", "Balle", "Course"]


def test_what_was_changed_last_can_stand_first():
    first, second = make_practice(slug="first"), make_practice(slug="second")
    first.save()

    practices = filtered("sort=updated")
    assert practices.is_valid()

    assert list(practices.qs) == [first, second]


@pytest.mark.usefixtures("library")
def test_an_empty_result_says_which_filters_stand_in_the_way():
    practices = filtered("topic=school&commune=strassen&q=course")
    assert practices.is_valid()

    assert [(name, count) for name, label, count in practices.blocking_filters()] == [("commune", 1)]


def test_territory_year_status_cost_and_language_narrow_too():
    make_practice(slug="a", territory="national", year=2017, status="running", cost_band="low")
    make_practice(slug="b", year=2020, summary_lb="Resumé", communes=(make_commune(slug="esch"),))

    assert slugs("territory=national") == slugs("status=running") == slugs("cost=low") == slugs("year=2017") == {"a"}
    assert slugs("language=lb") == slugs("year=2020") == slugs(f"canton={Canton.objects.get().slug}") == {"b"}


def test_a_practice_that_is_archived_leaves_every_count():
    practice = make_practice(topics=(make_topic(slug="sport"),))

    practice.archive()

    practices = filtered("")
    assert practices.is_valid()
    assert practices.counts()["topic"] == {}


@pytest.mark.usefixtures("library")
def test_words_are_ranked_unless_another_order_is_chosen():
    found = {query: filtered(query) for query in ["q=course", "q=course&sort=", "q=course&sort=newest", "sort=", ""]}

    orders = {query: practices.chosen_order for query, practices in found.items() if practices.is_valid()}

    assert list(orders.values()) == ["relevance", "relevance", "newest", "newest", "newest"]


@pytest.mark.usefixtures("library")
def test_a_year_without_fiches_stays_an_address():
    practices = filtered("year=1999")

    assert practices.is_valid()
    assert not practices.found
    assert practices.blocking_filters()


@pytest.mark.parametrize("year", ["0000", "1066", "1989", "9999", "20170", "２０１７"])
def test_a_year_that_no_fiche_can_have_is_an_unknown_choice(client, year):
    make_practice(year=2017)

    assert client.get("/fr/practices/", {"year": year}).status_code == 400
    assert "year" in filtered(f"year={year}").form.errors


def test_every_year_that_a_factsheet_may_have_is_an_address():
    latest = timezone.localdate().year + 2

    for year in [1990, latest]:
        assert filtered(f"year={year}").is_valid()
    assert not filtered(f"year={latest + 1}").is_valid()


@pytest.mark.usefixtures("library")
def test_a_label_that_is_edited_is_shown_by_the_next_page(client):
    client.get("/fr/practices/")

    Topic.objects.filter(slug="sport").update(name_fr="Mouvement")

    assert "Mouvement" in main_of(client.get("/fr/practices/"))
