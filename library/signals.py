"""Whatever changes a practice, its parts or the rows that it is tied to, its index entries follow at the end of the
batch. Here alone the portal listens for that."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Q
from pyroaring import BitMap

from contacts.models import Commune
from core.changes import AtEnd, changed, changing, open_batch
from core.text import stop_words
from library.contents import TIES, Tie, practices_tied, term_token
from library.index import index
from library.models import PostingList
from library.postings import keys_in_all, union
from practices.models import Practice, Term
from practices.terms import all_names, phrase_of

# A row to which practices are tied.
Tied = tuple[Tie, int]


def index_tied(rows: set[Tied]) -> None:
    """Index the practices tied to those of `rows` that the index would read otherwise than before."""
    batch, by_tie = open_batch(), defaultdict(set)
    for tie, key in rows:
        by_tie[tie].add(key)
    for tie, keys in by_tie.items():
        now = values_of(tie, keys)
        differing = {key for key in keys if batch.before.get((tie, key)) != now.get(key)}
        if tie.model is Commune:
            differing |= family_of(differing, [batch.before.get((tie, key)) for key in differing])
        indexing.add(set(practices_tied(tie.path, differing)) if differing else ())


def index_naming(keys: set[int]) -> None:
    """Index the practices that name one of these terms, or would name it by a name that is new."""
    batch = open_batch()
    now = {term.pk: all_names(term) for term in Term.objects.filter(pk__in=keys)}
    for key in keys:
        names_before, names = batch.before.get((Term, key), set()), now.get(key, set())
        if changed_names := names_before ^ names:
            indexing.add(set(practices_naming(key, changed_names)))


indexing_tied = AtEnd(index_tied)
indexing_naming = AtEnd(index_naming)
indexing = AtEnd(index)


def values_of(tie: Tie, keys: Collection[int]) -> dict[int, tuple]:
    """Key of a row -> what the index reads of it."""
    rows: Any = tie.model._default_manager
    return {key: tuple(values) for key, *values in rows.filter(pk__in=keys).order_by().values_list("pk", *tie.columns)}


def family_of(keys: Collection[int], values: Collection[tuple | None]) -> set[int]:
    """A practice is found from what its commune merged from and into, so all of these communes change together."""
    place = next(tie for tie in TIES if tie.model is Commune).columns.index("successor_id")
    rows = Commune.objects.filter(Q(pk__in=keys) | Q(successor__in=keys)).order_by().values_list("pk", "successor_id")
    return {key for row in rows for key in row if key} | {row[place] for row in values if row and row[place]}


def practices_naming(term: int, names: set[str]) -> BitMap:
    """Keys of the practices in which the index knows `term`, and of those with all words of one of `names`."""
    wanted = [{word for word in phrase_of(name) if word not in stop_words()} for name in names]
    token = term_token(term)
    rows = PostingList.objects.filter(word__in={token}.union(*wanted)).values_list("word", "postings")
    standing = defaultdict(BitMap, {word: keys_in_all(postings) for word, postings in rows})
    return union(
        [standing[token], *(BitMap.intersection(*(standing[word] for word in words)) for words in wanted if words)]
    )


def practice_changed(keys: Collection[int], **kwargs: Any) -> None:
    indexing.add(keys)


def connect_tie(tie: Tie) -> None:
    def remember(keys: Collection[int], is_deletion: bool, **kwargs: Any) -> None:
        if is_deletion:
            indexing.add(set(practices_tied(tie.path, keys)))
        before = open_batch().before
        for key, values in values_of(tie, [key for key in keys if (tie, key) not in before]).items():
            before[tie, key] = values

    def compare(keys: Collection[int], **kwargs: Any) -> None:
        indexing_tied.add([(tie, key) for key in keys])

    changing.connect(remember, sender=tie.model, weak=False)
    changed.connect(compare, sender=tie.model, weak=False)


def remember_names(keys: Collection[int], **kwargs: Any) -> None:
    before = open_batch().before
    for term in Term.objects.filter(pk__in=[key for key in keys if (Term, key) not in before]):
        before[Term, term.pk] = all_names(term)


def names_changed(keys: Collection[int], **kwargs: Any) -> None:
    indexing_naming.add(keys)


def connect() -> None:
    changed.connect(practice_changed, sender=Practice)
    for tie in TIES:
        connect_tie(tie)
    changing.connect(remember_names, sender=Term)
    changed.connect(names_changed, sender=Term)
