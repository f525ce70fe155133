"""Brings the states of translations up to date at the end of each batch, and locks the units that it changes."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from core.changes import AtEnd, changed, changing, open_batch, wholes
from translations.models import TranslatedUnit, lock_units, record_translations, unit_models

Unit = tuple[type[TranslatedUnit], int]


def record(units: set[Unit]) -> None:
    batch = open_batch()
    keys: defaultdict[type[TranslatedUnit], set[int]] = defaultdict(set)
    for model, key in units:
        keys[model].add(key)
    for model in unit_models():
        record_translations(model, keys[model], by=batch.by)


recording = AtEnd(record)


def unit_changing(sender: type[TranslatedUnit], keys: Collection[int], is_deletion: bool, **kwargs: Any) -> None:
    # What is deleted is locked by its `delete()`.
    if not is_deletion:
        lock_units(sender, keys)


def unit_changed(sender: type[TranslatedUnit], keys: Collection[int], **kwargs: Any) -> None:
    recording.add([(sender, key) for key in keys])


def connect() -> None:
    for model in unit_models():
        changing.connect(unit_changing, sender=model)
        changed.connect(unit_changed, sender=model)
        for related_name in model.translation_parts:
            relation: Any = model._meta.get_field(related_name)
            wholes[relation.related_model] = (model, relation.field.attname)
