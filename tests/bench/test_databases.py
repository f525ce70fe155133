import sqlite3
import uuid
from contextlib import closing

import pytest

from bench import databases
from bench.databases import changing, database, file_of, name_of


@pytest.fixture
def made(monkeypatch, tmp_path):
    """The sizes of the databases that were made, on SQLite and in name only."""
    sizes = []

    def run(command, **kwargs):
        sizes.append(25 if "prepare" in command else int(command[-1]))
        file_of(f"{name_of(sizes[-1])}_unfinished").touch()

    monkeypatch.setattr(databases, "SERVER", "")
    monkeypatch.setattr(databases, "VAR_DIR", tmp_path)
    monkeypatch.setattr(databases.subprocess, "run", run)
    return sizes


def test_a_database_is_made_from_the_real_content_and_then_kept(made):
    first = database(100)

    assert database(100) == first == f"sqlite:///{file_of(name_of(100))}"
    assert made == [25, 100]


def test_a_database_is_made_anew_when_asked_for(made):
    database(25)

    database(25, fresh=True)

    assert made == [25, 25]


def test_a_database_is_made_anew_when_what_it_is_made_from_has_changed(made, monkeypatch):
    database(25)

    monkeypatch.setattr(databases, "made_from", lambda: "changed")
    database(25)

    assert made == [25, 25]


def test_a_database_that_was_not_finished_is_continued(made):
    unfinished = file_of(f"{name_of(100)}_unfinished")
    database(25)
    unfinished.write_text("half of it")

    database(100)

    assert file_of(name_of(100)).read_text() == "half of it"


def test_a_change_renews_every_version(tmp_path):
    path = tmp_path / "portal.sqlite3"
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("CREATE TABLE core_version (name, token)")
        file.execute("INSERT INTO core_version VALUES ('public', ''), ('library', '')")

        def tokens():
            return {uuid.UUID(token) for [token] in file.execute("SELECT token FROM core_version")}

        with changing(f"sqlite:///{path}") as change:
            change()
            first = tokens()
            change()

        assert len(first) == 2
        assert not first & tokens()
