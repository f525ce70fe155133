"""What the index says of a fiche changes with the rows that the fiche is tied to: their names, whether a contact is
shown, which commune has merged into which."""

from collections import defaultdict
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from pyroaring import BitMap

from contacts.models import Commune, Contact, Organisation
from gresil.languages import all_columns
from gresil.text import stop_words
from practices.index import forget, index
from practices.models import Audience, PostingList, Practice, Term, ThemeBlock, Topic
from practices.thesaurus import NAME_COLUMNS, lines, phrase_of, token

# Model -> the field of a fiche that leads to it, and what the index takes from it.
TIES: dict[type[Model], tuple[str, list[str]]] = {
    ThemeBlock: ("theme", ["slug", *all_columns("title"), *all_columns("short_title")]),
    Topic: ("topics", ["slug", *all_columns("name")]),
    Audience: ("audiences", ["slug", *all_columns("name")]),
    Organisation: ("organisations", ["slug", "short_name", *all_columns("name")]),
    Contact: (
        "contacts",
        ["name", "display", *all_columns("desk"), *all_columns("role"), *all_columns("department")],
    ),
    Commune: ("communes", ["slug", "successor_id", "canton_id", *all_columns("name")]),
}


def tied_to(instance: Any, before: dict[str, Any] | None = None) -> QuerySet[Practice]:
    """The fiches of which the index says something about `instance`, or said it when that was as `before`."""
    path, _fields = TIES[type(instance)]
    tied: Any = [instance]
    if isinstance(instance, Commune):
        # A fiche is found from what its commune merged from and into, so all of these change together.
        family = {instance.pk, instance.successor_id, (before or {}).get("successor_id")} - {None}
        tied = Commune.objects.filter(Q(pk__in=family) | Q(successor__in=family))
    return Practice.objects.filter(**{f"{path}__in": tied}).distinct().only("pk")


def remember(sender: type[Model], instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Before a save: what the index has of it."""
    if not raw:
        _path, fields = TIES[sender]
        instance.indexed_before = sender._default_manager.filter(pk=instance.pk).values(*fields).first()


def index_tied(sender: type[Model], instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """After a save; fixtures are indexed as a whole once they are loaded."""
    if raw:
        return
    _path, fields = TIES[sender]
    before, now = instance.indexed_before, {field: getattr(instance, field) for field in fields}
    tied = tied_to(instance, before)
    # Asked here only whether there are any: `index` reads them when it is its turn.
    if now != before and tied.exists():
        index(tied)


def remember_tied(instance: Any, **kwargs: Any) -> None:
    instance.tied_before = list(tied_to(instance))


def index_untied(instance: Any, **kwargs: Any) -> None:
    if instance.tied_before:
        index(instance.tied_before)


def names_of(term: Any) -> set[str]:
    return set(lines([getattr(term, column) for column in NAME_COLUMNS]))


def practices_naming(term: Any, names: set[str]) -> list[Practice]:
    """The fiches in which the index knows `term`, and those with all words of one of `names`, as rows to index."""
    wanted = [{word for word in phrase_of(name) if word not in stop_words()} for name in names]
    standing: defaultdict[str, BitMap] = defaultdict(BitMap)
    rows = PostingList.objects.filter(word__in={token(term.pk)}.union(*wanted)).values_list("word", "practices")
    for word, practices in rows:
        standing[word] |= practices
    named = [BitMap.intersection(*(standing[word] for word in words)) for words in wanted if words]
    return [Practice(pk=key) for key in BitMap.union(standing[token(term.pk)], *named)]


@receiver(pre_save, sender=Term)
def remember_names(instance: Term, raw: bool = False, **kwargs: Any) -> None:
    if not raw:
        before = Term.objects.filter(pk=instance.pk).first()
        instance.names_before = names_of(before) if before else set()  # type: ignore[attr-defined]


@receiver(post_save, sender=Term)
def index_named(instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """After a save; fixtures are indexed as a whole once they are loaded."""
    if not raw and (changed := instance.names_before ^ names_of(instance)):
        index(practices_naming(instance, changed))


@receiver(pre_delete, sender=Term)
def remember_named(instance: Any, **kwargs: Any) -> None:
    instance.practices_before = practices_naming(instance, set())


@receiver(post_delete, sender=Term)
def index_unnamed(instance: Any, **kwargs: Any) -> None:
    index(instance.practices_before)


for model in TIES:
    pre_save.connect(remember, sender=model)
    post_save.connect(index_tied, sender=model)
    pre_delete.connect(remember_tied, sender=model)
    post_delete.connect(index_untied, sender=model)


@receiver(pre_delete, sender=Practice)
def forget_practice(instance: Practice, **kwargs: Any) -> None:
    # The row first, then the turn, as whoever saves does: the other way round they would wait for each other.
    list(Practice.objects.select_for_update().filter(pk=instance.pk).values_list("pk"))
    forget([instance])
