"""The figures of several measurements side by side: `python -m bench.table figures.jsonl`."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path


def table(rows: Iterable[dict]) -> str:
    """CPU milliseconds by database and number of practices; the ratio is of the largest library to the smallest."""
    cpu: dict[tuple[str, str, int], float] = {}
    for row in rows:
        cpu[row["name"], row["database"], row["practices"]] = row["cpu"]
    names = list(dict.fromkeys(name for name, _database, _size in cpu))
    databases = list(dict.fromkeys(database for _name, database, _size in cpu))
    sizes = sorted({size for _name, _database, size in cpu})
    head = ["CPU ms", *(f"{database} {size}" for database in databases for size in [*sizes, "ratio"])]
    lines = [head, ["---"] * len(head)]
    for name in names:
        line = [name]
        for database in databases:
            figures = [cpu.get((name, database, size)) for size in sizes]
            line += ["" if figure is None else f"{figure:.2f}" for figure in figures]
            smallest, largest = figures[0], figures[-1]
            line.append(f"{largest / smallest:.1f}" if smallest and largest else "")
        lines.append(line)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(table(json.loads(line) for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()))
