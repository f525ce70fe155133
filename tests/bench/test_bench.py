import json

import pytest
from django.core.management import CommandError, call_command

from practices.models import Practice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


def made() -> list[tuple]:
    rows = Practice.objects.filter(slug__startswith="synthetic-").order_by("slug")
    return list(rows.values_list("slug", "title_fr", "summary_lb", "theme__slug", "territory"))


def test_synthetic_fiches_are_the_same_each_time_and_can_be_found(client):
    call_command("make_synthetic_practices", 3, verbosity=0)
    first = made()
    Practice.objects.filter(slug__startswith="synthetic-").delete()

    call_command("make_synthetic_practices", 3, verbosity=0)

    assert made() == first
    assert len(first) == 3
    response = client.get("/fr/practices/?year=2001")
    assert [practice.slug for practice in response.context["practices"]] == ["synthetic-1"]


def test_synthetic_fiches_are_refused_in_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError):
        call_command("make_synthetic_practices", 3)


def test_the_bench_names_its_pages_with_milliseconds_and_queries(settings, capsys):
    settings.ALLOWED_HOSTS = ["localhost"]

    call_command("bench", rounds=1, json=True)
    figures = json.loads(capsys.readouterr().out)
    call_command("bench", rounds=1)

    assert figures["fiches"] == 25
    assert set(figures["pages"]) == {
        "list with facets",
        "filter",
        "full-text search",
        "map of the library",
        "page of a commune",
        "finder",
    }
    for name, row in figures["pages"].items():
        assert 0 < row["p50"] <= row["p95"] * 2
        assert row["queries"] <= (15 if name == "page of a commune" else 12)
    assert "full-text search" in capsys.readouterr().out
