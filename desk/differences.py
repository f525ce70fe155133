"""What differs between two versions of an object, in the reader's language."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.core import serializers
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Model
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from reversion.models import Version

from core.changes import wholes
from core.text import plain, word_difference
from desk.history import plain_relations

# Of a row without a form of its own, what is told although no form shows it.
SHOWN_ALTHOUGH_FIXED = {"deleted_at"}
NOT_SHOWN = {"position"}


@dataclass(frozen=True)
class Row:
    """What a version holds of one row."""

    model: type[Model]
    key: str
    data: str
    fields: Mapping[str, Any]

    @property
    def label(self) -> str:
        """As the row is called today, in the reader's language: "Section: Costs"."""
        kind = capfirst(self.model._meta.verbose_name)
        try:
            [found] = serializers.deserialize("json", self.data, ignorenonexistent=True)
            return f"{kind}: {found.object}"
        except (ObjectDoesNotExist, serializers.base.DeserializationError):
            return str(kind)


Rows = dict[tuple[type[Model], str], Row]


def rows_of(versions: Iterable[Version]) -> Rows:
    rows = {}
    for version in versions:
        model = version._model
        # A version outlives the release that made it.
        if model is not None:
            fields = json.loads(version.serialized_data)[0]["fields"]
            rows[model, version.object_id] = Row(model, version.object_id, version.serialized_data, fields)
    return rows


@dataclass(frozen=True)
class Change:
    """Of one field."""

    label: str
    language: str = ""
    pieces: list[tuple[str, str]] | None = None
    """Of a text, word by word."""
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class RowChange:
    label: str
    """Empty for the object itself."""
    is_new: bool = False
    is_gone: bool = False
    changes: list[Change] = field(default_factory=list)


class Names:
    """Of rows that are pointed to; each is asked for once."""

    def __init__(self) -> None:
        self.of = cache(self.read)

    def read(self, model: Any, key: Any) -> str:
        row = model._base_manager.filter(pk=key).first()
        return str(row) if row else _("something that is gone")


def differences(before: Rows, after: Rows, whole: tuple[type[Model], str]) -> list[RowChange]:
    """From `before` to `after`: of the object `whole` first, then of its parts."""
    names, found = Names(), []
    order = [whole, *(key for key in [*after, *before] if key != whole)]
    for key in dict.fromkeys(order):
        old, new = before.get(key), after.get(key)
        model = key[0]
        is_only_told = hasattr(model, "shown_in_history")
        if old and new:
            if changes := list(changed_fields(old, new, names)):
                found.append(RowChange("" if key == whole else new.label, changes=changes))
        elif key == whole or is_only_told:
            continue
        elif new:
            found.append(RowChange(new.label, is_new=True))
        elif old:
            found.append(RowChange(old.label, is_gone=True))
    return found


def shown_fields(model: type[Model]) -> list[models.Field]:
    told = getattr(model, "shown_in_history", None)
    whole_column = wholes[model][1] if model in wholes else ""
    return [
        column
        for column in [*model._meta.concrete_fields, *plain_relations(model)]
        if not column.primary_key
        and column.attname != whole_column
        and (column.name in told if told else column.editable or column.name in SHOWN_ALTHOUGH_FIXED)
        and column.name not in NOT_SHOWN
    ]


def changed_fields(old: Row, new: Row, names: Names) -> Iterable[Change]:
    languages = dict(settings.LANGUAGES)
    for column in shown_fields(new.model):
        before, after = old.fields.get(column.name), new.fields.get(column.name)
        if before == after or (not before and not after and not isinstance(before or after, bool | int)):
            continue
        original = getattr(column, "translated_field", None)
        label = capfirst(str((original or column).verbose_name))
        language = languages.get(getattr(column, "language", ""), "") if original is not None else ""
        if isinstance(original or column, models.TextField | models.CharField) and not column.choices:
            yield Change(label, language, pieces=word_difference(plain(before or ""), plain(after or "")))
        elif isinstance(column, models.ManyToManyField):
            gone, came = set(before or ()) - set(after or ()), set(after or ()) - set(before or ())
            pieces = [("removed", names.of(column.related_model, key)) for key in sorted(gone)]
            pieces += [("added", names.of(column.related_model, key)) for key in sorted(came)]
            if pieces:
                yield Change(label, pieces=pieces)
        else:
            yield Change(label, before=in_words(column, before, names), after=in_words(column, after, names))


def in_words(column: Any, value: Any, names: Names) -> str:
    if value is None or value == "":
        return _("empty")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    if column.is_relation:
        return names.of(column.related_model, value)
    value = column.to_python(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(column, models.DateTimeField):
        return formats.date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(column, models.DateField):
        return formats.date_format(value, "SHORT_DATE_FORMAT")
    return str(formats.localize(value))
