import json
from pathlib import Path

import pytest
from django.conf import settings

from library.results import Results
from library.search import Matches, parse
from practices.models import Practice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
TABLE = json.loads(Path(__file__).with_name("relevance.json").read_text())


def test_the_right_fiche_stands_first(capsys):
    """48 queries as people type them, a third of them for words that stand only in another language."""
    ranks, missed = [], []
    for row in TABLE:
        groups = Matches(parse(row["query"])).ranked(row["language"])
        order = [row.slug for row in Results.of(Practice.objects.published().newest(), groups)]
        rank = order.index(row["first"]) + 1 if row["first"] in order else None
        ranks.append(1 / rank if rank else 0)
        if rank != 1:
            missed.append((row["language"], row["query"], row["first"], rank))

    mean_reciprocal_rank = sum(ranks) / len(ranks)
    with capsys.disabled():
        print(f"\nmean reciprocal rank of {len(ranks)} queries: {mean_reciprocal_rank:.3f}; not first: {missed}")  # noqa: T201
    assert len(TABLE) == 48
    assert {row["language"] for row in TABLE} == {code for code, name in settings.LANGUAGES}
    assert sum(row["elsewhere"] for row in TABLE) >= 16
    assert mean_reciprocal_rank >= 0.9
