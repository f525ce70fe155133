from collections.abc import Iterator, Sequence
from typing import TypeVar

Row = TypeVar("Row")


def in_chunks(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """`rows` in parts of at most `size`: a statement takes only so many values, and memory only so many objects."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
