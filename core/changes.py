"""Changes of rows, however they are made, and what is done once at the end of all of them.

Every model of the portal derives from `NaturalKeyModel`. Whatever way Django offers to change its rows, two signals
tell of it: `changing` before and `changed` after. What is derived from the rows (states of translation, the search
index) is brought up to date by an `AtEnd`: once, at the end of the batch, in the transaction of the change.
"""

import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import ManyToManyField, Model, TextChoices
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

# Sent with the model as `sender` and the primary keys of its rows as `keys`; `changing` also says whether they are
# deleted, and `changed` the `fields` that were written, or None where it may be any. A change of a many-to-many
# relation is a change of the rows of the model that declares it.
changing = Signal()
changed = Signal()

works: list["AtEnd"] = []

# Model of parts -> the model of what they are parts of, and the column that leads there. A change of a part is told as
# one of the whole, too. The apps add theirs when they start.
wholes: dict[type[Model], tuple[type[Model], str]] = {}


class How(TextChoices):
    """The ways on which changes are made."""

    FORM = "form", _("in the form")
    DESK = "desk", _("at the translator’s desk")
    IMPORT = "import", _("by an import")
    LIST = "list", _("from the list")
    RESTORE = "restore", _("an earlier version restored")
    BIN = "bin", _("through the bin")
    COMMAND = "command", _("by a program")


class AtEnd:
    """Work for the end of a batch: `function` is called once, with all keys that were added until then. Several works
    are done in the order in which they were created, which is the order of the floors; one with a `turn` after those
    of a lower one."""

    def __init__(self, function: Callable[[set], None], *, turn: int = 0) -> None:
        self.function = function
        self.turn = turn
        works.append(self)

    def add(self, keys: Collection) -> None:
        if keys:
            open_batch().keys.setdefault(self, set()).update(keys)


class Batch:
    def __init__(self, by: Any = None, is_raw: bool = False, how: How | None = None) -> None:
        self.by = by or state.by
        """The member of staff who makes the changes; None for a command."""
        self.how = how or state.how
        self.is_raw = is_raw
        """Whether the rows come from a fixture, which knows when they were changed."""
        self.keys: dict[AtEnd, set] = {}
        self.before: dict[Any, Any] = {}
        """What listeners of `changing` remember for the end."""
        self.locked: set[tuple[type[Model], int]] = set()
        """Model and key of the rows that need not be locked again."""
        self.read: dict[tuple[type[Model], int], Model] = {}
        """Model and key -> row with parts, as one work read it at the end, so that a later one need not."""

    def finish(self) -> None:
        # A work may add keys to one that comes after it.
        while self.keys:
            work = min(self.keys, key=lambda work: (work.turn, works.index(work)))
            work.function(self.keys.pop(work))


class State(threading.local):
    batch: Batch | None = None
    single: Batch | None = None
    """Of a change outside any batch, between `changing` and `changed`."""
    by: Any = None
    how = How.COMMAND
    """Who makes changes, and how, where a batch does not say."""


state = State()


@contextmanager
def acting(by: Any, how: How) -> Iterator[None]:
    """Within it every batch is made by `by`, unless it says something else."""
    before = state.by, state.how
    # What is left of a change that failed half way belongs to somebody else.
    state.by, state.how, state.single = by, how, None
    try:
        yield
    finally:
        state.by, state.how = before
        state.single = None


def open_batch() -> Batch:
    """The batch that this change belongs to."""
    if state.batch:
        return state.batch
    state.single = state.single or Batch()
    return state.single


@contextmanager
def batch(by: Any = None, *, is_raw: bool = False, how: How | None = None) -> Iterator[Batch]:
    """A transaction at whose end the derived data of all rows changed in it is brought up to date.

    Within another batch it belongs to that one.
    """
    if state.batch:
        yield state.batch
        return
    with transaction.atomic():
        state.batch = Batch(by, is_raw, how)
        try:
            yield state.batch
            state.batch.finish()
        finally:
            state.batch = None


@contextmanager
def passing() -> Iterator[None]:
    """Within it, in a batch, rows change for a moment: who makes these changes takes them back. No version is kept of
    them, and no date moves."""
    current = open_batch()
    before, current.is_raw = current.is_raw, True
    try:
        yield
    finally:
        current.is_raw = before


def whole_of(model: type[Model], keys: Collection) -> tuple[type[Model], set]:
    """The model of what these parts are parts of now, and the keys of its rows."""
    whole, column = wholes[model]
    return whole, set(model._base_manager.filter(pk__in=keys).order_by().values_list(column, flat=True))


def tell_changing(model: type[Model], keys: Collection, *, is_deletion: bool = False) -> None:
    if keys:
        changing.send(model, keys=keys, is_deletion=is_deletion)
        if model in wholes:
            whole, before = whole_of(model, keys)
            tell_changing(whole, before)
            # Before the change too: a part may be deleted, or given to another whole.
            changed.send(whole, keys=before)


def tell_adding(rows: Collection[Model]) -> None:
    """That these rows are about to be created: if they are parts, their wholes change."""
    if rows and (model := type(next(iter(rows)))) in wholes:
        whole, column = wholes[model]
        tell_changing(whole, {key for row in rows if (key := getattr(row, column))})


def tell_changed(model: type[Model], keys: Collection, fields: frozenset[str] | None = None) -> None:
    if keys:
        changed.send(model, keys=keys, fields=fields)
        if model in wholes:
            whole, after = whole_of(model, keys)
            changed.send(whole, keys=after)
    if not state.batch and (single := state.single):
        # Django's own transaction around a change of a many-to-many relation is still open.
        state.single, state.batch = None, single
        try:
            single.finish()
        finally:
            state.batch = None


def listen_to(model: type[Model]) -> None:
    """Tell of changes of `model`, one row at a time, and of its many-to-many relations."""

    def before(sender: type[Model], instance: Model, signal: Signal, **kwargs: Any) -> None:
        if instance.pk is not None:
            tell_changing(model, {instance.pk}, is_deletion=signal is pre_delete)
        if instance._state.adding:
            tell_adding([instance])

    def after(sender: type[Model], instance: Model, update_fields: frozenset | None = None, **kwargs: Any) -> None:
        tell_changed(model, {instance.pk}, update_fields)

    for signal in (pre_save, pre_delete):
        signal.connect(before, sender=model, weak=False)
    for signal in (post_save, post_delete):
        signal.connect(after, sender=model, weak=False)
    for field in model._meta.local_many_to_many:
        listen_to_relation(model, field)


def listen_to_relation(model: type[Model], field: ManyToManyField) -> None:
    through: Any = field.remote_field.through
    owner = field.m2m_field_name()

    def relation_changed(
        sender: type[Model], instance: Any, action: str, reverse: bool, pk_set: set | None, **kwargs: Any
    ) -> None:
        if not reverse:
            keys: set = {instance.pk}
        elif pk_set is not None:
            keys = set(pk_set)
        elif action == "pre_clear":
            others = through._base_manager.filter(**{field.m2m_reverse_field_name(): instance.pk})
            keys = instance.cleared_keys = set(others.values_list(f"{owner}_id", flat=True))
        else:
            keys = instance.cleared_keys
        (tell_changing if action.startswith("pre") else tell_changed)(model, keys)

    # Django tells nothing of the rows of its own tables between two models: use `add()`, `set()` and their like.
    m2m_changed.connect(relation_changed, sender=through, weak=False)
