"""Writes the index. It is brought up to date at the end of each batch of changes, in their transaction; see
`library.signals`."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import QuerySet
from pyroaring import BitMap

from core.chunks import in_chunks
from core.models import Version
from library.contents import entries_of, with_contents
from library.models import FacetValue, IndexedPractice, KeySetRow, PostingList, SearchWord
from practices.terms import vocabulary

# The version that changes with the index, and the lock that those who write to it take in turn.
LIBRARY = "library"
# Rows that are read or written at once.
BATCH = 500
# Practices that are read at once, and those whose entries are held in memory together.
MOST_READ = 200
MOST_HELD = 10_000

# Field of `Entries` and of `IndexedPractice` -> the model of its rows.
ROWS: dict[str, type[KeySetRow]] = {
    "facet_values": FacetValue,
    "posting_lists": PostingList,
    "search_words": SearchWord,
}

Needed = dict[tuple[str, ...], BitMap]
"""Values of the fields that tell the rows of a model apart -> the practices that need such a row."""


@transaction.atomic
def index(keys: Collection[int]) -> None:
    """Rebuild the index entries of the practices with these keys; those of deleted practices are removed."""
    if not keys:
        return
    Version.objects.renew(LIBRARY)
    for some in in_chunks(sorted(keys), MOST_HELD):
        store(some, read_entries(some))


def read_entries(keys: Sequence[int]) -> dict[str, Needed]:
    """Field of `Entries` -> the rows that the practices with these keys need."""
    terms = vocabulary()
    needed: dict[str, Needed] = {name: defaultdict(BitMap) for name in ROWS}
    for some in in_chunks(keys, MOST_READ):
        for practice in with_contents(some):
            entries = entries_of(practice, terms)
            for name, rows in needed.items():
                for values in getattr(entries, name):
                    rows[values].add(practice.pk)
    return needed


def store(keys: Sequence[int], needed: dict[str, Needed]) -> None:
    """Make the practices with these keys stand in the rows that they need, and in no other."""
    before = {row.key: row for some in in_chunks(keys, BATCH) for row in IndexedPractice.objects.filter(key__in=some)}
    indexed: dict[int, IndexedPractice] = {}
    for name, model in ROWS.items():
        stood = {key: getattr(row, name) for key, row in before.items()}
        for key, now in rewrite(model, needed[name], stood).items():
            setattr(indexed.setdefault(key, IndexedPractice(key=key)), name, now)
    IndexedPractice.objects.bulk_create(
        indexed.values(), batch_size=BATCH, update_conflicts=True, unique_fields=["key"], update_fields=list(ROWS)
    )
    for some in in_chunks(sorted(before.keys() - indexed.keys()), BATCH):
        IndexedPractice.objects.filter(key__in=some).delete()


def rewrite(model: type[KeySetRow], needed: Needed, stood: dict[int, BitMap]) -> dict[int, BitMap]:
    """Put practices into the rows of `model` that they need, and take them out of those where they stood.

    Returns key of a practice -> keys of its rows. Rows without a practice are deleted.
    """
    rows: QuerySet[KeySetRow] = QuerySet(model)
    fields, primary = model.told_apart_by, ["pk"]
    ids: dict[tuple[str, ...], int] = {}
    # In chunks: a statement takes only so many values, and a large library has more words than that.
    for some in in_chunks(sorted({values[-1] for values in needed}), BATCH):
        found = rows.filter(**{f"{fields[-1]}__in": some}).values_list("pk", *fields)
        ids |= {tuple(values): pk for pk, *values in found if tuple(values) in needed}
    existing = BitMap(ids.values())
    for batch in in_chunks(sorted(needed.keys() - ids.keys()), BATCH):
        created = rows.bulk_create([model.of(values, needed[values]) for values in batch])
        ids |= {values: row.pk for values, row in zip(batch, created, strict=True)}
    after: dict[int, BitMap] = defaultdict(BitMap)
    for values, practices in needed.items():
        for key in practices:
            after[key].add(ids[values])
    added: dict[int, BitMap] = defaultdict(BitMap)
    removed: dict[int, BitMap] = defaultdict(BitMap)
    for key in after.keys() | stood.keys():
        now, then = after.get(key, BitMap()), stood.get(key, BitMap())
        for row_id in (now - then) & existing:
            added[row_id].add(key)
        for row_id in then - now:
            removed[row_id].add(key)
    for ids_of_some in in_chunks(sorted(added.keys() | removed.keys()), BATCH):
        changed = rows.in_bulk(ids_of_some)
        for row_id, row in changed.items():
            row.practices = (row.practices | added[row_id]) - removed[row_id]
        rows.bulk_create(changed.values(), update_conflicts=True, unique_fields=primary, update_fields=["practices"])
        rows.filter(pk__in=[row_id for row_id, row in changed.items() if not row.practices]).delete()
    return after
