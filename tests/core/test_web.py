import socket
import threading
from http.client import HTTPException

import pytest

from core import web
from core.web import Guard, NotPublicError, ask
from tests.servers import guard_for, site

pytestmark = pytest.mark.any_database

NOT_OF_THE_PUBLIC_WEB = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
    "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "fc00::1", "fd12::1",
    "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1",
]  # fmt: skip


@pytest.fixture
def connections(monkeypatch) -> list[tuple]:
    """Where somebody wanted to connect to; nobody gets through."""
    tried = []

    def refuse(address, *args):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


@pytest.mark.parametrize("address", NOT_OF_THE_PUBLIC_WEB)
def test_a_name_that_leads_to_an_address_within_is_refused_before_any_connection(connections, address):
    with pytest.raises(NotPublicError):
        ask("https://www.example.lu/", guard=Guard(resolve=lambda host, port: [address]))

    assert not connections


def test_one_address_within_among_public_ones_is_enough_to_refuse(connections):
    guard = Guard(resolve=lambda host, port: ["1.1.1.1", "10.0.0.1"])

    with pytest.raises(NotPublicError):
        ask("https://www.example.lu/", guard=guard)

    assert not connections


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://2130706433/",
        "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0/", "http://169.254.169.254/latest/",
        "http://[fe80::1%25lo]/",
    ],
)  # fmt: skip
def test_an_address_within_is_refused_however_it_is_written(connections, url):
    with pytest.raises((NotPublicError, socket.gaierror)):
        ask(url)

    assert not connections


@pytest.mark.parametrize(
    "url",
    [
        "", "www.example.lu", "ftp://example.lu/", "file:///etc/passwd", "gopher://example.lu/", "javascript:alert(1)",
        "https:///path", "https://example.lu:8080/", "http://example.lu:22/", "https://example.lu:99999/",
        "https://user:password@example.lu/", "https://@example.lu/", "http://[::1", "//example.lu/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_the_web_is_refused_without_looking_it_up(connections, url):
    looked_up = []

    with pytest.raises(NotPublicError):
        ask(url, guard=Guard(resolve=lambda host, port: looked_up.append(host) or ["1.1.1.1"]))

    assert not connections
    assert not looked_up


@pytest.mark.parametrize("name", ["xn--\udcff.lu", "a" * 64 + ".lu", "a..lu"])
def test_a_name_that_is_none_is_refused(connections, name):
    with pytest.raises((NotPublicError, OSError)):
        ask(f"https://{name}/")

    assert not connections


def test_public_addresses_are_asked_at_the_address_that_was_looked_at(connections):
    answers = iter([["1.1.1.1"], ["127.0.0.1"]])

    with pytest.raises(ConnectionRefusedError):
        ask("https://www.example.lu/", guard=Guard(resolve=lambda host, port: next(answers)))

    assert connections == [("1.1.1.1", 443)]


def test_an_answer_comes_with_its_status_and_the_name_of_the_site():
    with site({"/caf%C3%A9?q=1": (200, {})}) as (port, asked):
        answer = ask(f"http://www.example.lu:{port}/café?q=1", "HEAD", guard_for(port))

    assert answer.status == 200
    assert asked == [("HEAD", f"www.example.lu:{port}", "/caf%C3%A9?q=1")]


def test_redirects_are_followed_to_their_end():
    with site({"/old": (301, {"Location": "/new"}), "/new": (302, {"Location": "newest"}), "/newest": (200, {})}) as (
        port,
        asked,
    ):
        answer = ask(f"http://www.example.lu:{port}/old", guard=guard_for(port))

    assert (answer.status, answer.url) == (200, f"http://www.example.lu:{port}/newest")
    assert [path for _method, _host, path in asked] == ["/old", "/new", "/newest"]


@pytest.mark.parametrize(
    "target", ["http://intern.lu:{port}/", "http://127.0.0.1:1/", "file:///etc/passwd", "//[::1]/"]
)
def test_a_redirect_to_an_address_within_is_refused(target):
    answers = {}
    with site(answers) as (port, asked):
        answers["/"] = (302, {"Location": target.format(port=port)})
        guard = guard_for(port, hosts={"intern.lu": "10.0.0.1", "::1": "::1"})

        with pytest.raises(NotPublicError):
            ask(f"http://www.example.lu:{port}/", guard=guard)

    assert len(asked) == 1


def test_redirects_without_an_end_are_given_up():
    with site({"/": (302, {"Location": "/"})}) as (port, asked), pytest.raises(HTTPException):
        ask(f"http://www.example.lu:{port}/", guard=guard_for(port))

    assert len(asked) == web.MOST_REDIRECTS + 1


@pytest.fixture
def endless(monkeypatch):
    """The port of a site that sends a piece again and again, and never comes to an end."""
    server = socket.create_server(("127.0.0.1", 0))
    is_over = threading.Event()
    sent = []

    def serve(piece: bytes, pause: float) -> None:
        connection, _address = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not is_over.wait(pause):
                try:
                    connection.sendall(piece)
                except OSError:
                    return
                sent.append(len(piece))

    threads = []

    def start(piece: bytes, pause: float = 0) -> tuple[int, list[int]]:
        threads.append(threading.Thread(target=serve, args=(piece, pause)))
        threads[0].start()
        return server.getsockname()[1], sent

    yield start
    is_over.set()
    for thread in threads:
        thread.join()
    server.close()


def test_a_site_that_never_comes_to_an_end_is_left_after_a_while(endless, monkeypatch):
    monkeypatch.setattr(web, "SECONDS", 0.2)
    port, _sent = endless(b"X: y\r\n", 0.01)

    with pytest.raises(OSError):  # noqa: PT011 - that it ends is all that matters
        ask(f"http://www.example.lu:{port}/", guard=guard_for(port))


def test_a_site_that_sends_without_end_is_left_after_a_megabyte(endless, monkeypatch):
    monkeypatch.setattr(web, "MOST_BYTES", 1000)
    port, _sent = endless(b"X: " + b"y" * 100 + b"\r\n")

    answer = ask(f"http://www.example.lu:{port}/", guard=guard_for(port))

    assert answer.status == 200
