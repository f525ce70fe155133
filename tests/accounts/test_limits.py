"""Attempts are counted exactly, however many processes make them at once."""

import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from accounts import limits
from accounts.limits import Limit, forget_old_attempts
from accounts.models import Attempts
from accounts.sealing import seal, unseal
from tests.factories import make_staff

THREE = Limit("test", 3, timedelta(minutes=15))
# Of those that answer a whole request: each takes a moment of a processor.
MANY = 12

GUESS = """
import os, sys, time
from contextlib import nullcontext
from datetime import timedelta
from types import SimpleNamespace
import django
django.setup()
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from accounts import limits
from accounts.models import Attempts
from accounts.second_factor import take_code

import gresil.urls  # before the children are made, each of which would read it
from django.template.loader import get_template
get_template("accounts/sentences.html")
settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
what, number, *words = sys.argv[1:]

def read_without_lock(key, until):
    Attempts.objects.bulk_create([Attempts(key=key, until=until)], ignore_conflicts=True)
    row = Attempts.objects.get(key=key)
    time.sleep(0.05)
    return row

if what == "unlocked":
    limits.lock, limits.transaction = read_without_lock, SimpleNamespace(atomic=nullcontext)

def take():
    return not limits.Limit("guess", 5, timedelta(minutes=15)).take("anne").is_refused

def ask_for_mail(email):
    return Client(HTTP_HOST="localhost").post("/admin/account/password/", {"email": email}).status_code != 429

def try_code(session, code):
    client = Client(HTTP_HOST="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client.post("/admin/account/code/", {"code": code}).status_code != 429

def use_code(key, code):
    return take_code(User.objects.get(pk=key), code) is not None

attempt = {"mail": ask_for_mail, "code": try_code, "right code": use_code}.get(what, take)
wait, begin = os.pipe()
children = []
for _ in range(int(number)):
    if pid := os.fork():
        children.append(pid)
        continue
    os.close(begin)
    os.read(wait, 1)  # until the parent closes its end: all of them go on at the same moment
    os._exit(not attempt(*words))
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


def guess(what: str, number: int, *words: str) -> int:
    """How many of so many processes, which begin at the same moment, may make their attempt."""
    name, server = connection.settings_dict["NAME"], connection.settings_dict
    address = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        address = f"postgres://{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT'] or 5432}/{name}"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "gresil.settings", "DATABASE_URL": address}
    command = [sys.executable, "-c", GUESS, what, str(number), *words]
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


@pytest.fixture
def anne() -> User:
    """With an app and recovery codes."""
    user = make_staff("editor", email="anne@gresil.example", password="a password of anne")
    TOTP.activate(user, generate_totp_secret())
    return user


@pytest.mark.repeats
@pytest.mark.django_db(transaction=True)
def test_many_processes_together_send_three_mails(anne):
    assert guess("mail", MANY, anne.email) == 3


@pytest.mark.repeats
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", ["000000", "00000000"], ids=["of the app", "of recovery"])
def test_many_processes_together_try_five_codes(client, anne, code):
    client.post("/admin/login/", {"login": anne.email, "password": "a password of anne"})

    assert guess("code", MANY, client.cookies[settings.SESSION_COOKIE_NAME].value, code) == 5


@pytest.mark.repeats
@pytest.mark.django_db(transaction=True)
def test_a_right_code_is_taken_from_one_of_many_processes(anne):
    recovery = RecoveryCodes.activate(anne).get_unused_codes()[0]
    secret = unseal(Authenticator.objects.get(user=anne, type="totp").data["secret"])
    Authenticator.objects.filter(type="totp").update(data={"secret": seal(secret), "last_counter": 0})
    app = format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    assert [guess("right code", MANY, str(anne.pk), code) for code in (recovery, app)] == [1, 1]
