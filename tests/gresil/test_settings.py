"""The start of the portal under different environments, in a process of its own."""

import os
import re
import shlex
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


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return python("manage.py", *arguments, **environment)


def assert_stopped_with_one(sentence: str, result: subprocess.CompletedProcess) -> None:
    assert result.returncode != 0
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"DATABASE_URL": "mysql://localhost/gresil"}, "DATABASE_URL must begin with postgres:// or sqlite:///."),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL is not understood"),
        ({"CACHE_URL": "memcached://localhost"}, "CACHE_URL must begin with redis://"),
        ({"CACHE_URL": "foo"}, "CACHE_URL must begin with redis://"),
        ({"CACHE_URL": "redis://"}, "CACHE_URL must begin with redis:// or rediss:// and name a host"),
        ({"SECRET_KEY": "a"}, "SECRET_KEY is missing or shorter than 50 characters"),
        ({"ALLOWED_HOSTS": "a.example,https://gresil.example"}, "ALLOWED_HOSTS has “https://gresil.example”"),
        ({"ALLOWED_HOSTS": "gresil.example/"}, "ALLOWED_HOSTS has “gresil.example/”"),
        ({"ALLOWED_HOSTS": "gresil.example:443"}, "ALLOWED_HOSTS has “gresil.example:443”"),
        ({"WEB_CONCURRENCY": "abc"}, "WEB_CONCURRENCY must be a whole number of at least 1"),
        ({"WEB_CONCURRENCY": "1.5"}, "WEB_CONCURRENCY must be a whole number of at least 1"),
        ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY must be a whole number of at least 1"),
        (PRODUCTION | {"SECRET_KEY": ""}, "SECRET_KEY is missing or shorter than 50 characters"),
        (PRODUCTION | {"SECRET_KEY": "only-for-the-build-" * 3}, "SECRET_KEY is known or easily guessed"),
        (PRODUCTION | {"SECRET_KEY": f"django-insecure-{'0123456789abcdefghij' * 3}"}, "SECRET_KEY is known"),
        (PRODUCTION | {"SECRET_KEY": "a" * 60}, "SECRET_KEY is known or easily guessed"),
        (PRODUCTION | {"ALLOWED_HOSTS": "gresil.example,*"}, "ALLOWED_HOSTS has “*”"),
        (PRODUCTION | {"DEBUG": "true"}, "DEBUG cannot be true in production"),
        (PRODUCTION | {"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is missing"),
        (PRODUCTION | {"DATABASE_URL": "mysql://user@localhost/gresil"}, "DATABASE_URL must begin with postgres://"),
        ({"PAGES_MEMORY": "0"}, "PAGES_MEMORY must be at least 1"),
        ({"PAGES_MEMORY": "many"}, "Use a whole number."),
        ({"PAGES_MAX_AGE": "-1"}, "PAGES_MAX_AGE at least 0"),
        ({"KEEP_PAGES": "perhaps"}, "Use true or false."),
        ({"EMAIL_URL": "mail.example"}, "EMAIL_URL must begin with smtp://"),
        ({"EMAIL_URL": "smtp+tls://"}, "and name a host"),
        ({"EMAIL_URL": "smtp://mail.example:many"}, "EMAIL_URL is not understood"),
        (PRODUCTION | {"CACHE_URL": "foo"}, "CACHE_URL must begin with redis://"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(wrong, sentence):
    assert_stopped_with_one(sentence, manage("check", **wrong))


@pytest.mark.parametrize(
    "address",
    ["postgres://user:secret@127.0.0.1:1/gresil", "sqlite:////nowhere/gresil.sqlite3", "no database"],
)
def test_a_database_that_does_not_answer_stops_the_start_with_one_sentence(address, tmp_path):
    other_file = tmp_path / "letter.txt"
    other_file.write_text("This file is no database, and is long enough to be looked at by SQLite. " * 9)

    result = manage("prepare", DATABASE_URL=address.replace("no database", f"sqlite:///{other_file}"))

    assert_stopped_with_one("The database does not answer", result)
    assert "secret" not in result.stderr


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY must be"), ({"SECRET_KEY": "a"}, "SECRET_KEY is")],
)
def test_a_wrong_setting_stops_gunicorn_before_its_workers(wrong, sentence):
    gunicorn = ["-m", "gunicorn", "--config", "gunicorn.conf.py", "--check-config", "gresil.wsgi"]

    assert python(*gunicorn).returncode == 0
    assert_stopped_with_one(sentence, python(*gunicorn, **wrong))


def test_gunicorn_limits_the_length_of_an_address():
    printed = python("-m", "gunicorn", "--config", "gunicorn.conf.py", "--print-config", "gresil.wsgi").stdout

    assert 0 < int(re.search(r"limit_request_line\s+= (\d+)", printed)[1]) <= 8190


def test_host_names_may_be_written_with_blanks_and_as_addresses():
    hosts = "gresil.example, .gresil.example,127.0.0.1,[::1],"

    assert (
        "['gresil.example', '.gresil.example', '127.0.0.1', '[::1]']"
        in manage(
            "shell",
            "--no-imports",
            "-c",
            "from django.conf import settings; print(settings.ALLOWED_HOSTS)",
            ALLOWED_HOSTS=hosts,
        ).stdout
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp+tls://us%40er:p%3Ass@mail.example:2525", "mail.example 2525 us@er p:ss True False"),
        ("smtp+ssl://user:pass@mail.example", "mail.example 465 user pass False True"),
        ("smtp+tls://user:pass@mail.example", "mail.example 587 user pass True False"),
        ("smtp://localhost", "localhost 25   False False"),
    ],
)
def test_mail_is_sent_encrypted_where_the_address_says_so(address, expected):
    names = ["HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL"]
    code = f"from django.conf import settings; print(*[getattr(settings, 'EMAIL_' + name) for name in {names}])"

    assert manage("shell", "--no-imports", "-c", code, EMAIL_URL=address).stdout.strip() == expected


def test_production_settings_pass_the_deployment_check_without_a_warning():
    result = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({}, ["PostgreSQL serves any number of machines.", "Pages are kept in Redis."]),
        ({"CACHE_URL": ""}, ["PostgreSQL serves any number of machines.", "by each machine for itself."]),
        ({"DATABASE_URL": "", "CACHE_URL": ""}, ["gresil.sqlite3 serves one machine.", "by each machine for itself."]),
    ],
)
def test_production_needs_no_other_server_and_says_what_it_got(changes, sentences):
    said = "from django.conf import settings; print(settings.SETUP)"

    result = manage("shell", "--no-imports", "-c", said, **PRODUCTION | changes)

    assert all(sentence in result.stdout for sentence in sentences), result.stderr


def test_a_key_generated_as_the_docker_build_does_is_accepted():
    recipe = re.search(r"SECRET_KEY=\$\((.*?)\)\s", (settings.BASE_DIR / "Dockerfile").read_text())

    key = python(*shlex.split(recipe[1])[1:]).stdout.strip()

    assert len(key) >= 50
    assert manage("check", **PRODUCTION | {"SECRET_KEY": key}).returncode == 0


def test_nothing_set_is_enough_on_ones_own_machine():
    assert manage("check").returncode == 0
