"""Many rounds of two people with the same form, and many saves at once: nothing is lost, or it is refused."""

import json
import os
import random
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.roles import EDITOR
from desk.seen import SeenForm
from tests.desk.test_seen import form_of, opened
from tests.factories import make_commune, make_practice, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.repeats]
FIELDS = ["title_fr", "subtitle_fr", "subtitle_de", "staff_note", "sections-0-body_fr", "sections-0-body_lb"]


def read(practice) -> dict[str, str]:
    practice.refresh_from_db()
    section = practice.sections.get()
    return {
        name: getattr(section, name.rpartition("-")[2]) if "-" in name else getattr(practice, name) for name in FIELDS
    }


def texts(chance: random.Random, who: str) -> dict[str, str]:
    chosen = chance.sample(FIELDS, chance.randint(1, 3))
    words = {name: f"{who} {chance.randint(1, 10**6)}" for name in chosen}
    return {name: f"<p>{text}</p>" if "body" in name else text for name, text in words.items()}


def rounds_of_two_editors(count: int) -> list[str]:
    """What was lost."""
    practice = make_practice(state="draft", published_at=None, communes=(make_commune(),), body="<p>Texte</p>")
    chance, lost = random.Random(7), []
    anne, bob = Client(), Client()
    for client in (anne, bob):
        client.force_login(make_staff(EDITOR))
    for number in range(count):
        pages = [opened(client, practice) for client in (anne, bob)]
        of_anne, of_bob = texts(chance, "Anne"), texts(chance, "Bob")
        assert anne.post(form_of(practice), pages[0] | of_anne).status_code == 302
        answer = bob.post(form_of(practice), pages[1] | of_bob)
        stored = read(practice)
        is_both = bool(of_anne.keys() & of_bob.keys())
        wanted = of_anne if is_both else of_anne | of_bob
        if (answer.status_code == 409) != is_both or any(stored[name] != text for name, text in wanted.items()):
            lost.append(f"round {number}")
        elif is_both:
            same = sorted(of_anne.keys() & of_bob.keys())[0]
            assert answer.text.count(of_bob[same].removeprefix("<p>").removesuffix("</p>")) >= 1
            assert answer.text.count(of_anne[same].removeprefix("<p>").removesuffix("</p>")) >= 1
    return lost


def rounds_of_editor_and_translator(count: int) -> list[str]:
    practice = make_practice(
        state="draft", published_at=None, communes=(make_commune(),), body="<p>Texte</p>", subtitle_fr="Sous-titre"
    )
    row, chance, lost = practice.translations.get(language="de"), random.Random(8), []
    editor, translator = Client(), Client()
    for client in (editor, translator):
        client.force_login(make_staff(EDITOR))
    for number in range(count):
        page = opened(editor, practice)
        desk = f"/admin/translations/translation/{row.pk}/change/"
        pairs = {pair.path: pair for pair in translator.get(desk).context["form"].pairs}
        german = f"Untertitel {chance.randint(1, 10**6)}"
        translator.post(desk, {"subtitle": german, "seen-subtitle": pairs["subtitle"].seen})
        answer = editor.post(form_of(practice), page | {"staff_note": f"Note {number}"})
        stored = read(practice)
        if answer.status_code != 302 or (stored["subtitle_de"], stored["staff_note"]) != (german, f"Note {number}"):
            lost.append(f"round {number}")
    return lost


@pytest.mark.parametrize("rounds", [rounds_of_two_editors, rounds_of_editor_and_translator])
def test_fifty_rounds_lose_nothing(rounds):
    assert rounds(50) == []


@pytest.mark.parametrize("rounds", [rounds_of_two_editors, rounds_of_editor_and_translator])
def test_without_the_check_they_lose(rounds, monkeypatch):
    monkeypatch.setattr(SeenForm, "changed_meanwhile", lambda form: [])

    assert len(rounds(10)) > 2


SAVES = """
import json, os, sys
import django
django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
from django.test import Client
from accounts.roles import EDITOR
from practices.models import Practice
from tests.desk.test_seen import form_of, opened
from tests.factories import make_commune, make_practice, make_staff
from desk.seen import SeenForm
from django.test.utils import setup_test_environment
setup_test_environment()

if sys.argv[1] == "unchecked":
    SeenForm.changed_meanwhile = lambda form: []
practice = make_practice(state="draft", published_at=None, communes=(make_commune(),), staff_note="begin")
own = ["subtitle_fr", "subtitle_de", "subtitle_lb", "subtitle_en", "frequency_fr", "frequency_de", "cost_fr", "cost_de"]
staff = [make_staff(EDITOR) for _ in own]
connection.close()
pipes, children = [], []
for number, field in enumerate(own):
    reading, writing = os.pipe()
    if pid := os.fork():
        os.close(writing)
        pipes.append(reading)
        children.append(pid)
        continue
    client, told = Client(), {"saves": 0, "own": "", "chain": []}
    client.force_login(staff[number])
    for turn in range(25):
        page = opened(client, practice)
        changes = {field: f"{number}-{turn}"}
        if turn % 2:
            changes["staff_note"] = f"note {number}-{turn}"
        answer = client.post(form_of(practice), page | changes).status_code
        told["saves"] += 1
        if answer == 302:
            told["own"] = changes[field]
            if turn % 2:
                told["chain"].append([page["staff_note"], changes["staff_note"]])
        elif answer != 409:
            told["own"] = f"status {answer}"
    os.write(writing, json.dumps(told).encode())
    os._exit(0)
told = []
for reading, pid in zip(pipes, children):
    with os.fdopen(reading) as file:
        told.append(json.loads(file.read()))
    os.waitpid(pid, 0)
now = Practice.objects.get()
print(json.dumps({
    "saves": sum(one["saves"] for one in told),
    "own": [getattr(now, field) for field in own],
    "wanted": [one["own"] for one in told],
    "chain": [pair for one in told for pair in one["chain"]],
    "note": now.staff_note,
}))
"""


def saves_at_once(address: str, check: str) -> dict:
    variables = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "gresil.settings", "DATABASE_URL": address}
    result = subprocess.run(
        [sys.executable, "-c", SAVES, check],
        cwd=settings.BASE_DIR, env=variables, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def empty_database(tmp_path):
    """The address of a database for other processes."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'saves.sqlite3'}"
        return
    name = f"{connection.settings_dict['NAME']}_saves"
    url = urlsplit(os.environ["DATABASE_URL"])
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    yield urlunsplit(url._replace(path=f"/{name}"))
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def unseen(chain: list[list[str]]) -> int:
    """How many notes were overwritten by somebody who had not seen them."""
    befores = [before for before, _after in chain]
    return len(befores) - len(set(befores))


def test_two_hundred_saves_of_eight_processes_are_all_there_or_refused(empty_database):
    done = saves_at_once(empty_database, "checked")

    assert done["saves"] == 200
    assert done["own"] == done["wanted"]
    assert len(done["chain"]) > 1
    assert unseen(done["chain"]) == 0
    assert done["note"] in [after for _before, after in done["chain"]]


def test_without_the_check_saves_are_lost(empty_database):
    done = saves_at_once(empty_database, "unchecked")

    assert done["own"] != done["wanted"] or unseen(done["chain"]) > 0
