"""The portal under gunicorn with several workers, and a database and a cache that can be stopped.

With PostgreSQL the tests start one of their own, since nobody may stop the one that the other tests use.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

HEADERS = {"Host": "localhost", "Accept-Encoding": "gzip"}
SECRET_KEY = secrets.token_urlsafe(64)


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def run(*command: object, **options) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, **options).stdout


def not_as_root(*command: object) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return [*(["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []), *map(str, command)]


@dataclass
class Cluster:
    """A PostgreSQL server in a folder of its own."""

    folder: Path
    programs: Path
    port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        return f"postgres://postgres:x@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        arguments = ["--auth=trust", "--username=postgres", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        run(*not_as_root(self.programs / "initdb", *arguments, self.folder / "data"), cwd="/")

    def control(self, *arguments: str) -> None:
        # The server must not hold the pipe of this process open.
        command = not_as_root(self.programs / "pg_ctl", "--wait", "-D", self.folder / "data", *arguments)
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self.control("-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self.control("-m", "fast", "stop")


@dataclass
class Redis:
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.answers(), self.process)

    def answers(self) -> bool:
        with closing(socket.socket()) as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class Visitor:
    """One connection that is kept, as a browser's, and its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def ask(self, address: str, method: str = "GET", body: str | None = None, **headers: str) -> Answer:
        headers = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            response = self.send(method, address, body, headers)
        except (HTTPException, OSError):
            # gunicorn may have closed a connection that was idle.
            self.connection.close()
            response = self.send(method, address, body, headers)
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _separator, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Answer(response.status, dict(response.headers), response.read())

    def close(self) -> None:
        self.connection.close()

    def send(self, method: str, address: str, body: str | None, headers: dict) -> HTTPResponse:
        self.connection.request(method, address, body, headers)
        return self.connection.getresponse()


def wait_until(holds: Callable[[], bool], process: subprocess.Popen) -> None:
    while not holds():
        assert process.poll() is None
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def serving(database_url: str, **variables: str) -> Iterator[int]:
    """The portal with two workers; its port."""
    port = free_port()
    environment = os.environ | {
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": database_url,
        "WEB_CONCURRENCY": "2",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(
        [*command, "gresil.wsgi"],
        cwd=settings.BASE_DIR,
        env=environment | {"CACHE_URL": ""} | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def answers() -> bool:
        with closing(socket.socket()) as attempt:
            return attempt.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(answers, process)
        yield port
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory) -> Iterator[Cluster | None]:
    if connection.vendor != "postgresql":
        yield None
        return
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("no initdb of PostgreSQL on this machine")
    # A folder that the user of PostgreSQL can reach; that of pytest is private.
    folder = Path(run("mktemp", "-d").strip())
    cluster = Cluster(folder, programs[-1].parent)
    cluster.create()
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def database_url(cluster, tmp_path_factory) -> str:
    """A database with the real content, and a member of staff "staff" who may do everything."""
    url = cluster.url if cluster else f"sqlite:///{tmp_path_factory.mktemp('portal') / 'portal.sqlite3'}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SUPERUSER_PASSWORD": "a long word of staff"}
    for arguments in [
        ["migrate", "--verbosity", "0"],
        ["load_content"],
        ["createsuperuser", "--no-input", "--username", "staff", "--email", "staff@gresil.example"],
    ]:
        run(sys.executable, "manage.py", *arguments, cwd=settings.BASE_DIR, env=environment)
    return url


@pytest.fixture
def redis() -> Iterator[Redis]:
    if not shutil.which("redis-server"):
        pytest.skip("no redis-server on this machine")
    redis = Redis()
    redis.start()
    yield redis
    redis.stop()


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    """Opens a connection to the portal at a port, for a visitor or another kind of person."""
    with ExitStack() as stack:
        yield lambda port, person=Visitor: stack.enter_context(closing(person(port)))


@pytest.fixture
def serve(database_url) -> Iterator[Callable[..., int]]:
    """Starts a portal with these variables of the environment and gives its port."""
    with ExitStack() as stack:
        yield lambda **variables: stack.enter_context(serving(database_url, **variables))
