"""The two questions that machines ask."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse

# A database that does not answer holds up a thread of its own, and no visitor. One probe at a time is enough.
SECONDS = 1
probe = ThreadPoolExecutor(max_workers=1, thread_name_prefix="readyz")


def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    """200 when the database answers and is migrated, else 503; no detail, it is for machines."""
    try:
        # SQLite is a file, not a server that may hang.
        is_file = connection.vendor == "sqlite"
        is_ready = is_migrated() if is_file else probe.submit(is_migrated_apart).result(timeout=SECONDS)
    except (Error, TookTooLong):
        is_ready = False
    return HttpResponse(
        "ready\n" if is_ready else "not ready\n", content_type="text/plain", status=200 if is_ready else 503
    )


def is_migrated() -> bool:
    return migrations() <= MigrationRecorder(connection).applied_migrations().keys()


def is_migrated_apart() -> bool:
    """The same, in a thread that keeps no connection."""
    try:
        return is_migrated()
    finally:
        connection.close()


@cache
def migrations() -> frozenset[tuple[str, str]]:
    """(app, name) of every migration of this release."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)
