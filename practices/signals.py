"""What is derived from the nouns, brought up to date at the end of each batch."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from core.changes import AtEnd, changed, open_batch, wholes
from core.models import NaturalKeyModel, Version
from practices.models import Practice, Term
from practices.terms import TERMS


def touch(keys: set[int]) -> None:
    """The practice changes with its parts and translations: its date says so to feeds and site map."""
    # Not the tracked queryset: this is no change that anything else depends on.
    QuerySet(Practice).filter(pk__in=keys).update(updated_at=timezone.now())


def renew_terms(_keys: set[int]) -> None:
    Version.objects.renew(TERMS)


touching = AtEnd(touch)
renewing_terms = AtEnd(renew_terms)


def practice_changed(keys: Collection[int], fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    if not open_batch().is_raw and (fields is None or fields - Practice.FIELDS_OF_STATE):
        touching.add(keys)


def term_changed(keys: Collection[int], **kwargs: Any) -> None:
    renewing_terms.add(keys)


def connect() -> None:
    changed.connect(practice_changed, sender=Practice)
    changed.connect(term_changed, sender=Term)
    for relation in Practice._meta.related_objects:
        model: Any = relation.related_model
        # A review is no part of what it is about.
        is_part = issubclass(model, NaturalKeyModel) and model._meta.app_label == Practice._meta.app_label
        if relation.one_to_many and is_part:
            wholes[model] = (Practice, relation.field.attname)
