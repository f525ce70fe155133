import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.management import call_command
from django.db import connection

from contacts.models import Canton
from practices.models import Practice


@pytest.mark.usefixtures("content")
def test_the_first_start_makes_one_account_and_shows_its_password_once(capsys):
    call_command("prepare")
    first = capsys.readouterr().out
    call_command("prepare")
    second = capsys.readouterr().out

    password = first.split("password:")[1].split()[0]
    assert get_user_model().objects.get().check_password(password)
    assert password not in second
    assert "/admin/" in second


@pytest.mark.django_db
def test_in_production_nobody_is_given_an_account(settings, capsys, monkeypatch):
    settings.PRODUCTION = True
    # Tables and content are there, or are not looked at.
    monkeypatch.setattr("gresil.management.commands.prepare.call_command", lambda *args, **options: None)

    call_command("prepare")

    assert not get_user_model().objects.exists()
    assert "manage.py invite" in capsys.readouterr().out


def prepare_three_times_at_once(address: str) -> list[str]:
    """What three processes say of which each prepares the same empty database."""
    command = [sys.executable, "manage.py", "prepare"]
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": address}
    processes = [
        subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=-1, stderr=-2, text=True)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=240)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], "\n".join(said)
    return said


def assert_that_one_did_all(said: list[str]) -> None:
    for sentence in ["Content loaded", "A first account was made"]:
        assert sum(sentence in text for text in said) == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the tests of PostgreSQL start three times on its server")
def test_three_starts_at_once_on_an_empty_file_prepare_it_once(tmp_path: Path):
    said = prepare_three_times_at_once(f"sqlite:///{tmp_path / 'gresil.sqlite3'}")

    assert_that_one_did_all(said)


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a PostgreSQL database without tables, beside the one of the tests."""
    server = connection.settings_dict
    name = f"{server['NAME']}_prepare"
    account = f"{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT'] or 5432}"
    with psycopg.connect(f"postgres://{account}/postgres", autocommit=True) as administrator:
        administrator.execute(f'DROP DATABASE IF EXISTS "{name}"')
        administrator.execute(f'CREATE DATABASE "{name}"')
        yield f"postgres://{account}/{name}"
        administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a PostgreSQL server in DATABASE_URL")
def test_three_starts_at_once_on_an_empty_postgresql_database_prepare_it_once(empty_database):
    said = prepare_three_times_at_once(empty_database)

    assert_that_one_did_all(said)


@pytest.mark.usefixtures("content")
def test_a_second_start_keeps_what_staff_changed_and_removed():
    Practice.objects.filter(slug="lisko").update(title_fr="Un titre de l’équipe")
    Practice.objects.get(slug="kufika-strassen").delete()

    call_command("load_content")

    assert Practice.objects.get(slug="lisko").title_fr == "Un titre de l’équipe"
    assert not Practice.objects.filter(slug="kufika-strassen").exists()


@pytest.mark.usefixtures("content")
def test_a_subject_that_is_missing_is_filled_beside_the_others():
    before = serializers.serialize("json", Canton.objects.all())
    Practice.objects.all().delete()

    call_command("load_content")

    assert Practice.objects.count() == 25
    assert serializers.serialize("json", Canton.objects.all()) == before
