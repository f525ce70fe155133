import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.test.signals import setting_changed
from django.utils import translation


def pytest_configure() -> None:
    """Catalogues are compiled first, and Django forgets those that it has read by then."""
    call_command("compile_messages")
    setting_changed.send(pytest_configure, setting="LANGUAGES", value=None, enter=True)


@receiver(connection_created)
def reverse_unordered_queries(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """On SQLite a query without an order answers back to front, so that no page or test leans on the order of rows."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA reverse_unordered_selects = ON")


@pytest.fixture(autouse=True)
def _source_language(settings):
    """Each test begins in the source language, whatever the one before it left."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


def copy_tables(statements: str) -> None:
    """Run `statements` for each `{table}` of the portal and of Django, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            for statement in statements.split(";"):
                cursor.execute(statement.format(table=table))


@pytest.fixture(scope="session")
def restore_content(django_db_setup, django_db_blocker):
    """A function that puts the real content of fixtures/ into the database, in place of all rows.

    Loading the fixtures takes seconds, so each process does it once and keeps a copy of every table. Sequences
    need no care: PostgreSQL's have moved beyond the content for good, SQLite's follow the rows.
    """
    with django_db_blocker.unblock():
        call_command("load_content", verbosity=0)
        copy_tables("DROP TABLE IF EXISTS content_{table}; CREATE TABLE content_{table} AS SELECT * FROM {table}")
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)

    def restore() -> None:
        # Foreign keys are checked at the end of a transaction, so the order of the tables does not matter.
        copy_tables("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM content_{table}")
        ContentType.objects.clear_cache()

    return restore


@pytest.fixture
def content(db, restore_content):
    """The real content, for one test."""
    restore_content()
    yield
    ContentType.objects.clear_cache()


@pytest.fixture
def staff(db, client):
    """A member of staff, signed in."""
    user = get_user_model().objects.create_superuser("staff", password="a password of staff")
    client.force_login(user)
    return user
