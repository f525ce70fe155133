"""What the public sees has one version, renewed in the transaction of every write that may be seen.

Every statement goes through `renew_with_writes`, so nobody has to remember this: a table of the portal is seen by the
public unless its model says `is_public = False`. Pages and pieces of pages are kept for one version; see `core.pages`.
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from weakref import WeakSet
from zlib import crc32

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from core.changes import AtEnd, state
from core.models import Version, known_versions

# The version of all that the public sees.
PUBLIC = "public"

READS = re.compile(
    r"\W*(SELECT|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|PRAGMA|EXPLAIN|SET|SHOW|VALUES|FETCH|DECLARE)\b"
)
# Tables are made and changed by migrations, after which the version is renewed.
DEFINITIONS = re.compile(r"\W*(CREATE|ALTER|DROP|COMMENT|ANALYZE|VACUUM|REINDEX|LOCK)\b")
WRITE_TO_A_TABLE = re.compile(r'\W*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM|TRUNCATE) "?(\w+)')


@cache
def public_tables() -> frozenset[str]:
    """The tables of the portal's own apps, without those of models that say `is_public = False`."""
    models = apps.get_models(include_auto_created=True)
    return frozenset(
        model._meta.db_table
        for model in models
        if Path(model._meta.app_config.path).parent == settings.BASE_DIR and getattr(model, "is_public", True)
    )


def writes_for_the_public(sql: str) -> bool:
    """Whether a statement may change what the public sees; of an unknown kind of statement we assume so."""
    if READS.match(sql) or DEFINITIONS.match(sql):
        return False
    write = WRITE_TO_A_TABLE.match(sql)
    return not write or write[1] in public_tables()


def renew(_keys: object = None) -> None:
    Version.objects.renew(PUBLIC)


renewing = AtEnd(renew, turn=2)


def renew_with_writes(execute: Callable, sql: Any, params: Any, many: bool, context: dict) -> Any:
    """Wraps every statement. In a batch the version is renewed at its end; else at once, in the same transaction."""
    if not writes_for_the_public(str(sql)) or migrations.are_running:
        return execute(sql, params, many, context)
    if state.batch or state.single:
        renewing.add([PUBLIC])
        return execute(sql, params, many, context)
    if context["connection"].in_atomic_block:
        renew()
        return execute(sql, params, many, context)
    # SQLite cannot end a transaction before the keys of new rows are fetched, and says so: save these in a batch.
    with transaction.atomic():
        renew()
        return execute(sql, params, many, context)


class Migrations:
    """While they run the table of versions may not be there yet."""

    are_running = False

    def begin(self, **kwargs: Any) -> None:
        self.are_running = True

    def end(self, **kwargs: Any) -> None:
        if self.are_running:
            self.are_running = False
            if Version._meta.db_table in connection.introspection.table_names():
                renew()


migrations = Migrations()


def watch(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Receives `connection_created`."""
    if renew_with_writes not in connection.execute_wrappers:
        connection.execute_wrappers.append(renew_with_writes)


SELECT_PUBLIC = f"SELECT token FROM {Version._meta.db_table} WHERE name = '{PUBLIC}'"  # noqa: S608
SELECT_ALL = f"SELECT name, token FROM {Version._meta.db_table}"  # noqa: S608
# After a database did not answer, no request tries again for so many seconds.
PAUSE = 0.5


class Reader:
    """Reads versions for each request, and so is the first to notice that the database is away."""

    pause_ends = 0.0
    latest: UUID | None = None
    """The public version read last."""
    read_at = 0.0

    def rows(self, statement: str) -> list[tuple]:
        """Raises OperationalError or InterfaceError while the database does not answer.

        Not through Django's cursor, which first asks whether a connection still answers: this tells just that.
        """
        if time.monotonic() < self.pause_ends:
            raise OperationalError("The database did not answer a moment ago.")
        try:
            try:
                return self.ask(statement)
            except (OperationalError, InterfaceError):
                # A connection that was kept may have ended with a database that is back by now.
                if connection.in_atomic_block:
                    raise
                connection.close()
                return self.ask(statement)
        except (OperationalError, InterfaceError):
            self.pause_ends = time.monotonic() + PAUSE
            raise

    def ask(self, statement: str) -> list[tuple]:
        connection.ensure_connection()
        with connection.wrap_database_errors:
            if connection.vendor == "postgresql":
                return ask_postgresql(connection.connection, statement)
            return connection.connection.execute(statement).fetchall()

    def public(self) -> UUID | None:
        """None before anything was written."""
        rows = self.rows(SELECT_PUBLIC)
        self.latest, self.read_at = as_uuid(rows[0][0]) if rows else None, time.monotonic()
        return self.latest

    def all(self) -> dict[str, UUID]:
        """Name -> token."""
        tokens = {name: as_uuid(token) for name, token in self.rows(SELECT_ALL)}
        self.latest, self.read_at = tokens.get(PUBLIC), time.monotonic()
        return tokens


# Connections that know a statement.
prepared: defaultdict[str, WeakSet[psycopg.Connection]] = defaultdict(WeakSet)


def ask_postgresql(to: psycopg.Connection, statement: str) -> list[tuple]:
    """Rows of texts. By libpq itself, and planned once: a cursor takes three times as long, and every request asks."""
    name = b"version_%08x" % crc32(statement.encode())
    if to not in prepared[statement]:
        checked(to, to.pgconn.prepare(name, statement.encode()))
        prepared[statement].add(to)
    result = checked(to, to.pgconn.exec_prepared(name, []))
    rows, columns = range(result.ntuples), range(result.nfields)
    return [tuple((result.get_value(row, column) or b"").decode() for column in columns) for row in rows]


def checked(to: psycopg.Connection, result: PGresult) -> PGresult:
    if to.pgconn.status != ConnStatus.OK:
        raise psycopg.OperationalError("The connection has ended.")
    if result.status not in {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}:
        raise error_from_result(result)
    return result


def as_uuid(token: UUID | str) -> UUID:
    """SQLite has no type for them."""
    return token if isinstance(token, UUID) else UUID(token)


reader = Reader()


@contextmanager
def knowing(tokens: Mapping[str, UUID]) -> Iterator[None]:
    """Within it `Version.objects.current()` asks no database."""
    before = known_versions.set(tokens)
    try:
        yield
    finally:
        known_versions.reset(before)
