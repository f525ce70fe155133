"""A database made at 0.1.0, content and all, becomes one of today."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

RELEASE = Path(__file__).with_name("0.1.0.json.gz")
# The migrations of 0.1.0, which nobody changes any more, with the beginning of their hashes.
FROZEN = {
    "core": "93a5adeaff7db61b",
    "translations": "b486f80365b5f223",
    "contacts": "b1fdd29a75c039ae",
    "practices": "acc1b3c0039fc6c1",
    "library": "8c455c07b906bcb6",
    "sessions_app": "7d1d1da0587c7889",
}

UPGRADE = """
import sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from practices.models import Practice
from tests.upgrade.snapshot import read
from translations.models import Translation

settings.ALLOWED_HOSTS = ["testserver"]
release, *apps = sys.argv[1:]
for app in ["auth", "admin", "sessions"]:
    call_command("migrate", app, verbosity=0)
for app in apps:
    call_command("migrate", app, "0001", verbosity=0)
read(Path(release))
# The form took any number for a year.
with connection.cursor() as cursor:
    cursor.execute("UPDATE practices_practice SET year = 20 WHERE slug = 'lisko'")

call_command("migrate", verbosity=0)
call_command("rebuild_search", verbosity=0)

call_command("check_library")
for path in ["/fr/", "/de/practices/?q=Kommission", "/lb/practices/lisko/", "/en/communes/strassen/", "/fr/sessions/"]:
    print(Client().get(path).status_code)
print(Client().get("/fr/search/?q=strasen")["Location"])
print(Practice.objects.published().count(), "practices")
print(Translation.objects.filter(state="reviewed").count(), "reviewed")
lisko = Practice.objects.get(slug="lisko")
print(lisko.year >= 2017, lisko.staff_note.splitlines()[-1])
lisko.save()
Practice.objects.get(slug="lisko").topics.create(slug="new", name_fr="nouveau")
call_command("check_library")
"""


def test_the_migrations_of_the_release_are_frozen():
    found = {
        app: sha256((Path(settings.BASE_DIR) / app / "migrations" / "0001_initial.py").read_bytes()).hexdigest()[:16]
        for app in FROZEN
    }

    assert found == FROZEN


@pytest.fixture
def empty_database(tmp_path, django_db_blocker):
    """The address of a new database on the server that the tests use."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'old.sqlite3'}"
        return
    server = connection.settings_dict
    address = f"postgres://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT'] or 5432}"
    name = f"upgrade_{os.getpid()}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as administration:
        administration.execute(f"CREATE DATABASE {name}")
        yield f"{address}/{name}"
        administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_database_of_the_first_release_is_taken_along(empty_database):
    done = subprocess.run(
        [sys.executable, "-c", UPGRADE, str(RELEASE), *FROZEN],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": empty_database, "DJANGO_SETTINGS_MODULE": "gresil.settings"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == [
        "No difference.", *["200"] * 5, "/fr/communes/strassen/", "25 practices", "1 reviewed",
        "True Année notée jusqu’ici\u00a0: 20, à vérifier.", "No difference.",
    ]  # fmt: skip
