from array import array
from base64 import b64decode, b64encode

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from pyroaring import BitMap

# Most words stand in few practices: up to this size four bytes for each number are less than a `BitMap`, which never
# begins with this byte.
MOST_PLAIN = 8
PLAIN = b"\0"


def packed(numbers: BitMap) -> bytes:
    if len(numbers) <= MOST_PLAIN:
        return PLAIN + numbers.to_array().tobytes()
    numbers.run_optimize()
    return numbers.serialize()


def unpacked(value: bytes) -> BitMap:
    if value[:1] != PLAIN:
        return BitMap.deserialize(value)
    numbers = array("I")
    numbers.frombytes(value[1:])
    return BitMap(numbers)


class KeySetField(models.BinaryField):
    """A set of primary keys, or of other numbers below 2**32, as a `BitMap`: a hundred thousand of them take some
    kilobytes, and are intersected with another set in microseconds."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **{"default": BitMap} | kwargs)

    def from_db_value(
        self, value: bytes | None, expression: models.Expression, connection: BaseDatabaseWrapper
    ) -> BitMap | None:
        return None if value is None else unpacked(bytes(value))

    def to_python(self, value: BitMap | str | None) -> BitMap | None:
        return unpacked(b64decode(value)) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        return b64encode(packed(getattr(obj, self.attname))).decode()

    def get_prep_value(self, value: BitMap | None) -> bytes | None:
        return None if value is None else packed(value)
