"""What search and filters remember of the fiches: for each word and each choice of a facet, the set of fiches that have
it. Written in the transaction that changes them, so it cannot drift.

The models are asked for by name: they import this module, to index themselves.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from pyroaring import BitMap

from gresil.text import fold, plain, stop_words, tokens
from practices.thesaurus import Thesaurus, token

# The facet value that every fiche has which the public may read.
PUBLISHED = ("state", "published")
# Rows that are read or written at once.
BATCH = 500
# Fiches whose words are held in memory together.
MOST_AT_ONCE = 5000
# What is longer is no word that anybody looks for.
LONGEST_WORD = 100
# Related names with their translated fields, beside the fiche's own: what readers may remember of it.
BODY = {
    "sections": ["heading", "body"],
    "practice_organisations": ["detail"],
    "organisations": ["name"],
    "communes": ["name"],
    "topics": ["name"],
    "audiences": ["name"],
    "listed": ["desk", "role", "department"],
    "links": ["label"],
}


def in_language(row: Any, fields: Iterable[str], language: str) -> Iterator[str]:
    for name in fields:
        if text := getattr(row, f"{name}_{language}", None):
            yield plain(text)


def body(practice: Any, language: str) -> Iterator[str]:
    yield from in_language(practice, ["territory_name", "frequency"], language)
    yield from in_language(practice.theme, ["title", "short_title"], language)
    for related_name, fields in BODY.items():
        rows = getattr(practice, related_name)
        for row in rows if isinstance(rows, list) else rows.all():
            yield from in_language(row, fields, language)


def names(practice: Any) -> Iterator[str]:
    """What is written the same in every language."""
    yield from (organisation.short_name for organisation in practice.organisations.all())
    yield from (contact.name for contact in practice.listed)
    yield str(practice.year)


def texts(practice: Any) -> Iterator[tuple[str, str, str]]:
    """(language, part, text) of what search knows of the fiche."""
    for code, _name in settings.LANGUAGES:
        title = " ".join(in_language(practice, ["title"], code))
        summary = " ".join(in_language(practice, ["subtitle", "summary"], code))
        text = " ".join(body(practice, code))
        if title or summary or text:
            yield code, "title", title
            yield code, "summary", summary
            yield code, "body", f"{text} {' '.join(names(practice))}"


def facets(practice: Any) -> Iterator[tuple[str, str]]:
    """(facet, slug) of everything by which a published fiche can be found."""
    yield PUBLISHED
    yield "theme", practice.theme.slug
    yield "territory", practice.territory
    yield "year", str(practice.year)
    if practice.status:
        yield "status", practice.status
    if practice.cost_band:
        yield "cost", practice.cost_band
    for name, rows in [("topic", practice.topics), ("audience", practice.audiences)]:
        yield from ((name, row.slug) for row in rows.all())
    yield from {("organisation", row.slug) for row in practice.organisations.all()}
    # A fiche of a merged commune is one of its successor too, and the other way round.
    for commune in practice.communes.all():
        family = [commune, *([commune.successor] if commune.successor else []), *commune.predecessors.all()]
        yield from (("commune", member.slug) for member in family)
        yield "canton", commune.canton.slug
    for code, _name in settings.LANGUAGES:
        if getattr(practice, f"summary_{code}"):
            yield "language", code


@transaction.atomic
def index(practices: Iterable[Any]) -> None:
    """Remember `practices` anew, and nothing else of them; after their sections and relations are saved."""
    take_turn()
    # A queryset is asked only now: what somebody tied to it while we waited counts too.
    keys = [practice.pk for practice in practices]
    thesaurus = Thesaurus()
    for start in range(0, len(keys), MOST_AT_ONCE):
        practices = with_everything(keys[start : start + MOST_AT_ONCE])
        store({practice.pk: memory_of(practice, thesaurus) for practice in practices})


@transaction.atomic
def forget(practices: Iterable[Any]) -> None:
    """Take `practices` out of the index, before they are deleted."""
    take_turn()
    store({practice.pk: Memory() for practice in practices})


@dataclass
class Memory:
    """What the index is to hold of a fiche: the values of the fields of each row in which it is to stand."""

    facet_values: set[tuple] = field(default_factory=set)
    posting_lists: set[tuple] = field(default_factory=set)
    search_words: set[tuple] = field(default_factory=set)


def memory_of(practice: Any, thesaurus: Thesaurus) -> Memory:
    memory = Memory(set(facets(practice)) if practice.is_published else set())
    for language, part, text in texts(practice):
        found = (word for word in tokens(text, language) if len(word) <= LONGEST_WORD)
        memory.posting_lists.update((language, part, word) for word in found)
        memory.posting_lists.update((language, part, token(term)) for term in thesaurus.terms_in(text))
        if practice.is_published:
            for shown in set(re.findall(r"[^\W\d_]{3,60}", text)):
                if (word := fold(shown)) not in stop_words() and len(word) <= LONGEST_WORD:
                    memory.search_words.add((shown, word))
    return memory


def take_turn() -> None:
    """Wait until nobody else writes to the index, until the end of the transaction, and announce a change of it."""
    versions = apps.get_model("practices", "IndexVersion").objects
    versions.get_or_create(pk=1)
    version = versions.select_for_update().get(pk=1)
    version.token = uuid.uuid4()
    version.save()


def with_everything(keys: list[int]) -> Iterable[Any]:
    listed = apps.get_model("contacts", "Contact").objects.listed()
    return (
        apps.get_model("practices", "Practice")
        .objects.filter(pk__in=keys)
        .select_related("theme")
        .prefetch_related(
            "sections",
            "practice_organisations",
            "organisations",
            "communes__canton",
            "communes__successor",
            "communes__predecessors",
            "topics",
            "audiences",
            "links",
            Prefetch("contacts", listed, to_attr="listed"),
        )
    )


# The rows in which fiches stand: the field of a memory, the model, and the fields that tell its rows apart.
ROWS = [
    ("facet_values", "FacetValue", ("facet", "slug")),
    ("posting_lists", "PostingList", ("language", "part", "word")),
    ("search_words", "SearchWord", ("shown", "word")),
]


def store(memories: dict[int, Memory]) -> None:
    """Make each fiche, by key, stand in the rows that its memory names, and in no other."""
    indexed_model = apps.get_model("practices", "IndexedPractice")
    before = indexed_model.objects.in_bulk(list(memories))
    indexed = {key: indexed_model(practice_id=key) for key in memories}
    for name, model, fields in ROWS:
        wanted = {key: getattr(memory, name) for key, memory in memories.items()}
        then = {key: getattr(row, name) for key, row in before.items()}
        for key, now in rewrite(apps.get_model("practices", model), fields, wanted, then).items():
            setattr(indexed[key], name, now)
    indexed_model.objects.bulk_create(
        indexed.values(),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["practice"],
        update_fields=[name for name, _model, _fields in ROWS],
    )


def rewrite(
    model: Any, fields: tuple[str, ...], wanted: dict[int, set[tuple]], before: dict[int, BitMap]
) -> dict[int, BitMap]:
    """Put each fiche, by key, into the rows of `model` whose `fields` have the values wanted for it, and out of those
    where it stood `before`. Returns the keys of its rows. Rows without a fiche are deleted."""
    rows = model.objects
    names = set().union(*wanted.values())
    ids: dict[tuple, int] = {}
    # In batches: SQLite takes only so many values in one statement, and a large library has more words than that.
    last = sorted({name[-1] for name in names})
    for start in range(0, len(last), BATCH):
        found = rows.filter(**{f"{fields[-1]}__in": last[start : start + BATCH]}).values_list("pk", *fields)
        ids |= {tuple(name): key for key, *name in found if tuple(name) in names}
    missing: dict[tuple, BitMap] = {name: BitMap() for name in sorted(names - ids.keys())}
    for key, wanted_names in wanted.items():
        for name in wanted_names & missing.keys():
            missing[name].add(key)
    created = rows.bulk_create(
        [model(**dict(zip(fields, name, strict=True)), practices=practices) for name, practices in missing.items()],
        batch_size=BATCH,
    )
    existing = BitMap(ids.values())
    ids |= {name: row.pk for name, row in zip(missing, created, strict=True)}
    after = {key: BitMap(ids[name] for name in names) for key, names in wanted.items()}
    added: dict[int, BitMap] = defaultdict(BitMap)
    removed: dict[int, BitMap] = defaultdict(BitMap)
    for key, now in after.items():
        then = before.get(key, BitMap())
        for row_id in (now - then) & existing:
            added[row_id].add(key)
        for row_id in then - now:
            removed[row_id].add(key)
    changed = sorted(added.keys() | removed.keys())
    for start in range(0, len(changed), BATCH):
        batch = rows.in_bulk(changed[start : start + BATCH])
        for row_id, row in batch.items():
            row.practices = (row.practices | added[row_id]) - removed[row_id]
        rows.bulk_create(
            batch.values(), update_conflicts=True, unique_fields=["pk"], update_fields=["practices"], batch_size=BATCH
        )
        rows.filter(pk__in=[row_id for row_id, row in batch.items() if not row.practices]).delete()
    return after
