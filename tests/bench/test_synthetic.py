import pytest

from bench import synthetic
from bench.synthetic import fill
from contacts.models import Organisation
from library.check import differences
from practices.models import Practice, PracticeSection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _content(content):
    """The real practices, whose words and organisations the synthetic ones have too."""


@pytest.fixture
def _no_index(monkeypatch):
    """Practices alone: making the index takes longer than making them."""
    monkeypatch.setattr(synthetic, "call_command", lambda name: None)


def made() -> list[tuple]:
    sections = PracticeSection.objects.filter(practice__slug__startswith="synthetic-")
    columns = ["practice__slug", "practice__title_fr", "practice__theme__slug", "practice__organisations__slug"]
    return list(sections.order_by("practice__slug", "position").values_list(*columns, "kind", "body_lb"))


@pytest.mark.usefixtures("_no_index")
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


@pytest.mark.usefixtures("_no_index")
def test_one_organisation_for_ten_practices_and_a_tenth_of_them_for_one():
    before = Organisation.objects.count()

    fill(40, tell=str)

    assert Organisation.objects.count() == before + 4
    largest = Practice.objects.filter(slug__startswith="synthetic-", organisations__slug="asti")
    assert largest.count() >= 4


def test_synthetic_practices_are_refused_in_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(SystemExit, match="Not in production"):
        fill(3)

    assert Practice.objects.count() == 25


@pytest.mark.usefixtures("_no_index")
def test_an_interrupted_filling_is_continued():
    fill(2, tell=str)
    first = made()

    fill(4, tell=str)

    assert [row for row in made() if row[0] in {"synthetic-0", "synthetic-1"}] == first
    assert Practice.objects.filter(slug__startswith="synthetic-").count() == 4
