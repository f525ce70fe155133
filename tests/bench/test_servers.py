import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.db import connection

from bench import servers
from bench.first_view import kilobytes
from bench.load import Address, cpu_of_a_request, load, with_etags
from bench.pages import BARE, CONSTANT
from bench.servers import cpu_of, serving, tree

BURN = "import time\nwhile time.process_time() < 0.3: pass\n"
SAY_AND_WAIT = "print(flush=True); input()"


@contextmanager
def running(code):
    """A process that has done what `code` says, and does nothing any more."""
    process = subprocess.Popen(
        [sys.executable, "-c", code + SAY_AND_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        process.stdout.readline()
        yield process.pid
    finally:
        process.communicate(b"\n")


@pytest.fixture
def bare(content, monkeypatch, tmp_path):
    """The bare project on the real content, under gunicorn."""
    values = connection.settings_dict
    url = f"sqlite:///{values['NAME']}"
    if connection.vendor == "postgresql":
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**values)
    monkeypatch.setattr(servers, "VAR_DIR", tmp_path)
    with serving(servers.BARE, url) as server:
        yield server


def test_the_cpu_of_a_process_is_what_it_has_used():
    with running(BURN) as busy, running("") as idle:
        assert cpu_of(idle) < 0.2 < cpu_of(busy) < 0.5


def test_the_cpu_of_a_child_that_has_ended_is_that_of_its_parent():
    with running(f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])\n") as parent:
        assert cpu_of(parent) >= 0.2


def test_a_process_that_has_ended_has_no_cpu():
    with running("") as pid:
        pass

    assert cpu_of(pid) is None


def test_a_tree_is_a_process_and_its_children():
    with running("") as pid:
        assert pid in tree(os.getpid())
        assert list(tree(pid)) == [pid]


@pytest.mark.django_db
def test_a_page_of_the_bare_project_takes_more_cpu_than_a_constant_one(bare):
    constant = cpu_of_a_request(bare, CONSTANT, seconds=0.2)

    library = cpu_of_a_request(bare, BARE["library"], seconds=0.2)

    assert 0 < constant < library


@pytest.mark.django_db
def test_the_bare_project_has_every_page_that_is_asked_of_it(bare):
    addresses = [address for some in BARE.values() for address in some]

    assert cpu_of_a_request(bare, addresses, seconds=0) > 0


@pytest.mark.django_db
def test_an_address_that_is_not_there_ends_the_measurement(bare):
    with pytest.raises(SystemExit, match="/nowhere/ answered 404"):
        cpu_of_a_request(bare, [Address("/nowhere/")], seconds=0)


@pytest.mark.django_db
def test_a_page_without_an_etag_is_not_asked_for_again(bare):
    assert with_etags(bare, CONSTANT) == []


@pytest.mark.django_db
def test_a_first_view_without_pictures_and_scripts_is_the_page_itself(bare):
    assert 20 < kilobytes(bare, CONSTANT[0]) < 20.5


@pytest.mark.django_db
@pytest.mark.skipif(not shutil.which("wrk"), reason="needs wrk")
def test_wrk_asks_for_each_address_in_turn(bare):
    found = load(bare, [*CONSTANT, *BARE["fiche"]], connections=2, seconds=1)

    assert found.per_second > 1
    assert 0 < found.p50 <= found.p99
