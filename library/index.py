"""Writes the index. It is brought up to date at the end of each batch of changes, in their transaction; see
`library.signals`. `library.rebuild` makes all of it anew."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from django.db.models import Model, Q
from pyroaring import BitMap

from core.changes import batch
from core.chunks import in_chunks
from core.models import Version
from library.contents import Contents, Reader, suggested_as, with_contents
from library.models import FacetValue, IndexedPractice, PostingList
from library.postings import posting
from practices.terms import vocabulary

# The version that changes with the index, and the lock that those who write to it take in turn.
LIBRARY = "library"
# Rows that are read or written at once.
BATCH = 500
# Practices that are read at once.
MOST_READ = 200


def index(keys: Collection[int]) -> None:
    """Rebuild the index entries of the practices with these keys; those of deleted practices are removed."""
    if not keys:
        return
    with batch():
        Version.objects.renew(LIBRARY)
        reader = Reader(vocabulary())
        for some in in_chunks(sorted(keys), MOST_READ):
            store(some, dict(read_contents(some, reader)))


def read_contents(keys: Sequence[int], reader: Reader) -> Iterator[tuple[int, Contents]]:
    """(key, what the index should hold of it) of those of these practices that there are."""
    for some in in_chunks(keys, MOST_READ):
        for practice in with_contents(some):
            yield practice.pk, reader.contents_of(practice)


class Difference:
    """Between what the index holds of some practices and what it should hold."""

    def __init__(self) -> None:
        self.postings: dict[str, dict[bool, BitMap]] = defaultdict(lambda: {True: BitMap(), False: BitMap()})
        """Word -> the postings that are to be added (True) and removed (False)."""
        self.spellings: dict[str, Counter[str]] = defaultdict(Counter)
        """Word -> spelling -> how many practices more (less, if negative) write it so."""
        self.facets: dict[tuple[str, str], dict[bool, BitMap]] = defaultdict(lambda: {True: BitMap(), False: BitMap()})
        """(facet, slug) -> the practices that are to be added and removed."""

    def add(self, key: int, before: Contents, after: Contents) -> None:
        self.count(key, after, before, is_added=True)
        self.count(key, before, after, is_added=False)

    def count(self, key: int, having: Contents, lacking: Contents, *, is_added: bool) -> None:
        """Note what stands in `having` and not in `lacking`."""
        for place, word in having.tokens() - lacking.tokens():
            self.postings[word][is_added].add(posting(place, key))
        for spelling in having.spellings() - lacking.spellings():
            self.spellings[suggested_as(spelling)][spelling] += 1 if is_added else -1
        for value in having.facets - lacking.facets:
            self.facets[value][is_added].add(key)


def store(keys: Sequence[int], contents: dict[int, Contents]) -> None:
    """Write of the practices with these keys what is in `contents`, and nothing of those that are not in it. Only rows
    that change are read and written."""
    before = IndexedPractice.objects.in_bulk(keys)
    difference = Difference()
    for key in keys:
        kept = Contents.unpack(bytes(before[key].contents)) if key in before else Contents()
        difference.add(key, kept, contents.get(key, Contents()))
    store_words(difference)
    store_facets(difference.facets)
    rows = [
        IndexedPractice(
            key=key,
            contents=found.pack(),
            shown_terms=found.shown(),
            edition=before[key].edition + 1 if key in before else 1,
        )
        for key, found in contents.items()
    ]
    upsert(IndexedPractice, rows)
    if gone := before.keys() - contents.keys():
        IndexedPractice.objects.filter(key__in=gone).delete()


def store_words(difference: Difference) -> None:
    # In chunks: a statement takes only so many values, and some practices together have more words than that.
    for words in in_chunks(sorted(difference.postings.keys() | difference.spellings.keys()), BATCH):
        rows = PostingList.objects.in_bulk(words)
        for word in words:
            row = rows.setdefault(word, PostingList(word=word))
            if word in difference.postings:
                change = difference.postings[word]
                row.postings = (row.postings | change[True]) - change[False]
                row.set_ending()
            if word in difference.spellings:
                row.set_spellings(Counter(row.count_spellings()) + difference.spellings[word])
        empty = [word for word, row in rows.items() if not row.postings]
        upsert(PostingList, [row for row in rows.values() if row.postings])
        if empty:
            PostingList.objects.filter(word__in=empty).delete()


def store_facets(changes: dict[tuple[str, str], dict[bool, BitMap]]) -> None:
    for values in in_chunks(sorted(changes), BATCH // 2):
        wanted = Q(slug__in={slug for _facet, slug in values})
        rows = {(row.facet, row.slug): row for row in FacetValue.objects.filter(wanted)}
        for facet, slug in values:
            row = rows.setdefault((facet, slug), FacetValue(facet=facet, slug=slug))
            row.practices = (row.practices | changes[facet, slug][True]) - changes[facet, slug][False]
        changed = [rows[value] for value in values]
        upsert(FacetValue, [row for row in changed if row.practices], ["facet", "slug"])
        if empty := [row.pk for row in changed if row.pk and not row.practices]:
            FacetValue.objects.filter(pk__in=empty).delete()


def upsert(model: type[Model], rows: Collection[Model], unique_fields: Sequence[str] = ("pk",)) -> None:
    """Create these rows, or put them in the place of those that are the same in `unique_fields`."""
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=unique_fields,
        update_fields=[name for name in names if name not in unique_fields],
    )
