"""Attempts are counted exactly, however many processes make them at once."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from accounts import limits
from accounts.limits import Limit, forget_old_attempts
from accounts.models import Attempts

THREE = Limit("test", 3, timedelta(minutes=15))

GUESS = """
import os, sys, time
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace
import django
django.setup()
from accounts import limits
from accounts.models import Attempts

def read_without_lock(key, until):
    Attempts.objects.bulk_create([Attempts(key=key, until=until)], ignore_conflicts=True)
    row = Attempts.objects.get(key=key)
    time.sleep(0.05)
    return row

if sys.argv[1] == "unlocked":
    limits.lock, limits.transaction = read_without_lock, SimpleNamespace(atomic=nullcontext)
limit = limits.Limit("guess", 5, timedelta(minutes=15))
wait, begin = os.pipe()
children = []
for _ in range(int(sys.argv[2])):
    if pid := os.fork():
        children.append(pid)
        continue
    os.close(begin)
    os.read(wait, 1)  # until the parent closes its end: all of them go on at the same moment
    os._exit(limit.take("anne").is_refused)
os.close(begin)
print(sum(os.waitpid(pid, 0)[1] == 0 for pid in children))
"""


@pytest.mark.django_db
def test_as_many_attempts_as_the_limit_says_then_a_time_to_wait():
    answers = [THREE.take("anne") for _ in range(4)]

    assert [answer.is_refused for answer in answers] == [False, False, False, True]
    assert 14 * 60 < answers[3].seconds <= 15 * 60 + 1


@pytest.mark.django_db
def test_others_have_attempts_of_their_own():
    for _ in range(3):
        THREE.take("anne")

    assert not THREE.take("bob").is_refused
    assert not Limit("other", 3, timedelta(minutes=15)).take("anne").is_refused


@pytest.mark.django_db
def test_an_attempt_that_was_right_is_given_back():
    for _ in range(5):
        taken = THREE.take("anne")
        taken.give_back()

    assert not taken.is_refused


@pytest.mark.django_db
def test_within_any_window_there_are_no_more_than_the_limit(monkeypatch):
    """A window that begins anew at fixed moments would allow twice as many around them."""
    now = limits.timezone.now()
    taken_at = []
    for minute in range(60):
        monkeypatch.setattr(limits.timezone, "now", lambda minute=minute: now + timedelta(minutes=minute))
        if not THREE.take("anne").is_refused:
            taken_at.append(minute)

    assert taken_at[:6] == [0, 1, 2, 15, 16, 17]
    assert max(sum(start <= minute < start + 15 for minute in taken_at) for start in range(60)) == 3


@pytest.mark.django_db
def test_the_database_keeps_no_names_and_forgets(monkeypatch):
    THREE.take("anne@gresil.example")
    stored = str(list(Attempts.objects.values()))
    later = limits.timezone.now() + timedelta(minutes=16)
    monkeypatch.setattr(limits.timezone, "now", lambda: later)

    forget_old_attempts()

    assert "anne" not in stored
    assert not Attempts.objects.exists()


def guess(mode: str, number: int) -> int:
    """How many of so many processes, which begin at the same moment, may make their attempt."""
    name, server = connection.settings_dict["NAME"], connection.settings_dict
    address = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        address = f"postgres://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT'] or 5432}/{name}"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "gresil.settings", "DATABASE_URL": address}
    command = [sys.executable, "-c", GUESS, mode, str(number)]
    result = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    return int(result.stdout)


@pytest.mark.repeats
@pytest.mark.django_db(transaction=True)
def test_a_hundred_processes_together_have_five_attempts():
    assert guess("locked", 100) == 5


@pytest.mark.repeats
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_would_have_more():
    assert guess("unlocked", 30) > 5
