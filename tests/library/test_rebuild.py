"""The index is made anew by a process that may be killed at any moment, while others search and write."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from library.check import differences
from library.management.commands.rebuild_search import Bar
from library.models import FacetValue, IndexedPractice, PostingList, Rebuild, RebuiltPart, RebuiltPosting
from library.rebuild import fingerprint, rebuild
from library.search import Matches, parse
from practices.models import Practice, Term
from tests.factories import make_practice, make_term, make_topic

pytestmark = pytest.mark.django_db(transaction=True)

# Chunks of two practices. At a given point of its work the process kills itself, or waits for a line.
REBUILD = """
import os, signal, sys
import django
django.setup()
from library import rebuild

action, point = sys.argv[1:]
rebuild.CHUNK = 2

def arrive(here):
    print(here, flush=True)
    if here == point and action == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if here == point and action == "wait":
        sys.stdin.readline()

def replace_facets(replace=rebuild.replace_facets):
    # By now the words are replaced, and nothing is committed.
    arrive("replacing")
    replace()

rebuild.replace_facets = replace_facets
rebuild.rebuild(lambda work, done, total: arrive(f"{work.split()[0]} {done}"))
"""

# Searches until its input ends, and tells how often, and each result that was wrong.
SEARCH = """
import json, select, sys
import django
django.setup()
from library.search import Matches, parse
from library.sets import Library

expected = json.loads(sys.argv[1])
searches, wrong = 0, []
while not select.select([sys.stdin], [], [], 0)[0]:
    for query, keys in expected.items():
        found = sorted(Matches(parse(query)).all & Library().all)
        if found != keys:
            wrong.append((query, found))
    searches += 1
    if searches == 1:
        print("searching", flush=True)
print(json.dumps([searches, wrong]))
"""

# Before the first chunk, between two, before and between the buckets, and in the transaction of the end.
POINTS = ["factsheets 0", "factsheets 4", "factsheets 7", "parts 1", "parts 40", "parts 64", "replacing"]


def start(script: str, *arguments: str) -> subprocess.Popen:
    """A process of Python that uses the database of the test."""
    server = connection.settings_dict
    host = f"{server['USER']}:{server['PASSWORD']}@{server['HOST']}:{server['PORT'] or 5432}"
    address = {"sqlite": "sqlite://", "postgresql": f"postgres://{host}"}[connection.vendor] + f"/{server['NAME']}"
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "gresil.settings"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def run(action: str = "", point: str = "") -> list[str]:
    """The points that a rebuild came to."""
    return start(REBUILD, action, point).communicate()[0].splitlines()


def lines_until(process: subprocess.Popen, last: str) -> list[str]:
    lines = []
    while not lines or lines[-1] != last:
        line = process.stdout.readline()
        assert line, "the process has ended"
        lines.append(line.strip())
    return lines


def the_index() -> list[list]:
    return [
        list(FacetValue.objects.order_by("facet", "slug").values_list("facet", "slug", "practices")),
        list(PostingList.objects.order_by("word").values_list("word", "ending", "postings", "spellings")),
        [(row.key, bytes(row.contents), row.shown_terms) for row in IndexedPractice.objects.order_by("key")],
    ]


@pytest.fixture
def practices() -> list[Practice]:
    make_term(name_fr="plan communal")
    words = ["Le jardin", "Les jardins", "L’été", "Un verger", "Le plan communal", "Des Jardins", "Die Gärten"]
    topic = make_topic(slug="sport")
    return [make_practice(title_fr=title, title_de=f"{title} Kommission", topics=(topic,)) for title in words]


@pytest.fixture
def spoilt(practices) -> Iterator[list[list]]:
    """Each row of the index is wrong, so that a rebuild has something to write. Gives the index as it should be."""
    right = the_index()
    PostingList.objects.update(spellings="9 Falsch")
    FacetValue.objects.filter(facet="topic").delete()
    IndexedPractice.objects.update(contents=b"")
    return right


@pytest.mark.parametrize("point", POINTS)
def test_a_rebuild_that_was_killed_goes_on_and_ends_with_the_same_index(spoilt, point):
    before = run("die", point)

    after = run()

    assert before[-1] == point
    assert the_index() == spoilt
    assert not list(differences())
    assert not set(before[1:-1]) & set(after[1:])


def test_until_its_end_a_rebuild_changes_nothing_of_the_index(practices):
    PostingList.objects.update(spellings="9 Falsch")
    before = the_index()

    for point in POINTS:
        run("die", point)

    assert the_index() == before


def test_a_rebuild_of_another_release_is_not_gone_on_with(spoilt):
    run("die", "parts 40")
    Rebuild.objects.update(fingerprint="another release")

    after = run()

    assert after[0] == "factsheets 0"
    assert the_index() == spoilt


def test_the_release_is_told_by_its_languages_stemmers_and_code(settings):
    before = fingerprint()

    settings.SEARCH_STEMMERS = {}

    assert fingerprint() != before


@pytest.mark.parametrize("point", ["factsheets 4", "parts 1", "parts 64"])
def test_what_changes_during_a_rebuild_is_right_after_it(spoilt, practices, point):
    process = start(REBUILD, "wait", point)
    lines_until(process, point)
    Practice.objects.filter(pk=practices[0].pk).update(title_fr="Le potager", year=2001)
    practices[1].delete()
    practices[6].archive()
    make_practice(title_fr="Tout neuf")
    Term.objects.update(name_fr="jardins")

    process.communicate("\n")

    assert process.returncode == 0
    assert not list(differences())


@pytest.mark.parametrize("point", ["factsheets 4", "parts 64"])
def test_the_first_index_of_a_database_follows_changes_too(practices, point):
    for model in (PostingList, FacetValue, IndexedPractice):
        model.objects.all().delete()
    process = start(REBUILD, "wait", point)
    lines_until(process, point)
    practices[1].delete()
    practices[2].delete()
    Term.objects.update(name_fr="jardins")
    Practice.objects.filter(pk=practices[0].pk).update(title_fr="Le potager")

    process.communicate("\n")

    assert not list(differences())


def test_searches_find_the_same_while_rebuilds_are_killed(practices):
    queries = ["jardin", "été", "Kommission", "plan communal", "verger", "nirgends"]
    expected = {query: sorted(Matches(parse(query)).all) for query in queries}
    PostingList.objects.update(spellings="9 Falsch")
    visitor = start(SEARCH, json.dumps(expected))
    lines_until(visitor, "searching")

    for point in [*POINTS, "none"]:
        run("die", point)
    searches, wrong = json.loads(visitor.communicate("\n")[0])

    assert searches > len(POINTS)
    assert not wrong
    assert not list(differences())


def test_a_second_rebuild_says_that_another_one_is_at_work_and_does_nothing(spoilt):
    first = start(REBUILD, "wait", "factsheets 4")
    lines_until(first, "factsheets 4")

    with pytest.raises(CommandError, match="Another rebuild_search is at work"):
        call_command("rebuild_search")
    first.communicate("\n")

    assert the_index() == spoilt


def test_a_rebuild_writes_only_rows_that_differ_and_leaves_nothing_behind(practices):
    PostingList.objects.filter(word="jardin").update(spellings="")
    written = []

    def note(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        written.append((sql.partition(" SET")[0].partition(" (")[0], context["cursor"].rowcount))
        return result

    with connection.execute_wrapper(note):
        rebuild()

    replaced = {sql: count for sql, count in written if sql.startswith(("UPDATE library_p", "UPDATE library_i"))}
    assert replaced == {"UPDATE library_postinglist": 1, "UPDATE library_indexedpractice": 0}
    # Nor is any practice indexed once more.
    assert not [sql for sql, _count in written if sql.startswith('INSERT INTO "library_indexedpractice"')]
    assert not any(model.objects.exists() for model in (Rebuild, RebuiltPart, RebuiltPosting))


class Terminal:
    def __init__(self) -> None:
        self.shown = ""

    def write(self, text: str, ending: str = "\n") -> None:
        self.shown += text + ending

    def flush(self) -> None:
        pass


def test_the_progress_is_one_line_with_what_is_done_and_how_long_the_rest_may_take(monkeypatch):
    seconds = iter([0, 10])
    monkeypatch.setattr("time.monotonic", lambda: next(seconds))
    terminal = Terminal()
    bar = Bar(terminal)

    bar.show("factsheets read", 0, 10_000)
    bar.show("factsheets read", 1000, 10_000)

    assert "\n" not in terminal.shown
    assert terminal.shown.split("\r")[-1].strip() == f"[###{'.' * 27}] 1000 of 10000 factsheets read, 1 min 30 s left"


def test_without_a_terminal_no_progress_is_shown(practices, capsys):
    call_command("rebuild_search")

    assert capsys.readouterr().out == "7 of 7 factsheets indexed\n"


def test_nothing_at_all_is_said_at_verbosity_0(practices, capsys):
    call_command("rebuild_search", verbosity=0)

    assert not capsys.readouterr().out
