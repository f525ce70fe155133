"""Whatever changes a text, the states of its translations follow at the end of the batch."""

from collections.abc import Collection
from typing import Any

from core.changes import AtEnd, changed, changing, open_batch
from translations.models import TranslatedUnit, record_translations, unit_models

Unit = tuple[type[TranslatedUnit], int]


def record(units: set[Unit]) -> None:
    batch = open_batch()
    by_model: dict[type[TranslatedUnit], set[int]] = {}
    for model, key in units:
        by_model.setdefault(model, set()).add(key)
    for model in sorted(by_model, key=lambda model: model._meta.label):
        record_translations(model, by_model[model], by=batch.by, is_small_change=batch.is_small_change)


recording = AtEnd(record)


def unit_changed(sender: type[TranslatedUnit], keys: Collection[int], **kwargs: Any) -> None:
    recording.add([(sender, key) for key in keys])


def connect_part(model: type[TranslatedUnit], related_name: str) -> None:
    """The parts of a unit change its texts; before the change too, since a part may be deleted or given away."""
    relation: Any = model._meta.get_field(related_name)
    part, unit = relation.related_model, relation.field.attname

    def part_changed(keys: Collection[int], **kwargs: Any) -> None:
        owners = part._base_manager.filter(pk__in=keys).order_by().values_list(unit, flat=True)
        recording.add([(model, key) for key in owners])

    changing.connect(part_changed, sender=part, weak=False)
    changed.connect(part_changed, sender=part, weak=False)


def connect() -> None:
    for model in unit_models():
        changed.connect(unit_changed, sender=model)
        for related_name in model.translation_parts:
            connect_part(model, related_name)
