"""What the desk, export and index cost: `python -m bench.staff` measures the library that DATABASE_URL names.

Within this process, without the network. CPU is that of the process: on PostgreSQL the server works beside it, which
only the other clock sees.
"""

import gc
import logging
import math
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.portal import refuse_in_production
from core.changes import batch
from core.languages import target_languages
from practices.models import Practice
from translations import xliff
from translations.models import Translation

Call = Callable[[], None]

# A figure is measured so many times over, and not much longer than so many seconds.
ROUNDS = 6
SECONDS = 20
DESK = {
    "desk, list of practices": ["/admin/practices/practice/", "/admin/practices/practice/?state__exact=published"],
    "desk, search": [f"/admin/practices/practice/?q={words}" for words in ("jardin", "Sprachencafé", "kanner schoul")],
    "desk, list of terms": ["/admin/practices/term/"],
}
# Practices whose translations are exported together.
EXPORTED = 25


@dataclass
class Figure:
    """Milliseconds, for each of `objects` where the work grows with them by its nature."""

    name: str
    cpu: float
    p50: float
    p95: float
    queries: int
    objects: int = 1
    megabytes: int = 0
    """Of memory at most, where it was looked at."""


def measure(name: str, calls: list[Call], objects: int = 1) -> Figure:
    """Each call in turn, so that no answer is one that was just given."""
    cpu, wall, queries = [], [], 0
    for call in calls:
        # This round warms up; recording queries takes time, so it is not measured.
        with CaptureQueriesContext(connection) as captured:
            call()
        queries = max(queries, len(captured))
    start = time.perf_counter()
    for _ in range(ROUNDS):
        for call in calls:
            cpu_before, before = time.process_time(), time.perf_counter()
            call()
            cpu.append(1000 * (time.process_time() - cpu_before) / objects)
            wall.append(1000 * (time.perf_counter() - before) / objects)
        if time.perf_counter() - start > SECONDS:
            break
    p95 = sorted(wall)[math.ceil(0.95 * len(wall)) - 1]
    return Figure(name, statistics.median(cpu), statistics.median(wall), p95, queries, objects)


def get(client: Client, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")
    if response.streaming:
        list(response)


def save(practice: Practice) -> None:
    """What the desk does when somebody has changed a word of the summary and of a section; and not for good."""
    with transaction.atomic():
        with batch():
            for row, field in [(practice, "summary"), (practice.sections.all()[0], "body")]:
                column = f"{field}_{settings.LANGUAGE_CODE}"
                setattr(row, column, f"{getattr(row, column)} zorglub")
                row.save()
        transaction.set_rollback(True)


def pages() -> dict[str, list[Call]]:
    """Name of a figure -> what is to be measured for it."""
    staff = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    user, _created = get_user_model().objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    staff.force_login(user)
    calls: dict[str, list[Call]] = {name: [partial(get, staff, page) for page in some] for name, some in DESK.items()}
    keys = list(Practice.objects.published().order_by("pk").values_list("pk", flat=True))
    practices = Practice.objects.filter(pk__in=keys[:: max(1, len(keys) // 6)][:6])
    calls["saving a practice"] = [partial(save, practice) for practice in practices]
    return calls


def measure_export() -> Figure:
    """Of practices alone: other objects have few texts."""
    language = target_languages()[0]
    of_practices = Translation.objects.filter(language=language, content_type__model="practice")
    keys = list(of_practices.order_by("-pk").values_list("pk", flat=True)[:EXPORTED])

    def export() -> None:
        xliff.write(language, Translation.objects.filter(pk__in=keys).with_units())

    return measure("export, for each practice", [export], len(keys))


def measure_rebuild() -> Figure:
    """In a process of its own, whose memory is looked at."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "manage.py", "rebuild_search", "--verbosity", "0"]
    subprocess.run(command, cwd=settings.BASE_DIR, check=True)  # noqa: S603 - a command of our own
    after, count = resource.getrusage(resource.RUSAGE_CHILDREN), Practice.objects.count()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    wall = 1000 * (time.perf_counter() - start) / count
    return Figure("rebuild, for each practice", 1000 * cpu / count, wall, wall, 0, count, after.ru_maxrss // 1024)


def measure_all() -> list[Figure]:
    refuse_in_production()
    return [*(measure(name, calls) for name, calls in pages().items()), measure_export()]


def main() -> None:
    logging.disable(logging.WARNING)
    # As the worker of gunicorn.conf.py does.
    gc.collect()
    gc.freeze()
    print(f"{connection.vendor}, {Practice.objects.published().count()} practices")
    for figure in [*measure_all(), measure_rebuild()]:
        print(
            f"  {figure.name:<28} CPU {figure.cpu:8.2f} ms   p50 {figure.p50:8.1f} ms   p95 {figure.p95:8.1f} ms"
            f"   {figure.queries:3} queries" + (f"   {figure.megabytes} MB" if figure.megabytes else "")
        )


if __name__ == "__main__":
    main()
