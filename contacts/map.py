"""The map of the communes: what its drawing, `static/img/communes.svg`, knows, and how numbers become shades."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FILE = "img/communes.svg"
# Shade 0 is for communes without a practice, the last one for those with most.
DARKEST = 4


@dataclass(frozen=True)
class Outlines:
    view_box: str
    codes: frozenset[str]
    """LAU codes of the communes that are drawn; the outline of each has the id `c` and its code."""


@dataclass(frozen=True)
class Step:
    """A shade and the numbers that it stands for, `low` to `high`."""

    shade: int
    low: int
    high: int


@dataclass(frozen=True)
class Place:
    commune: Any
    shade: int


@dataclass(frozen=True)
class Drawing:
    view_box: str
    places: list[Place]
    steps: list[Step]


@cache
def outlines() -> Outlines:
    svg = (Path(settings.BASE_DIR) / "static" / FILE).read_text(encoding="utf-8")
    view_box = re.search(r'viewBox="([^"]+)"', svg)
    assert view_box  # noqa: S101 - the file is ours, and a test reads it
    return Outlines(view_box[1], frozenset(re.findall(r'id="c(\d{4})"', svg)))


def steps(counts: Iterable[int]) -> list[Step]:
    """The shades for `counts`, lightest first: the numbers that occur, in at most four groups of like size.

    The highest number always has the darkest shade, so a map of few practices reads as well as one of thousands.
    """
    numbers = sorted({count for count in counts if count > 0})
    groups = min(len(numbers), DARKEST)
    result = [Step(0, 0, 0)]
    for group in range(groups):
        part = numbers[len(numbers) * group // groups : len(numbers) * (group + 1) // groups]
        result.append(Step(DARKEST * (group + 1) // groups, part[0], part[-1]))
    return result


def drawing(communes: Sequence[Any]) -> Drawing:
    """The map of `communes`, each with `code` and `practice_count`; those that are not drawn are left out."""
    drawn = [commune for commune in communes if commune.code in outlines().codes]
    legend = steps(commune.practice_count for commune in communes)
    shades = {number: step.shade for step in legend for number in range(step.low, step.high + 1)}
    places = [Place(commune, shades[commune.practice_count]) for commune in drawn]
    return Drawing(outlines().view_box, places, legend)
