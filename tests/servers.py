"""Sites and a mail server for tests, on this machine: what sites answer is written in the test."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from core.web import Guard

# Path -> status, and headers.
Answers = Mapping[str, tuple[int, dict[str, str]]]


@contextmanager
def site(answers: Answers) -> Iterator[tuple[int, list[tuple[str, str, str]]]]:
    """Its port, and what it was asked: (method, host, path)."""
    asked: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append((self.command, self.headers["Host"], self.path))
            default = answers.get(self.path, (404, {}))
            status, headers = answers.get(f"{self.command} {self.path}", default)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD = answer  # noqa: N815 - as http.server calls them

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def guard_for(*ports: int, hosts: Mapping[str, str] | None = None) -> Guard:
    """Lets 127.0.0.1 in at these ports, as if it were of the public web; every name leads there, but for `hosts`."""
    return Guard(
        ports=frozenset(ports),
        is_allowed=lambda address: str(address) == "127.0.0.1",
        resolve=lambda host, port: [(hosts or {}).get(host, "127.0.0.1")],
    )


class Kept(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.messages.append(message)


@contextmanager
def mail_server() -> Iterator[tuple[int, list[Message]]]:
    """Its port, and the messages that it got."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Kept(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, controller.handler.messages
    finally:
        controller.stop()
