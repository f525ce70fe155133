import pytest

from bench import measure, synthetic
from bench.measure import ROUNDS, measure_all
from bench.synthetic import fill
from bench.table import table
from contacts.models import Organisation
from library.check import differences
from practices.models import Practice, PracticeSection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _content(content):
    """The real practices, whose words and organisations the synthetic ones have too."""


def made() -> list[tuple]:
    sections = PracticeSection.objects.filter(practice__slug__startswith="synthetic-")
    columns = ["practice__slug", "practice__title_fr", "practice__theme__slug", "practice__organisations__slug"]
    return list(sections.order_by("practice__slug", "position").values_list(*columns, "kind", "body_lb"))


def test_synthetic_practices_are_the_same_each_time_and_whatever_comes_after_them():
    fill(3, tell=str)
    first = made()
    Practice.objects.filter(slug__startswith="synthetic-").delete()
    Organisation.objects.filter(slug__startswith="synthetic-").exclude(contacts=None).first().contacts.all().delete()
    Organisation.objects.filter(slug__startswith="synthetic-").delete()

    fill(12, tell=str)

    assert len(first) == 3 * len(synthetic.SECTIONS)
    assert [row for row in made() if row[0] in {f"synthetic-{number}" for number in range(3)}] == first


def test_synthetic_practices_are_found_and_their_states_of_translation_recorded(client):
    fill(3, tell=str)

    response = client.get("/fr/practices/?year=2001")

    assert [practice.slug for practice in response.context["practices"]] == ["synthetic-1"]
    assert not list(differences())


def test_four_times_as_many_practices_have_twice_as_many_words():
    words = synthetic.real_words()["de"]
    chance = synthetic.random.Random(1)

    words.text(chance, 1, 4 * words.practices)

    assert len(words.all) == 2 * len(words.real)
    assert len({*words.all}) == len(words.all)


def test_one_organisation_for_ten_practices_and_a_tenth_of_them_for_one():
    before = Organisation.objects.count()

    fill(40, tell=str)

    assert Organisation.objects.count() == before + 4
    largest = Practice.objects.filter(slug__startswith="synthetic-", organisations__slug="asti")
    assert largest.count() >= 4


@pytest.mark.parametrize("run", [lambda: fill(3), measure_all])
def test_the_bench_is_refused_in_production(settings, run):
    settings.PRODUCTION = True

    with pytest.raises(SystemExit, match="Not in production"):
        run()

    assert Practice.objects.count() == 25


@pytest.mark.repeats
def test_each_figure_has_a_name_and_what_it_costs(settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["localhost"]
    monkeypatch.setattr(measure, "ROUNDS", 1)
    monkeypatch.setattr(measure, "EXPORTED", 2)

    figures = {figure.name: figure for figure in measure_all()}

    assert {
        "list",
        "search, frequent words",
        "empty search, misspelt",
        "empty search, words apart",
        "page of an organisation",
        "desk, list of practices",
        "site map, for each address",
        "saving a practice",
        "export, for each practice",
    } <= figures.keys()
    assert all(figure.cpu > 0 and figure.queries > 0 for figure in figures.values())
    assert figures["export, for each practice"].objects == 2
    assert not Practice.objects.filter(summary_fr__contains="zorglub")


def test_a_call_is_made_once_to_warm_up_and_once_in_each_round():
    calls: list[int] = []

    measure.measure("anything", [lambda: calls.append(1)])

    assert len(calls) == 1 + ROUNDS


def test_the_table_says_how_much_more_the_largest_library_takes():
    rows = [
        {"name": "list", "database": "sqlite", "practices": 25, "cpu": 20.0},
        {"name": "list", "database": "sqlite", "practices": 10025, "cpu": 30.0},
    ]

    assert table(rows).splitlines() == [
        "| CPU ms | sqlite 25 | sqlite 10025 | sqlite ratio |",
        "| --- | --- | --- | --- |",
        "| list | 20.00 | 30.00 | 1.5 |",
    ]
