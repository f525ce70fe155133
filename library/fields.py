from base64 import b64decode, b64encode

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from pyroaring import BitMap


class KeySetField(models.BinaryField):
    """A set of primary keys (below 2**32) as a `BitMap`: a hundred thousand of them take some kilobytes, and are
    intersected with another set in microseconds."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **{"default": BitMap} | kwargs)

    def from_db_value(
        self, value: bytes | None, expression: models.Expression, connection: BaseDatabaseWrapper
    ) -> BitMap | None:
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
