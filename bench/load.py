"""Requests: one after another, to see what each costs, or many at once with wrk, to see how many a server answers."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import NamedTuple

from bench.servers import HEADERS, Server

# Seconds of CPU in a fifth of a second.
IDLE = 0.02
MILLISECONDS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}


class Address(NamedTuple):
    path: str
    etag: str = ""
    """What a browser remembers of the page; the answer is then to be 304."""


@dataclass(frozen=True)
class Load:
    per_second: float
    p50: float
    p99: float
    """Milliseconds."""


def get(connection: HTTPConnection, address: Address) -> tuple[HTTPResponse, bytes]:
    headers = HEADERS | ({"If-None-Match": address.etag} if address.etag else {})
    connection.request("GET", address.path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != (304 if address.etag else 200):
        raise SystemExit(f"{address.path} answered {response.status}.")
    return response, body


def open_connection(server: Server) -> closing[HTTPConnection]:
    return closing(HTTPConnection("127.0.0.1", server.port, timeout=30))


def with_etags(server: Server, addresses: Sequence[Address]) -> list[Address]:
    """The same addresses as a browser asks for them that has seen them; none where the server sends no ETag."""
    with open_connection(server) as connection:
        seen = [Address(path, get(connection, Address(path))[0].headers.get("ETag", "")) for path, _etag in addresses]
    return [address for address in seen if address.etag]


def cpu_of_a_request(
    server: Server, addresses: Sequence[Address], seconds: float, first: Callable[[], object] = lambda: None
) -> float:
    """Milliseconds of CPU of server and database, over requests one after another on one connection; `first` is called
    before each."""
    while True:
        with open_connection(server) as connection:
            # The server has been idle: its threads connect to the database anew, and its memory was put aside.
            ask_for(connection, addresses, seconds / 2, first)
            before = server.cpu()
            count = ask_for(connection, addresses, seconds, first)
            after = server.cpu()
        # A process that has ended took its figures along.
        if before.keys() <= after.keys():
            return 1000 * sum(used - before.get(pid, 0) for pid, used in after.items()) / count


def ask_for(
    connection: HTTPConnection, addresses: Sequence[Address], seconds: float, first: Callable[[], object]
) -> int:
    """Ask for all addresses, and again until the time is over; returns how many requests that were."""
    count, end = 0, time.monotonic() + seconds
    while not count or time.monotonic() < end:
        for address in addresses:
            first()
            get(connection, address)
        count += len(addresses)
    return count


def load(server: Server, addresses: Sequence[Address], connections: int, seconds: float) -> Load:
    """So many connections at once, each of which asks anew as soon as it is answered."""
    headers = [part for name, value in HEADERS.items() for part in ("-H", f"{name}: {value}")]
    arguments = [part for path, etag in addresses for part in (path, etag or "-")]
    script = Path(__file__).with_name("requests.lua")
    command = [
        *[wrk(), "--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s"],
        *["--timeout", "30s", "--latency", "--script", str(script), *headers],
        *[f"http://127.0.0.1:{server.port}", "--", *arguments],
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
    wait_until_idle(server)
    return parse(output)


def wait_until_idle(server: Server) -> None:
    """The server still makes the pages for which nobody waits any more: the next measurement would pay for them."""
    before, after = -1.0, 0.0
    while after - before > IDLE:
        time.sleep(0.2)
        before, after = after, sum(server.cpu().values())


def wrk() -> str:
    found = shutil.which("wrk")
    if not found:
        raise SystemExit("wrk is missing, which sends the requests: apt-get install wrk")
    return found


def parse(output: str) -> Load:
    """What wrk says."""
    failed = re.search(r"Non-2xx or 3xx responses: \d+|Socket errors: .*", output)
    if failed:
        raise SystemExit(f"The server does not keep up or answers with errors. {failed[0]}.")
    latencies = re.findall(r"(\d+)%\s+([\d.]+)(us|ms|s|m)\b", output)
    of = {percent: float(value) * MILLISECONDS[unit] for percent, value, unit in latencies}
    return Load(float(re.findall(r"Requests/sec:\s+([\d.]+)", output)[0]), of["50"], of["99"])
