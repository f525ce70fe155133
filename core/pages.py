"""Public pages, kept until the content changes.

A view says that its page is public by `@public_page("q", "page")`, with the parameters that the page understands. The
page then depends on nothing but its address, what the public sees (`core.versions`), the day and this release: nothing
in it may read `request.user` or set a cookie. It is made once for each version, and kept in the memory of the process
and in the cache "pages", which other processes and machines share.
"""

import gzip
import logging
import time
from collections.abc import Callable
from datetime import date
from functools import cache, wraps
from hashlib import blake2b
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from cachetools import LRUCache
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseNotModified
from django.template.response import SimpleTemplateResponse
from django.utils import timezone
from django.utils.cache import has_vary_header, patch_vary_headers

from core.parameters import keep_parameters
from core.versions import PUBLIC, knowing, reader

logger = logging.getLogger(__name__)

View = Callable[..., Any]
SAFE_METHODS = ["GET", "HEAD"]

LARGEST = 64 * 1024
"""Of a page that is kept, compressed."""
# Visitors can invent any number of addresses with a query: they have a share of their own, and push out no others.
MEMORY_OF_QUERIES = 0.25
SLOTS, SLOTS_OF_QUERIES = 8192, 2048
# What nobody asks for leaves the shared cache.
DAYS_SHARED = 7
# After the shared cache did not answer, this process does without it for so many seconds.
PAUSE = 5
# A proxy may show a page for so long while the portal does not answer.
STALE_IF_ERROR = 24 * 3600


class Edition(NamedTuple):
    """What a page depends on beside its address."""

    token: UUID
    """The public version."""
    day: date
    """What is upcoming, and what has ended, changes at midnight."""


class MadePage(NamedTuple):
    """What is noted of a public page that is being made, until it has all its headers."""

    address: str
    edition: Edition


class Page(NamedTuple):
    address: str
    edition: Edition
    headers: tuple[tuple[str, str], ...]
    body: bytes
    """Compressed."""


def edition_of(token: UUID | None) -> Edition | None:
    """None while nothing was ever written: then nothing is kept."""
    return Edition(token, timezone.localdate()) if token and settings.KEEP_PAGES else None


def address_of(request: HttpRequest, query: str) -> str:
    """As a visitor writes it, with `query` as its parameters. Raises DisallowedHost."""
    address = f"{request.scheme}://{request.get_host()}{request.path}"
    return f"{address}?{query}" if query else address


def has_query(address: str) -> bool:
    return "?" in address


@cache
def release() -> str:
    """A fingerprint of the code, texts and files that pages are made of, so that releases share no page."""
    digest = blake2b(digest_size=8)
    folders = [path for path in sorted(settings.BASE_DIR.iterdir()) if path.is_dir() and path.name not in NO_SOURCES]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in SOURCES:
                digest.update(str(path.relative_to(settings.BASE_DIR)).encode())
                digest.update(path.read_bytes())
    digest.update((settings.BASE_DIR / "requirements.txt").read_bytes())
    return digest.hexdigest()


NO_SOURCES = {".venv", ".git", "var", "tests", "bench", "docs", "fixtures", "static-collected"}
SOURCES = {".py", ".html", ".mo", ".txt", ".css", ".js", ".svg", ".json"}


def etag_of(address: str, edition: Edition, *, is_compressed: bool) -> str:
    """The same for the same bytes, known without them."""
    text = "\n".join([release(), address, str(edition.token), edition.day.isoformat(), str(is_compressed)])
    return f'"{blake2b(text.encode(), digest_size=12).hexdigest()}"'


def accepts_gzip(request: HttpRequest) -> bool:
    for part in request.META.get("HTTP_ACCEPT_ENCODING", "").split(","):
        coding, _separator, quality = part.partition(";")
        if coding.strip().lower() in {"gzip", "*"}:
            return float_of(quality) > 0
    return False


def float_of(quality: str) -> float:
    """0.5 of "q=0.5", and 1 where nothing is said."""
    try:
        return float(quality.partition("=")[2] or 1)
    except ValueError:
        return 1


class Shared:
    """The cache "pages". A page has one of a fixed number of slots, which it takes from any other page, so that however
    many addresses are invented, no more is kept. While the cache does not answer, pages are made as if it was empty."""

    pause_ends = 0.0

    def slot(self, address: str) -> str:
        number = int.from_bytes(blake2b(f"{release()}{address}".encode(), digest_size=8).digest())
        return f"q{number % SLOTS_OF_QUERIES}" if has_query(address) else f"a{number % SLOTS}"

    def get(self, address: str) -> Page | None:
        kept = self.attempt(caches["pages"].get, self.slot(address))
        return Page(kept[0], Edition(*kept[1]), *kept[2:]) if kept and kept[0] == address else None

    def set(self, page: Page) -> None:
        self.attempt(
            caches["pages"].set,
            self.slot(page.address),
            (page.address, tuple(page.edition), page.headers, page.body),
            DAYS_SHARED * 24 * 3600,
        )

    def attempt(self, function: Callable, *args: Any) -> Any:
        if time.monotonic() < self.pause_ends:
            return None
        try:
            return function(*args)
        except Exception as error:  # each backend has errors of its own
            self.pause_ends = time.monotonic() + PAUSE
            logger.warning("The cache of pages does not answer (%s); trying again in %s seconds.", error, PAUSE)
            return None


class Memory:
    """Of this process: the pages asked for last, up to a number of bytes."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.clear()

    def clear(self) -> None:
        size = settings.PAGES_MEMORY * 1024 * 1024
        of_queries = int(size * MEMORY_OF_QUERIES)
        self.plain = LRUCache[str, Page](size - of_queries, getsizeof=size_of)
        self.queries = LRUCache[str, Page](of_queries, getsizeof=size_of)

    def part(self, address: str) -> LRUCache[str, Page]:
        return self.queries if has_query(address) else self.plain

    def get(self, address: str) -> Page | None:
        with self.lock:
            return self.part(address).get(address)

    def set(self, page: Page) -> None:
        with self.lock:
            self.part(page.address)[page.address] = page


def size_of(page: Page) -> int:
    """Bytes that a kept page takes in memory, about: the body, and a kilobyte for its headers and address."""
    return len(page.body) + 2 * len(page.address) + 1024


memory, shared = Memory(), Shared()


def kept_page(address: str, token: UUID | None) -> Page | None:
    """The page that was kept for this version, if there is one."""
    page = memory.get(address)
    if page and page.edition.token == token:
        return page
    page = shared.get(address)
    if page and page.edition.token == token:
        memory.set(page)
        return page
    return None


def answer_with(page: Page, request: HttpRequest) -> HttpResponse:
    is_compressed = accepts_gzip(request)
    body = page.body if is_compressed else gzip.decompress(page.body)
    response = HttpResponse(body, headers=dict(page.headers) | {"Content-Length": str(len(body))})
    if is_compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["ETag"] = etag_of(page.address, page.edition, is_compressed=is_compressed)
    return response


def not_modified(request: HttpRequest, address: str, edition: Edition) -> HttpResponse | None:
    """304, if the visitor has the page of this edition."""
    if not (tags := request.META.get("HTTP_IF_NONE_MATCH")):
        return None
    etag = etag_of(address, edition, is_compressed=accepts_gzip(request))
    # One of a list, or a weak one: a proxy that compresses makes weak tags of strong ones.
    if etag not in tags:
        return None
    headers = {"ETag": etag, "Cache-Control": cache_control(), "Vary": "Accept-Encoding"}
    return HttpResponseNotModified(headers=headers)


def cache_control() -> str:
    return f"public, max-age={settings.PAGES_MAX_AGE}, stale-if-error={STALE_IF_ERROR}"


def stale(page: Page | None, request: HttpRequest) -> HttpResponse | None:
    """A kept page, while the database is away, if it was right when that answered last. RFC 9211 has the header."""
    if page is None or page.edition.token != reader.latest:
        return None
    response = answer_with(page, request)
    seconds = int(time.monotonic() - reader.read_at)
    response.headers["Cache-Status"] = f'gresil; hit; ttl=-{seconds}; detail="database away"'
    return response


def answer_at_once(request: HttpRequest) -> HttpResponse | None:
    """The page at an address that this process remembers, before anything else looks at the request."""
    if not settings.KEEP_PAGES or request.method not in SAFE_METHODS:
        return None
    try:
        address = address_of(request, request.META.get("QUERY_STRING", ""))
    except DisallowedHost:
        return None
    page = memory.get(address)
    if page is None:
        return None
    try:
        edition = edition_of(reader.public())
    except (OperationalError, InterfaceError):
        return stale(page, request)
    if edition is None:
        return None
    return not_modified(request, address, edition) or (answer_with(page, request) if page.edition == edition else None)


def public_page(*parameters: str) -> Callable[[View], View]:
    """Declares that a view answers everyone the same, and the parameters that it understands: it sees no others."""

    def declare(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in SAFE_METHODS:
                return HttpResponseNotAllowed(SAFE_METHODS)
            keep_parameters(request, *parameters)
            address = address_of(request, request.GET.urlencode())
            try:
                tokens = reader.all()
            except (OperationalError, InterfaceError):
                if response := stale(kept_page(address, reader.latest), request):
                    return response
                raise
            edition = edition_of(tokens.get(PUBLIC))
            if edition:
                if response := not_modified(request, address, edition):
                    return response
                page = kept_page(address, edition.token)
                if page and page.edition == edition:
                    return answer_with(page, request)
            with knowing(tokens):
                response = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
            if edition:
                request.made_page = MadePage(address, edition)  # type: ignore[attr-defined]
            return response

        answer.is_public_page = True  # type: ignore[attr-defined]
        return answer

    return declare


def never_keep(response: HttpResponse) -> None:
    """Say of a public page that it does something when it is made, which has to be done each time."""
    response.is_never_kept = True  # type: ignore[attr-defined]


def keep(request: HttpRequest, response: HttpResponse, made: MadePage) -> HttpResponse:
    """Keep a page that was just made, with all its headers, unless something in it is for one visitor alone."""
    if response.status_code != 200 or response.cookies or has_vary_header(response, "Cookie"):
        return response
    response.headers["Cache-Control"] = cache_control()
    patch_vary_headers(response, ["Accept-Encoding"])
    try:
        # While the page was made the content may have changed, and part of it be older than the rest.
        if reader.public() != made.edition.token or hasattr(response, "is_never_kept"):
            return response
    except (OperationalError, InterfaceError):
        return response
    body = gzip.compress(response.content, mtime=0)
    del response.headers["Content-Length"]  # of the bytes before they were compressed
    page = Page(made.address, made.edition, tuple(response.headers.items()), body)
    if len(body) <= LARGEST:
        memory.set(page)
        shared.set(page)
    return answer_with(page, request)
