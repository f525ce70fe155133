"""Requests of the portal to addresses that people typed: they reach the public web and nothing else.

A name may lead anywhere, and to another place a moment later. So the address that it leads to is looked at, and the
connection goes to just that one; what a redirect names is looked at in the same way.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from django.utils.encoding import iri_to_uri

SECONDS = 5.0
MOST_BYTES = 1_000_000
MOST_REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
REDIRECTS = {301, 302, 303, 307, 308}
HEADERS = {
    "User-Agent": "GRESIL-portal (looks whether links still lead somewhere)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}

Address = IPv4Address | IPv6Address

# IPv6 addresses that stand for an IPv4 one, or for a place that only a site knows: RFC 4291, 6052, 8215, 3056, 4380.
DISGUISES = [
    IPv6Network(text) for text in ("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
]


class NotPublicError(Exception):
    """An address that the portal does not ask: not of the public web, or not to be read as an address."""


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and any(address in network for network in DISGUISES):
        return False
    is_special = address.is_multicast or address.is_reserved or getattr(address, "is_site_local", False)
    return address.is_global and not is_special


def resolve(host: str, port: int) -> list[str]:
    """The addresses that `host` has now. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Guard:
    """Which addresses may be asked; tests let a server of their own in."""

    ports: frozenset[int] = frozenset(PORTS.values())
    is_allowed: Callable[[Address], bool] = is_public
    resolve: Callable[[str, int], list[str]] = resolve
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def check(self, url: str) -> tuple[SplitResult, int]:
        """`url` and its port. Raises NotPublicError."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError) as error:
            raise NotPublicError(url) from error
        if port not in self.ports or not parts.hostname or parts.username is not None or parts.password is not None:
            raise NotPublicError(url)
        return parts, port

    def address_of(self, host: str, port: int) -> str:
        """The address to connect to. If one of several is not allowed, none is. Raises NotPublicError, OSError."""
        try:
            # A name that IDNA refuses is no name; a scope ("fe80::1%eth0") is of this machine alone.
            found = [ip_address(text) for text in self.resolve(host, port)]
        except ValueError as error:
            raise NotPublicError(host) from error
        if not found or not all(self.is_allowed(address) for address in found):
            raise NotPublicError(host)
        return str(found[0])


class BoundedReader(io.RawIOBase):
    """What comes through a connection, up to a number of bytes and a moment."""

    def __init__(self, sock: socket.socket, ends_at: float) -> None:
        self.sock, self.stream = sock, sock.makefile("rb", buffering=0)
        self.ends_at, self.left = ends_at, MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self.sock.settimeout(time_left(self.ends_at))
        count = self.stream.readinto(memoryview(buffer)[: self.left])
        self.left -= count or 0
        return count

    def close(self) -> None:
        self.stream.close()
        super().close()


def time_left(ends_at: float) -> float:
    seconds = ends_at - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


class Connection(http.client.HTTPConnection):
    """To one address, which is not looked up again; the server is known by its name."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None, ends_at: float) -> None:
        super().__init__(host, port)
        self.address, self.context, self.ends_at = address, context, ends_at
        self.response_class = self.bounded_response  # type: ignore[assignment]

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), time_left(self.ends_at))
        if self.context:
            self.sock = self.context.wrap_socket(self.sock, server_hostname=self.host)

    def bounded_response(self, sock: socket.socket, *args: Any, **options: Any) -> http.client.HTTPResponse:
        response = http.client.HTTPResponse(sock, *args, **options)
        unbounded, response.fp = response.fp, io.BufferedReader(BoundedReader(sock, self.ends_at))
        unbounded.close()
        return response


@dataclass(frozen=True)
class Answer:
    status: int
    url: str
    """Where redirects have led to."""


def ask(url: str, method: str = "GET", guard: Guard | None = None) -> Answer:
    """What the public web answers at `url`, redirects followed. The text of a page is not read.

    Raises NotPublicError; OSError when nobody answers in time or the certificate is not valid; HTTPException when the
    answer is none.
    """
    guard = guard or Guard()
    ends_at = time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        status, location = ask_once(url, method, guard, ends_at)
        if status not in REDIRECTS or not location:
            return Answer(status, url)
        url = urljoin(url, location)
    raise http.client.HTTPException("Too many redirects")


def ask_once(url: str, method: str, guard: Guard, ends_at: float) -> tuple[int, str]:
    """(status, address that a redirect names)"""
    parts, port = guard.check(url)
    host = str(parts.hostname)
    context = guard.context if parts.scheme == "https" else None
    connection = Connection(host, port, guard.address_of(host, port), context, ends_at)
    path = iri_to_uri(f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/")
    try:
        connection.request(method, path, headers=HEADERS)
        response = connection.getresponse()
        with response:
            return response.status, response.getheader("Location") or ""
    finally:
        connection.close()
