import json

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.lookups import StartsWith
from django.db.models.sql.compiler import SQLCompiler


class Begins(StartsWith):
    """As `startswith`, by an index on both databases: SQLite has none for the LIKE that Django writes."""

    lookup_name = "begins"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple]:
        sql, params = StartsWith(self.lhs, self.rhs).as_sql(compiler, connection)
        return sql, tuple(params)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple]:
        column, params = self.process_lhs(compiler, connection)
        beginning = str(self.rhs)
        return f"({column} >= %s AND {column} < %s)", (*params, beginning, *params, beginning + chr(0x10FFFF))


class Among(Lookup):
    """As `in`, for a set of keys of any size: it is one value of the statement instead of thousands."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*params, list(self.rhs))

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple]:
        column, params = self.process_lhs(compiler, connection)
        # No part of it comes from a visitor.
        sql = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608
        return sql, (*params, json.dumps(list(self.rhs)))
