import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from django.test import Client
from django.test.signals import setting_changed
from django.utils import translation

from accounts import append_only
from core.pages import memory
from core.templatetags.core_tags import kept_for_good
from practices.models import Practice
from tests.servers import mail_server


def pytest_configure() -> None:
    """Catalogues are compiled first, and Django forgets those that it has read by then."""
    # The hash of a password takes 0.3 s, so that nobody can try many. Each test with a member of staff paid for it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Processes of tests share no pages.
    settings.CACHES["pages"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages"}
    call_command("compile_messages")
    setting_changed.send(pytest_configure, setting="LANGUAGES", value=None, enter=True)


def delete_all_rows(delete: Callable[[], Any]) -> Any:
    """Call `delete`, which empties all tables. In production the database refuses that for the record."""
    if append_only.TABLE not in connection.introspection.table_names():
        return delete()
    append_only.run(connection, append_only.UNPROTECT)
    try:
        return delete()
    finally:
        append_only.run(connection, append_only.PROTECT)


flush = BaseDatabaseOperations.execute_sql_flush
BaseDatabaseOperations.execute_sql_flush = lambda *args: delete_all_rows(lambda: flush(*args))


@receiver(connection_created)
def reverse_unordered_queries(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """On SQLite a query without an order answers back to front, so that no page or test leans on the order of rows."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA reverse_unordered_selects = ON")
            cursor.execute("PRAGMA synchronous = OFF")  # the file is thrown away


@pytest.fixture(autouse=True)
def _source_language(settings):
    """Each test begins in the source language, whatever the one before it left."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def _no_page_is_kept():
    """A test may change what no version knows of, such as the number of rows on a page."""
    memory.clear()
    caches["pages"].clear()
    kept_for_good.clear()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The real content has a database of its own: it is chosen first, before a transaction begins in one of them."""
    for item in items:
        names = getattr(item, "fixturenames", [])
        if "content" in names and names[0] != "content":
            names[:0] = ["content", "db"]


@contextmanager
def unmeasured() -> Iterator[None]:
    """Without measuring what is covered, which doubles the time. (`no_cover` of pytest-cov is deaf to pytest-xdist.)"""
    trace, trace_of_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(trace)
        threading.settrace(trace_of_threads)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    with unmeasured() if item.get_closest_marker("repeats") else nullcontext():
        return (yield)


def use_database(name: str) -> None:
    """All that follows asks the database `name`."""
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()


def copy_tables(statements: str) -> None:
    """Run `statements` for each `{table}` of the portal and of Django, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            for statement in statements.split(";"):
                cursor.execute(statement.format(table=table))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite in a file, as the portal has it. One in memory has a single connection: the threads of a live server share
    it, and wait for each other for ever when one of them sorts by our collation."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def databases(django_db_setup, django_db_blocker):
    """The names of two databases: the empty one of most tests, and one with the real content of fixtures/.

    Loading the fixtures takes seconds, so each process does it once and keeps a copy of every table.
    """
    with django_db_blocker.unblock():
        creation, empty = connection.creation, connection.settings_dict["NAME"]
        full = creation.get_test_db_clone_settings("content")["NAME"]
        connection.close()
        creation.clone_test_db("content", verbosity=0, autoclobber=True)
        use_database(full)
        with unmeasured():
            call_command("load_content", verbosity=0)
        copy_tables("CREATE TABLE content_{table} AS SELECT * FROM {table}")
        use_database(empty)
        yield empty, full
        use_database(empty)
        creation.destroy_test_db(suffix="content", verbosity=0)


@pytest.fixture
def content(databases, django_db_blocker):
    """The real content, for one test."""
    empty, full = databases
    with django_db_blocker.unblock():
        use_database(full)
        yield
        # Django empties all tables after a test without a transaction. Foreign keys are checked at the end of ours, so
        # the order of the tables does not matter.
        if not Practice.objects.exists():
            statements = "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM content_{table}"
            delete_all_rows(lambda: copy_tables(statements))
        use_database(empty)


@pytest.fixture
def smtp(settings):
    """What a mail server got, to which the portal sends for the time of a test."""
    with mail_server() as (port, messages):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield messages


@pytest.fixture
def staff(db, client):
    """A member of staff, signed in."""
    user = get_user_model().objects.create_superuser("staff", "staff@gresil.example", "a password of staff")
    client.force_login(user)
    has_typed_the_password(client, user)
    return user


def has_typed_the_password(client: Client, user: Any) -> None:
    """As those have who just came in: forms of accounts do not ask for it again."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
