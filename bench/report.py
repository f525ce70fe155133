"""The figures as tables, and what was to be reached."""

import datetime
import os
import platform
import re
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import django

from bench.load import Load
from gresil.settings import BASE_DIR

DOCUMENT = BASE_DIR / "docs" / "performance.md"
# What stands between them in the document is written by this module.
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"

CONSTANT, BARE, ANEW, CHANGED, KEPT, REVALIDATED = CASES = [
    "constant",
    "bare",
    "anew",
    "after a change",
    "kept",
    "revalidated",
]
# What was to be reached: CPU of a page made anew as a multiple of the bare one, with so many practices.
MOST_TIMES_BARE = {"library": 2.0, "filter": 2.0, "search": 3.0, "fiche": 2.5}
SIZE_OF_TIMES_BARE = 10_000
# Requests a second as a part of those of the constant page, at so many connections.
LEAST_OF_CONSTANT = {KEPT: 0.6, REVALIDATED: 0.8}
CONNECTIONS_OF_CONSTANT = 64
# CPU of a page made anew, as a multiple of the same page with the fewest practices.
MOST_GROWTH = {10_000: 1.5, 100_000: 3.0}
# Kilobytes that a first visit transfers.
MOST_KILOBYTES, MOST_KILOBYTES_OF = 30, {"library": 40}


class Case(NamedTuple):
    """What was measured: a page in one of CASES, in a library of `size` practices."""

    size: int
    page: str
    name: str


@dataclass
class Figures:
    """A list has one figure for each round; the same place in two lists was measured at nearly the same time."""

    cpu: dict[Case, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Milliseconds of a request."""
    load: dict[tuple[Case, int], list[Load]] = field(default_factory=lambda: defaultdict(list))
    """Case and number of connections -> what wrk said."""
    first_view: dict[tuple[int, str], float] = field(default_factory=dict)
    """Size and page -> kilobytes; empty where pages and files are not those of production."""

    @property
    def sizes(self) -> list[int]:
        return sorted({case.size for case in self.cpu})

    @property
    def pages(self) -> list[str]:
        return list(dict.fromkeys(case.page for case in self.cpu))

    def times(self, case: Case, other: Case) -> float | None:
        """CPU of one as a multiple of the other's."""
        return ratio(self.cpu.get(case), self.cpu.get(other))

    def of_constant(self, case: Case) -> float | None:
        """Requests a second as a part of those of the constant page."""
        mine, constant = (
            [load.per_second for load in self.load.get((some, CONNECTIONS_OF_CONSTANT), [])]
            for some in (case, case._replace(name=CONSTANT))
        )
        return ratio(mine, constant)


def ratio(some: list[float] | None, others: list[float] | None) -> float | None:
    """The median over the rounds; None where one of them was not measured."""
    pairs = zip(some or [], others or [], strict=False)
    return statistics.median(ratios) if (ratios := [one / other for one, other in pairs]) else None


@dataclass(frozen=True)
class Target:
    name: str
    figure: float
    """The worst one."""
    page: str
    """Whose figure that is."""
    most: float | None = None
    least: float | None = None

    @property
    def is_reached(self) -> bool:
        return self.figure <= self.most if self.most is not None else self.figure >= self.least

    def __str__(self) -> str:
        bound = f"at most {self.most:g}" if self.most is not None else f"at least {self.least:g}"
        return f"| {self.name} | {bound} | {self.figure:.2f} ({self.page}) | {'yes' if self.is_reached else 'no'} |"


def targets(figures: Figures) -> Iterator[Target]:
    """Those of which something was measured."""
    pages, smallest = figures.pages, figures.sizes[0]
    for page, most in MOST_TIMES_BARE.items():
        anew = Case(SIZE_OF_TIMES_BARE, page, ANEW)
        for figure, worst in worst_of(max, {page: figures.times(anew, anew._replace(name=BARE))}):
            yield Target(f"CPU made anew, times the bare view, {anew.size:,} practices", figure, worst, most=most)
    for size in figures.sizes:
        for name, least in LEAST_OF_CONSTANT.items():
            found = {page: figures.of_constant(Case(size, page, name)) for page in pages}
            for figure, worst in worst_of(min, found):
                what = f"Requests a second {name}, part of the constant page’s, {size:,} practices"
                yield Target(what, figure, worst, least=least)
    for size, most in MOST_GROWTH.items():
        found = {
            page: figures.times(Case(size, page, ANEW), Case(smallest, page, ANEW)) for page in pages if size > smallest
        }
        for figure, worst in worst_of(max, found):
            yield Target(f"CPU made anew, {size:,} practices times {smallest:,}", figure, worst, most=most)
    for most in [*MOST_KILOBYTES_OF.values(), MOST_KILOBYTES]:
        found = {
            page: kilobytes
            for (_size, page), kilobytes in figures.first_view.items()
            if MOST_KILOBYTES_OF.get(page, MOST_KILOBYTES) == most
        }
        for figure, worst in worst_of(max, found):
            yield Target("Kilobytes of a first view", figure, worst, most=most)


def worst_of(choose, figures: dict[str, float | None]) -> Iterator[tuple[float, str]]:
    """The figure that `choose` takes, with its page; nothing where nothing was measured."""
    known = [(figure, page) for page, figure in figures.items() if figure is not None]
    if known:
        yield choose(known)


def progress(figures: Figures, page: str) -> str:
    """CPU milliseconds of a page, for those who wait."""

    def of_size(size: int) -> str:
        cases = [name for name in CASES if Case(size, page, name) in figures.cpu]
        medians = (f"{name} {statistics.median(figures.cpu[Case(size, page, name)]):.2f}" for name in cases)
        return f"{page} at {size:,}: {', '.join(medians)}"

    return "\n".join(map(of_size, figures.sizes))


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cpu_table(figures: Figures, size: int) -> str:
    def row(page: str) -> list[str]:
        times = figures.times(Case(size, page, ANEW), Case(size, page, BARE))
        cells = {name: spread(figures.cpu.get(Case(size, page, name))) for name in CASES}
        return [page, *cells.values(), f"{times:.1f}" if times else "", kilobytes_of(figures, size, page)]

    return table(["CPU ms", *CASES, "anew / bare", "first view, kB"], map(row, figures.pages))


def kilobytes_of(figures: Figures, size: int, page: str) -> str:
    kilobytes = figures.first_view.get((size, page))
    return f"{kilobytes:.1f}" if kilobytes else ""


def spread(rounds: list[float] | None) -> str:
    """The median of the rounds, and half of what lies between the smallest and the largest."""
    return f"{statistics.median(rounds):.2f} ±{(max(rounds) - min(rounds)) / 2:.2f}" if rounds else ""


def load_table(figures: Figures, size: int) -> str:
    connections = sorted({number for _case, number in figures.load})

    def rows() -> Iterator[list[str]]:
        for page in figures.pages:
            for case in (Case(size, page, name) for name in CASES):
                if not all(figures.load.get((case, number)) for number in connections):
                    continue
                part = figures.of_constant(case)
                cells = [loads(figures.load[case, number]) for number in connections]
                yield [f"{page}, {case.name}", *cells, f"{part:.2f}" if part else ""]

    head = [f"at {number}: a second, p50, p99 ms" for number in connections]
    return table(["", *head, "/ constant"], rows())


def loads(rounds: list[Load]) -> str:
    per_second, p50, p99 = (
        statistics.median(getattr(one, name) for one in rounds) for name in ("per_second", "p50", "p99")
    )
    return f"{per_second:.0f}, {p50:.1f}, {p99:.1f}" if per_second else "none"


def tables(figures: Figures, database: str) -> str:
    """Everything, as Markdown."""
    reached = ["| to be reached | bound | worst figure | reached |", "|---|---|---|---|", *map(str, targets(figures))]
    parts = [circumstances(database), "\n".join(reached)]
    for size in figures.sizes:
        parts += [f"### {size:,} practices", cpu_table(figures, size), load_table(figures, size)]
    return "\n\n".join(parts)


def circumstances(database: str) -> str:
    """Commit, date, machine."""
    git = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(git, cwd=BASE_DIR, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    processor = re.findall(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return (
        f"Commit {commit or 'unknown'}, {today:%d.%m.%Y}, {database}, Python {platform.python_version()}, Django"
        f" {django.__version__}; {os.cpu_count()} processors ({processor[0] if processor else platform.machine()}),"
        f" load {os.getloadavg()[2]:.1f}."
    )


def write(text: str) -> None:
    before, _begin, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    _old, _end, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
