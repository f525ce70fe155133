from django.db.backends.base.base import BaseDatabaseWrapper
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
