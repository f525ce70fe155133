"""What is derived from the nouns, brought up to date at the end of each batch."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from core.changes import AtEnd, changed, changing, open_batch
from core.models import Version
from practices.models import Practice, Term
from practices.terms import TERMS

# The models of a practice's parts -> the column that leads to it.
PARTS = {
    relation.related_model: relation.field.attname
    for relation in Practice._meta.related_objects
    if relation.one_to_many and relation.related_model._meta.app_label == Practice._meta.app_label
}


def touch(keys: set[int]) -> None:
    """The practice changes with its parts and translations: its date says so to feeds and site map."""
    if not open_batch().is_raw:
        # Not the tracked queryset: this is no change that anything else depends on.
        QuerySet(Practice).filter(pk__in=keys).update(updated_at=timezone.now())


def renew_terms(_keys: set[int]) -> None:
    Version.objects.renew(TERMS)


touching = AtEnd(touch)
renewing_terms = AtEnd(renew_terms)


def practices_of(part: Any, keys: Collection[int]) -> set[int]:
    """Keys of the practices to which these parts belong."""
    return set(part._base_manager.filter(pk__in=keys).order_by().values_list(PARTS[part], flat=True))


def practice_changed(keys: Collection[int], **kwargs: Any) -> None:
    touching.add(keys)


def part_changed(sender: Any, keys: Collection[int], **kwargs: Any) -> None:
    touching.add(practices_of(sender, keys))


def term_changed(keys: Collection[int], **kwargs: Any) -> None:
    renewing_terms.add(keys)


def connect() -> None:
    changed.connect(practice_changed, sender=Practice)
    changed.connect(term_changed, sender=Term)
    for part in PARTS:
        # Before the change too: a part may be deleted, or given to another practice.
        changing.connect(part_changed, sender=part)
        changed.connect(part_changed, sender=part)
