from base64 import b64decode, b64encode
from functools import reduce
from typing import Any, ClassVar

from django.db import models
from pyroaring import BitMap

from gresil.languages import translated
from gresil.text import alphabetically


class NamedQuerySet(models.QuerySet):
    """Rows that have a translated `name`."""

    def by_name(self):
        return self.order_by(alphabetically(translated("name")))


class NaturalKeyManager(models.Manager):
    def get_by_natural_key(self, *values: Any) -> models.Model:
        return self.get(**dict(zip(self.model.natural_key_fields, values, strict=True)))  # type: ignore[attr-defined]


class NaturalKeyModel(models.Model):
    """A row that the fixtures know by its own words: the lookups in `natural_key_fields`, never a number."""

    natural_key_fields: ClassVar[tuple[str, ...]] = ("slug",)

    objects: ClassVar[models.Manager] = NaturalKeyManager()

    class Meta:
        abstract = True

    def natural_key(self) -> tuple:
        return tuple(reduce(getattr, lookup.split("__"), self) for lookup in self.natural_key_fields)


class KeySetField(models.BinaryField):
    """A set of primary keys (below 2**32) as a `BitMap`: a hundred thousand of them take some kilobytes, and are
    intersected with another set in microseconds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": BitMap} | kwargs)

    def from_db_value(self, value: bytes | None, expression: Any, connection: Any) -> BitMap | None:
        return None if value is None else BitMap.deserialize(bytes(value))

    def to_python(self, value: BitMap | str | None) -> BitMap | None:
        return BitMap.deserialize(b64decode(value)) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        keys: BitMap = getattr(obj, self.attname)
        return b64encode(keys.serialize()).decode()

    def get_prep_value(self, value: BitMap | None) -> bytes | None:
        if value is None:
            return None
        value.run_optimize()
        return value.serialize()
