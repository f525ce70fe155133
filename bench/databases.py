"""The databases that are measured: one for each size, made where it is missing and kept for the next time.

On the PostgreSQL server of BENCH_DATABASE_URL they are called gresil_bench_10000_3fa9c1; without it they are SQLite
files in var/bench/. The last part says what they were made from: content, migrations and bench/synthetic.py.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

from gresil.settings import BASE_DIR

VAR_DIR = BASE_DIR / "var" / "bench"
# Practices of fixtures/: the smallest size has no other ones.
REAL = 25
SERVER = os.environ.get("BENCH_DATABASE_URL", "")


def is_postgresql(url: str) -> bool:
    return url.startswith("postgres")


def made_from() -> str:
    digest = hashlib.sha256()
    for path in sorted([*BASE_DIR.glob("fixtures/*.json"), *BASE_DIR.glob("*/migrations/*.py")]):
        digest.update(path.read_bytes())
    digest.update((Path(__file__).parent / "synthetic.py").read_bytes())
    return digest.hexdigest()[:6]


def database(size: int, *, fresh: bool = False) -> str:
    """DATABASE_URL of the database with so many practices."""
    return make(size, fresh=fresh) if fresh or not exists(name_of(size)) else address(name_of(size))


def name_of(size: int) -> str:
    return f"gresil_bench_{size}_{made_from()}"


def make(size: int, *, fresh: bool) -> str:
    """An interrupted run left its database unfinished under another name; the next one goes on with it."""
    unfinished = f"{name_of(size)}_unfinished"
    if fresh:
        drop(unfinished)
    if not exists(unfinished):
        create(unfinished, name_of(REAL) if size > REAL and database(REAL) else "")
    print(f"Making {name_of(size)} …", flush=True)
    values = os.environ | {"DATABASE_URL": address(unfinished)}
    work = ["manage.py", "prepare"] if size == REAL else ["-m", "bench.synthetic", str(size)]
    # What `prepare` says of its account is of no use here.
    output = subprocess.DEVNULL if size == REAL else None
    subprocess.run([sys.executable, *work], cwd=BASE_DIR, env=values, check=True, stdout=output)  # noqa: S603
    drop(name_of(size))
    rename(unfinished, name_of(size))
    return address(name_of(size))


def file_of(name: str) -> Path:
    return VAR_DIR / f"{name}.sqlite3"


def address(name: str) -> str:
    return urlsplit(SERVER)._replace(path=f"/{name}").geturl() if SERVER else f"sqlite:///{file_of(name)}"


def execute(statement: str, *names: str) -> bool:
    """Run it on the server with these names in its `{}`; returns whether it affected or found a row."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        return connection.execute(SQL(statement).format(*map(Identifier, names))).rowcount > 0


def exists(name: str) -> bool:
    if not SERVER:
        return file_of(name).exists()
    with psycopg.connect(SERVER, autocommit=True) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def create(name: str, template: str = "") -> None:
    """A copy of `template`, which nobody may be using; an empty database without one."""
    if not SERVER:
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        if template:
            shutil.copyfile(file_of(template), file_of(name))
        return
    execute("CREATE DATABASE {} TEMPLATE {}", name, template or "template1")
    # A worker of a parallel query ends with it, and nobody could say afterwards how much CPU it took.
    execute("ALTER DATABASE {} SET max_parallel_workers_per_gather = 0", name)


def rename(name: str, new: str) -> None:
    if SERVER:
        execute("ALTER DATABASE {} RENAME TO {}", name, new)
    else:
        file_of(name).rename(file_of(new))


@contextmanager
def changing(url: str) -> Iterator[Callable[[], object]]:
    """Gives a function that renews every version in the database, as a change of all that the portal shows would."""
    if is_postgresql(url):
        with psycopg.connect(url, autocommit=True) as server:
            yield lambda: server.execute("UPDATE core_version SET token = gen_random_uuid()")
    else:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)) as file:
            yield lambda: file.execute("UPDATE core_version SET token = lower(hex(randomblob(16)))")


def drop(name: str) -> None:
    if SERVER:
        execute("DROP DATABASE IF EXISTS {}", name)
    else:
        file_of(name).unlink(missing_ok=True)
