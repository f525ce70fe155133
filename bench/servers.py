"""The servers that are measured, and what they and the database use of the CPU."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import psycopg

from bench.databases import VAR_DIR, is_postgresql
from gresil.settings import BASE_DIR

HOST = "localhost"
PORTAL, BARE = "gresil.wsgi", "bench.bare.wsgi"
# As a proxy that takes HTTPS away would send them.
HEADERS = {"Host": HOST, "X-Forwarded-Proto": "https", "Accept-Encoding": "gzip"}
# A server that has not answered after so many seconds has failed.
PATIENCE = 60
TICKS = os.sysconf("SC_CLK_TCK")


def environment(database_url: str) -> dict[str, str]:
    """Production, where the database is PostgreSQL; on SQLite what `make run` has."""
    values = os.environ | {"DATABASE_URL": database_url, "ALLOWED_HOSTS": HOST, "BEHIND_PROXY": "true"}
    if not is_postgresql(database_url):
        return values
    return {"CACHE_URL": "redis://127.0.0.1:6379/0"} | values | {"PRODUCTION": "true", "SECRET_KEY": SECRET_KEY}


# All servers of a run have the same one.
SECRET_KEY = secrets.token_urlsafe(64)


@dataclass
class Server:
    port: int
    process: subprocess.Popen
    database_url: str

    def cpu(self) -> dict[int, float]:
        """Seconds of CPU used so far by each process of gunicorn, of this database and of Redis on this machine."""
        pids = [*tree(self.process.pid), *connections_to(self.database_url), *named("redis-server")]
        return {pid: seconds for pid in pids if (seconds := cpu_of(pid)) is not None}


@contextmanager
def serving(application: str, database_url: str, **variables: str) -> Iterator[Server]:
    """The application under gunicorn with the portal's configuration, on a free port of this machine."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    gunicorn = Path(sys.executable).with_name("gunicorn")
    command = [gunicorn, "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", application]
    log = VAR_DIR / f"{application}.log"
    with log.open("a") as output:
        process = subprocess.Popen(  # noqa: S603 - a command of our own
            command, cwd=BASE_DIR, env=environment(database_url) | variables, stdout=output, stderr=output
        )
    try:
        wait_for(process, port, log)
        yield Server(port, process, database_url)
    finally:
        process.terminate()
        process.wait()


def wait_for(process: subprocess.Popen, port: int, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
                # Any answer will do: the bare project has no such page.
                connection.request("GET", "/healthz", headers=HEADERS)
                connection.getresponse()
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"The server does not answer: see {log}.")


def cpu_of(pid: int) -> float | None:
    """Seconds of CPU that the process and its ended children have used; None when it has ended itself."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # proc(5): utime, stime, cutime and cstime are the fields 14 to 17; the second one, a name, may have spaces.
    return sum(int(field) for field in stat.rpartition(")")[2].split()[11:15]) / TICKS


def tree(pid: int) -> Iterator[int]:
    """The process and all its descendants."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from tree(int(child))


def named(name: str) -> Iterable[int]:
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            if path.read_text().strip() == name:
                yield int(path.parent.name)
        except OSError:
            continue  # It has just ended.


def connections_to(database_url: str) -> Iterable[int]:
    """The processes that serve this database. Those of a PostgreSQL on another machine cannot be seen."""
    if not is_postgresql(database_url):
        return []
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    return {pid for (pid,) in rows} & set(named("postgres"))
