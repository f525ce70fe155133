import random

import pytest
from django.http import QueryDict

from library.filters import PracticeFilter
from practices.models import Practice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


def filtered(query: str) -> PracticeFilter:
    practices = PracticeFilter(QueryDict(query), Practice.objects.published())
    assert practices.is_valid(), query
    return practices


@pytest.mark.repeats
def test_counts_are_right_in_300_random_combinations():
    """Facet counts equal result counts, with the real content: 0 differences."""
    chance, differences, compared = random.Random(2017), [], 0
    labels = {name: list(choices) for name, choices in filtered("").labels.items() if choices}

    for _ in range(300):
        query = QueryDict(mutable=True)
        for name in chance.sample(list(labels), chance.randint(0, 3)):
            query.setlist(name, chance.sample(labels[name], min(len(labels[name]), chance.randint(1, 2))))
        if chance.random() < 0.3:
            query["q"] = chance.choice(["langues", "Sprachen", "kanner", "refugee housing", "café"])
        practices = filtered(query.urlencode())
        counts = practices.counts()
        for name in chance.sample(list(labels), 2):
            slug = chance.choice(labels[name])
            chosen = query.copy()
            chosen.setlist(name, [slug])
            compared += 1
            if counts[name].get(slug, 0) != filtered(chosen.urlencode()).qs.count():
                differences.append((chosen.urlencode(), name, slug))

    assert compared == 600
    assert not differences
