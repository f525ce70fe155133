import pytest

from bench import staff
from bench.staff import ROUNDS, measure_all
from practices.models import Practice

pytestmark = pytest.mark.django_db


def test_it_is_refused_in_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(SystemExit, match="Not in production"):
        measure_all()


@pytest.mark.repeats
def test_each_figure_has_a_name_and_what_it_costs(settings, monkeypatch, content):
    settings.ALLOWED_HOSTS = ["localhost"]
    monkeypatch.setattr(staff, "ROUNDS", 1)
    monkeypatch.setattr(staff, "EXPORTED", 2)

    figures = {figure.name: figure for figure in measure_all()}

    assert {
        "desk, list of practices",
        "saving a practice",
        "export, for each practice",
    } <= figures.keys()
    assert all(figure.cpu > 0 and figure.queries > 0 for figure in figures.values())
    assert figures["export, for each practice"].objects == 2
    assert not Practice.objects.filter(summary_fr__contains="zorglub")


def test_a_call_is_made_once_to_warm_up_and_once_in_each_round():
    calls: list[int] = []

    staff.measure("anything", [lambda: calls.append(1)])

    assert len(calls) == 1 + ROUNDS
