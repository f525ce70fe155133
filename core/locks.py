"""Work that one process at a time does, of all that use the database."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


@contextmanager
def only_one(name: str, *, wait: bool) -> Iterator[bool]:
    """Hold the lock `name`; gives whether it is held, which without `wait` it is not while another process has it.

    It is let go of also when the process dies. SQLite has no such lock, so a file beside the database serves.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_{'' if wait else 'try_'}advisory_lock(hashtext(%s))", [name])
            is_held = wait or cursor.fetchone()[0]
            try:
                yield is_held
            finally:
                if is_held:
                    cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
    else:
        with Path(f"{connection.settings_dict['NAME']}.{name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
