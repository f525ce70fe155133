"""The record is only added to: the database itself refuses to change a row, or to delete one before a year is over."""

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "accounts_recordentry"

# A later migration that makes the table anew on SQLite drops these, and has to call `protect()` again.
PROTECT = {
    "sqlite": [
        f"""CREATE TRIGGER {TABLE}_not_changed BEFORE UPDATE ON {TABLE}
            BEGIN SELECT RAISE(ABORT, 'The record is only added to.'); END""",
        f"""CREATE TRIGGER {TABLE}_not_deleted BEFORE DELETE ON {TABLE} WHEN OLD.at > datetime('now', '-12 months')
            BEGIN SELECT RAISE(ABORT, 'The record is kept for twelve months.'); END""",
        # INSERT OR REPLACE deletes a row without asking the trigger above.
        f"""CREATE TRIGGER {TABLE}_not_replaced BEFORE INSERT ON {TABLE}
            WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)
            BEGIN SELECT RAISE(ABORT, 'The record is only added to.'); END""",  # noqa: S608
    ],
    "postgresql": [
        f"""CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'DELETE' THEN
                    IF OLD.at <= now() - interval '12 months' THEN RETURN OLD; END IF;
                END IF;
                RAISE EXCEPTION 'The record is only added to, and kept for twelve months.'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$""",
        f"""CREATE TRIGGER {TABLE}_not_changed BEFORE UPDATE OR DELETE ON {TABLE}
            FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()""",
        f"""CREATE TRIGGER {TABLE}_not_emptied BEFORE TRUNCATE ON {TABLE}
            FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()""",
    ],
}
UNPROTECT = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {TABLE}_{name}" for name in ("not_changed", "not_deleted", "not_replaced")],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS {TABLE}_not_changed ON {TABLE}",
        f"DROP TRIGGER IF EXISTS {TABLE}_not_emptied ON {TABLE}",
    ],
}


def run(connection: BaseDatabaseWrapper, statements: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)


def protect(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For migrations."""
    run(schema_editor.connection, PROTECT)


def unprotect(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run(schema_editor.connection, UNPROTECT)
