"""Kept pages over several processes and machines, and while a database or a cache is away."""

import os
import re
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

from tests.processes.conftest import Visitor

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# For how long the database is away; the figures of docs/performance.md are of thirty seconds.
SECONDS_AWAY = float(os.environ.get("SECONDS_AWAY", "3"))
# A page that is kept, and one that does not exist, which nobody knows without the database.
KEPT, NOT_KEPT = "/fr/practices/", "/de/communes/nowhere/"


class Staff(Visitor):
    """A member of staff at the desk."""

    def token(self, page: bytes) -> str:
        [token] = re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)[:1]
        return token.decode()

    def post(self, address: str, **fields: str) -> int:
        page = self.ask(address, Accept_Encoding="identity").body
        body = urlencode({"csrfmiddlewaretoken": self.token(page)} | fields)
        headers = {"Content_Type": "application/x-www-form-urlencoded", "Referer": f"http://localhost{address}"}
        return self.ask(address, "POST", body, **headers).status

    def log_in(self) -> None:
        status = self.post(
            "/admin/login/", login="staff@gresil.example", password="a long word of staff", next="/admin/"
        )
        assert status == 302

    def rename_topic(self, key: int, slug: str, name: str) -> None:
        names = {f"name_{code}": f"{name} {code}" for code in LANGUAGES}
        assert self.post(f"/admin/practices/topic/{key}/change/", slug=slug, **names) == 302


def first_topic(staff: Staff) -> tuple[int, str]:
    """Key and slug of a topic that the library shows."""
    page = staff.ask("/admin/practices/topic/", Accept_Encoding="identity").body.decode()
    key = int(re.findall(r"/admin/practices/topic/(\d+)/change/", page)[0])
    form = staff.ask(f"/admin/practices/topic/{key}/change/", Accept_Encoding="identity").body.decode()
    [slug] = re.findall(r'name="slug" value="([\w-]+)"', form) or re.findall(
        r'<div class="readonly">([\w-]+)</div>', form
    )
    return key, slug


@pytest.mark.parametrize("is_shared", [False, True], ids=["pages in files", "pages in Redis"])
def test_an_edit_is_seen_by_the_next_request_on_every_machine(serve, visit, is_shared, request):
    variables = {"CACHE_URL": request.getfixturevalue("redis").url} if is_shared else {}
    desk, other = serve(**variables), serve(**variables)
    staff = visit(desk, Staff)
    staff.log_in()
    key, slug = first_topic(staff)
    # Several connections, so that each worker is asked.
    visitors = [visit(port) for port in (desk, other) for _ in range(4)]
    addresses = {code: f"/{code}/practices/?topic={slug}" for code in LANGUAGES}

    for round_ in range(4):
        staff.rename_topic(key, slug, f"Sujet {round_}")
        for visitor in visitors:
            for code, address in addresses.items():
                page = visitor.ask(address, Accept_Encoding="identity").body.decode()

                assert f"Sujet {round_} {code}" in page


@dataclass(frozen=True)
class Asked:
    address: str
    at: float
    seconds: float
    status: int
    is_stale: bool


class Crowd:
    """Sixteen visitors who ask again and again, and note what they are answered."""

    def __init__(self, port: int) -> None:
        self.asked: list[Asked] = []
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(port, place)) for place in range(16)]

    def ask(self, port: int, place: int) -> None:
        address = [KEPT, NOT_KEPT][place % 2]
        with closing(Visitor(port)) as visitor:
            while not self.is_over.is_set():
                start = time.monotonic()
                answer = visitor.ask(address)
                seconds = time.monotonic() - start
                self.asked.append(Asked(address, start, seconds, answer.status, "Cache-Status" in answer.headers))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *args) -> None:
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def go_on(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.is_over.wait(left)

    def between(self, start: float, end: float, address: str) -> list[Asked]:
        """What was asked and answered between two moments."""
        return [
            asked
            for asked in self.asked
            if asked.address == address and asked.at >= start and asked.at + asked.seconds <= end
        ]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is a file: it does not go away")
def test_while_the_database_is_away_kept_pages_are_given_and_all_is_right_soon_after_its_return(cluster, serve, visit):
    port = serve()
    for _worker in range(8):
        assert visit(port).ask(KEPT).status == 200

    with Crowd(port) as crowd:
        crowd.go_on(1)
        cluster.stop()
        stopped = time.monotonic()
        crowd.go_on(SECONDS_AWAY)
        restarted = time.monotonic()
        cluster.start()
        returned = time.monotonic()
        crowd.go_on(4)
        end = time.monotonic()

    kept, others = (crowd.between(stopped, restarted, address) for address in (KEPT, NOT_KEPT))
    assert {(asked.status, asked.is_stale) for asked in kept} == {(200, True)}
    assert {asked.status for asked in others} == {503}
    assert max(asked.seconds for asked in others) <= 1
    # No answer ever was anything else, not even at the moments of change.
    assert {asked.status for asked in crowd.asked} <= {200, 404, 503}
    for address, status in [(KEPT, 200), (NOT_KEPT, 404)]:
        again = crowd.between(returned + 2, end, address)
        assert {(asked.status, asked.is_stale) for asked in again} == {(status, False)}


def test_while_redis_is_away_pages_are_made_anew_and_right(serve, visit, redis):
    port = serve(CACHE_URL=redis.url)
    with Crowd(port) as crowd:
        crowd.go_on(1)
        redis.stop()
        stopped = time.monotonic()
        visitor = visit(port)
        names = [visitor.ask(f"/{code}/communes/strassen/").status for code in LANGUAGES]
        crowd.go_on(1)
        redis.start()
        crowd.go_on(1)

    assert names == [200] * len(LANGUAGES)
    assert len(crowd.between(stopped, time.monotonic(), KEPT)) > 0
    assert {(asked.address, asked.status) for asked in crowd.asked} == {(KEPT, 200), (NOT_KEPT, 404)}
