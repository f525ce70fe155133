"""The start of the portal under different environments, in a process of its own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

PRODUCTION = {
    "PRODUCTION": "true",
    "SECRET_KEY": "k" * 32 + "0123456789abcdefghij",
    "ALLOWED_HOSTS": "gresil.example",
    "DATABASE_URL": "postgres://user:password@localhost:5432/gresil",
    "CACHE_URL": "redis://localhost:6379/0",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"DATABASE_URL": "mysql://localhost/gresil"}, "DATABASE_URL must begin with postgres:// or sqlite:///."),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL is not understood"),
        ({"CACHE_URL": "memcached://localhost"}, "CACHE_URL must begin with redis://"),
        (PRODUCTION | {"SECRET_KEY": ""}, "SECRET_KEY is missing or shorter than 50 characters"),
        (PRODUCTION | {"DEBUG": "true"}, "DEBUG cannot be true in production"),
        (PRODUCTION | {"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is missing"),
        (PRODUCTION | {"DATABASE_URL": ""}, "DATABASE_URL is missing or not PostgreSQL"),
        (PRODUCTION | {"CACHE_URL": ""}, "CACHE_URL is missing"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(wrong, sentence):
    result = manage("check", **wrong)

    assert result.returncode != 0
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_production_settings_pass_the_deployment_check_without_a_warning():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert result.returncode == 0, result.stderr


def test_nothing_set_is_enough_on_ones_own_machine():
    assert manage("check").returncode == 0
