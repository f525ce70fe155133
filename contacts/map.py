"""The map of the communes: what its drawing, `static/img/communes.svg`, knows, and how numbers become shades."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from django.conf import settings

FILE = "img/communes.svg"
# Shade 0 is for communes without a practice, the last one for those with most.
DARKEST = 4
# Around the outline of a single commune, for the width of its line.
RIM = 3


@dataclass(frozen=True)
class Outlines:
    view_box: str
    boxes: dict[str, str]
    """LAU code of each commune that is drawn -> the part of the drawing that it fills, as a viewBox with a small rim.
    Its outline has the id `c` and its code, its hatching `h` and its code, a point well inside `p` and its code."""
    centres: dict[str, tuple[float, float]]
    """LAU code -> that point, in units of the drawing: x to the right, y down."""
    chief_towns: dict[str, tuple[float, float]]
    """LAU code of each canton -> where its chief town lies. The borders of the cantons have the id `cantons`."""


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
class Label:
    canton: Any
    x: float
    y: float


@dataclass(frozen=True)
class Drawing:
    view_box: str
    places: list[Place]
    steps: list[Step]
    labels: list[Label]
    """Of the cantons, at their chief towns."""
    has_local: bool
    has_regional: bool


@cache
def outlines() -> Outlines:
    svg = (Path(settings.BASE_DIR) / "static" / FILE).read_text(encoding="utf-8")
    view_box = re.search(r'viewBox="([^"]+)"', svg)
    assert view_box  # noqa: S101 - the file is ours, and a test reads it
    boxes = {code: box_of(path) for code, path in re.findall(r'id="c(\d{4})" d="([^"]+)"', svg)}

    def points(kind: str) -> dict[str, tuple[float, float]]:
        found = re.findall(rf'id="{kind}(\d+)" cx="(\d+)" cy="(\d+)"', svg)
        return {code: (int(x), int(y)) for code, x, y in found}

    return Outlines(view_box[1], boxes, points("p"), points("k"))


def box_of(path: str) -> str:
    """The viewBox around `path`, rings of whole numbers like `M249 822l-6-1-3-4z`, with a rim."""
    xs: list[int] = []
    ys: list[int] = []
    for ring in path.split("z"):
        numbers = [int(number) for number in re.findall(r"-?\d+", ring)]
        xs += accumulate(numbers[0::2])
        ys += accumulate(numbers[1::2])
    left, top = min(xs) - RIM, min(ys) - RIM
    return f"{left} {top} {max(xs) + RIM - left} {max(ys) + RIM - top}"


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
    """The map of `communes`, each counted by `Library.count_practices()`; those that are not drawn are left out."""
    drawn = [commune for commune in communes if commune.code in outlines().boxes]
    legend = steps(commune.practice_count for commune in communes)
    shades = {number: step.shade for step in legend for number in range(step.low, step.high + 1)}
    places = [Place(commune, shades[commune.practice_count]) for commune in drawn]
    cantons = {commune.canton.code: commune.canton for commune in drawn}
    towns = outlines().chief_towns
    return Drawing(
        outlines().view_box,
        places,
        legend,
        [Label(canton, *towns[code]) for code, canton in cantons.items() if code in towns],
        any(commune.local_count for commune in drawn),
        any(commune.regional_count for commune in drawn),
    )
