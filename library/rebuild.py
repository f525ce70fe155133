"""Makes the whole index anew, while the old one serves and follows every change.

1. The practices are read in chunks. What the index should hold of each is kept, and so are the words of each chunk, in
   buckets by their hash. Each chunk is committed: who begins again after an interruption goes on after the last one.
2. Bucket by bucket, the words of all chunks are put together to the rows of the new index.
3. In one transaction, whose lock keeps other writers out, old rows that differ from the new ones are written over, and
   practices that were changed since they were read are indexed once more.

Memory is bounded by a chunk and by a bucket, whatever the size of the library.
"""

import gc
import json
import sys
import unicodedata
import zlib
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import Stemmer
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from pyroaring import BitMap

from core.changes import batch
from core.chunks import in_chunks
from core.locks import only_one
from core.models import Version
from library.contents import Contents, Reader, suggested_as, term_token, tokens
from library.fields import packed
from library.index import LIBRARY, MOST_READ, index, read_contents, upsert
from library.models import (
    FacetValue,
    IndexedPractice,
    PostingList,
    Rebuild,
    RebuiltPart,
    RebuiltPosting,
    RebuiltPractice,
)
from library.postings import posting
from library.signals import practices_naming
from practices.models import Practice
from practices.terms import all_names, vocabulary

# Practices that are lost when it is interrupted.
CHUNK = 1000
BUCKETS = 64
# The facets stand in a bucket of their own.
FACETS = BUCKETS

Tell = Callable[[str, int, int], None]
"""Called with what is done, how much of it, and of how much."""


class AlreadyRunningError(Exception):
    """Another process rebuilds the index at this moment."""


def rebuild(tell: Tell = lambda work, done, total: None) -> int:
    """Make the index anew, or go on with it; returns how many practices it has."""
    with only_one("rebuild_search", wait=False) as is_alone:
        if not is_alone:
            raise AlreadyRunningError
        state = begun()
        # Looking again and again for garbage among hundreds of thousands of words takes a third of the time.
        gc.disable()
        try:
            read(state, tell)
            merge(state, tell)
        finally:
            gc.enable()
        put_in_place(state)
        empty_tables()
    return IndexedPractice.objects.count()


def begun() -> Rebuild:
    """The rebuild that was interrupted, if this is the same release; else a new one."""
    state = Rebuild.objects.first()
    if state and state.fingerprint == fingerprint():
        return state
    empty_tables()
    names = {str(term.pk): sorted(all_names(term)) for term in vocabulary().terms}
    return Rebuild.objects.create(fingerprint=fingerprint(), names=names)


def fingerprint() -> str:
    """Of the code, the settings and the libraries that decide what the index holds."""
    folders = {Path(settings.BASE_DIR, name.partition(".")[0]) for name in settings.INSTALLED_APPS}
    files = [path for folder in folders for ending in ("py", "txt") for path in folder.rglob(f"*.{ending}")]
    read_by = [settings.LANGUAGES, settings.SEARCH_STEMMERS, settings.COMPOUNDING_LANGUAGES]
    digest = sha256(repr([read_by, Stemmer.version(), unicodedata.unidata_version, sys.byteorder]).encode())
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def empty_tables() -> None:
    """Forget what a rebuild keeps on the way."""
    with transaction.atomic(), connection.cursor() as cursor:
        for model in (Rebuild, RebuiltPractice, RebuiltPart, RebuiltPosting):
            # Deleted rows would keep their place on the disk of PostgreSQL.
            statement = "TRUNCATE" if connection.vendor == "postgresql" else "DELETE FROM"
            cursor.execute(f"{statement} {model._meta.db_table}")


def read(state: Rebuild, tell: Tell) -> None:
    if state.merged:
        return
    keys = list(Practice.objects.order_by("pk").values_list("pk", flat=True))
    left = [key for key in keys if key > state.last_key]
    done = len(keys) - len(left)
    tell("factsheets read", done, len(keys))
    for some in in_chunks(left, CHUNK):
        read_chunk(state, list(some))
        done += len(some)
        tell("factsheets read", done, len(keys))


def read_chunk(state: Rebuild, keys: list[int]) -> None:
    # Before the texts: a change between the two is then told by the edition.
    editions = dict(IndexedPractice.objects.filter(key__in=keys).values_list("key", "edition"))
    reader, words, rows = Reader(vocabulary()), Words(), []
    for some in in_chunks(keys, MOST_READ):
        for key, contents in read_contents(some, reader):
            words.add(key, contents)
            rows.append((key, contents.pack(), packed(contents.shown()), editions.get(key)))
        # A practice and its parts lead to each other. What is older than they are is not looked at.
        gc.collect(0)
    with transaction.atomic():
        insert(RebuiltPractice, ["key", "contents", "shown_terms", "edition"], rows)
        insert(RebuiltPart, ["bucket", "chunk", "contents"], ((n, state.chunks, part) for n, part in words.pack()))
        state.chunks += 1
        state.last_key = keys[-1]
        state.save()


class Words:
    """What the index should hold of some practices, by its rows."""

    def __init__(self) -> None:
        # Language -> word as it is written -> its postings: most words stand in many practices, and what becomes of one
        # is worked out once.
        self.written: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self.spelled: Counter[str] = Counter()
        self.terms: defaultdict[str, list[int]] = defaultdict(list)
        self.facets: defaultdict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, key: int, contents: Contents) -> None:
        for place, words in contents.words.items():
            number, here = posting(place, key), self.written[place[0]]
            for word in words:
                here[word].append(number)
        for place, terms in contents.terms.items():
            for term in terms:
                self.terms[term_token(term)].append(posting(place, key))
        for value in contents.facets:
            self.facets[value].append(key)
        self.spelled.update(contents.written())

    def postings(self) -> dict[str, list[int]]:
        """Word of the index -> its postings, some more than once."""
        found = dict(self.terms)
        for language, words in self.written.items():
            for word, numbers in words.items():
                for token in tokens(word, language):
                    found[token] = found[token] + numbers if token in found else numbers
        return found

    def spellings(self) -> dict[str, dict[str, int]]:
        """Word of the index -> how it is written -> by how many published practices."""
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for shown, count in self.spelled.items():
            if word := suggested_as(shown):
                found[word][shown] = count
        return found

    def pack(self) -> Iterator[tuple[int, bytes]]:
        """(bucket, its words)."""
        spellings = self.spellings()
        heads: list[list] = [[] for _ in range(BUCKETS + 1)]
        bodies: list[list[int]] = [[] for _ in range(BUCKETS + 1)]
        for word, numbers in self.postings().items():
            bucket = crc32(word.encode()) % BUCKETS
            heads[bucket].append((word, len(numbers), spellings.get(word, 0)))
            bodies[bucket] += numbers
        for (facet, slug), keys in self.facets.items():
            heads[FACETS].append((f"{facet} {slug}", len(keys), 0))
            bodies[FACETS] += keys
        for bucket, (head, body) in enumerate(zip(heads, bodies, strict=True)):
            yield bucket, zlib.compress(b"\n".join([json.dumps(head).encode(), array("I", body).tobytes()]), 1)


def unpack(part: bytes) -> Iterator[tuple[str, array, dict[str, int]]]:
    """The (word, postings, spellings) of a bucket of a chunk."""
    head, _separator, body = zlib.decompress(part).partition(b"\n")
    numbers = array("I", body)
    start = 0
    for word, count, shown in json.loads(head):
        yield word, numbers[start : start + count], shown
        start += count


def merge(state: Rebuild, tell: Tell) -> None:
    for bucket in range(state.merged, BUCKETS):
        with transaction.atomic():
            insert(RebuiltPosting, ["word", "ending", "postings", "spellings"], rows_of(*words_of(bucket)))
            state.merged = bucket + 1
            state.save()
        tell("parts of the vocabulary put together", state.merged, BUCKETS)


def words_of(bucket: int) -> tuple[dict[str, array], dict[str, Counter[str]]]:
    """Word -> its postings in all chunks; and word -> how it is written -> by how many."""
    postings: dict[str, array] = {}
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    parts = RebuiltPart.objects.filter(bucket=bucket).order_by("chunk").values_list("contents", flat=True)
    for part in parts.iterator(chunk_size=20):
        for word, numbers, shown in unpack(bytes(part)):
            if word in postings:
                postings[word] += numbers
            else:
                postings[word] = numbers
            if shown:
                spellings[word].update(shown)
    return postings, spellings


def rows_of(
    postings: Mapping[str, array], spellings: Mapping[str, Mapping[str, int]]
) -> Iterator[tuple[str, str, bytes, str]]:
    """The columns of the rows of the new index."""
    for word in sorted(postings):
        row = RebuiltPosting(word=word, postings=BitMap(postings[word]))
        row.set_ending()
        row.set_spellings(spellings.get(word, {}))
        yield word, row.ending, packed(row.postings), row.spellings


def put_in_place(state: Rebuild) -> None:
    # In a batch: what the public sees changes once, not with each statement.
    with batch():
        replace_index(state)


def replace_index(state: Rebuild) -> None:
    # Others who write to the index wait from here on.
    Version.objects.renew(LIBRARY)
    changed = changed_meanwhile()
    replace(PostingList, RebuiltPosting, ["ending", "postings", "spellings"])
    replace(IndexedPractice, RebuiltPractice, ["contents", "shown_terms"])
    replace_facets()
    state.delete()
    index(changed)
    for term in vocabulary().terms:
        before = set(state.names.get(str(term.pk), ()))
        if differing := before ^ all_names(term):
            index(set(practices_naming(term.pk, differing)))


def changed_meanwhile() -> set[int]:
    """Keys of the practices that were created, changed or deleted since they were read."""
    read_then = dict(RebuiltPractice.objects.values_list("key", "edition"))
    indexed_now = dict(IndexedPractice.objects.values_list("key", "edition"))
    there_now = set(Practice.objects.values_list("pk", flat=True))
    differing = {key for key, edition in read_then.items() if indexed_now.get(key) != edition}
    return differing | (read_then.keys() ^ there_now)


def replace(model: type[Model], source: type[Model], columns: Sequence[str]) -> None:
    """Make the rows of `model` those of `source`, by primary key and `columns`; what does not differ is not written."""
    old, new, key = model._meta.db_table, source._meta.db_table, model._meta.pk.name
    here, there = ", ".join([key, *columns]), ", ".join(f"n.{name}" for name in [key, *columns])
    values = ", ".join(f"{name} = n.{name}" for name in columns)
    differ = " OR ".join(f"n.{name} <> {old}.{name}" for name in columns)
    # No part of these comes from outside. The order fills the pages of the indexes.
    statements = [
        f"DELETE FROM {old} WHERE NOT EXISTS (SELECT 1 FROM {new} n WHERE n.{key} = {old}.{key})",  # noqa: S608
        f"UPDATE {old} SET {values} FROM {new} n WHERE n.{key} = {old}.{key} AND ({differ})",  # noqa: S608
        f"INSERT INTO {old} ({here}) SELECT {there} FROM {new} n"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT 1 FROM {old} o WHERE o.{key} = n.{key}) ORDER BY n.{key}",
    ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def replace_facets() -> None:
    found, _spellings = words_of(FACETS)
    new = {tuple(value.split(" ")): BitMap(keys) for value, keys in found.items()}
    old = {(row.facet, row.slug): row for row in FacetValue.objects.all()}
    FacetValue.objects.filter(pk__in=[row.pk for value, row in old.items() if value not in new]).delete()
    rows = []
    for (facet, slug), practices in new.items():
        row = old.get((facet, slug), FacetValue(facet=facet, slug=slug))
        if row.practices != practices:
            row.practices = practices
            rows.append(row)
    for some in in_chunks(rows, CHUNK):
        upsert(FacetValue, some, ["facet", "slug"])


def insert(model: type[Model], names: Sequence[str], rows: Iterable[tuple]) -> None:
    """Insert rows whose values are given as the database takes them: much quicker than objects."""
    table, columns = model._meta.db_table, ", ".join(names)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", list(rows))  # noqa: S608
