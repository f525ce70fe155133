"""What this process remembers is given before Django looks at the request."""

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from django.test.client import ClientHandler

from core import versions
from core.pages import memory
from core.wsgi import kept_pages_first
from tests.factories import make_practice

pytestmark = pytest.mark.django_db

PAGE = "/fr/practices/jardin/"


class Asked:
    """The portal as gunicorn asks it, and the paths that were left to Django."""

    def __init__(self):
        self.left_to_django = []
        self.application = kept_pages_first(self.ask_django)

    def ask_django(self, environ, start_response):
        self.left_to_django.append(environ["PATH_INFO"])
        # Unlike WSGIHandler it leaves the connection of the test open.
        response = ClientHandler()(environ)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    def __call__(self, address, method="GET", **headers):
        """Status, headers and body of the answer."""
        environ = RequestFactory(headers=headers).generic(method, address).environ
        answer = []
        body = b"".join(self.application(environ, lambda status, headers: answer.extend([status, dict(headers)])))
        return *answer, body


@pytest.fixture
def ask():
    return Asked()


@pytest.fixture
def practice():
    return make_practice(slug="jardin", title_fr="Le jardin")


def test_the_second_visitor_gets_what_the_first_one_got(ask, practice):
    first, second = ask(PAGE), ask(PAGE)

    assert ask.left_to_django == [PAGE]
    assert second == first
    assert second[0] == "200 OK"
    assert "Le jardin" in second[2].decode()


def test_a_visitor_who_has_the_page_is_told_so(ask, practice):
    _status, headers, _body = ask(PAGE)

    assert ask(PAGE, if_none_match=headers["ETag"])[::2] == ("304 Not Modified", b"")
    assert ask.left_to_django == [PAGE]


def test_who_asks_for_the_head_gets_no_body(ask, practice):
    _status, headers, _body = ask(PAGE)

    assert ask(PAGE, method="HEAD") == ("200 OK", headers, b"")
    assert ask.left_to_django == [PAGE]


def test_a_change_is_seen_by_the_next_request(ask, practice):
    ask(PAGE)
    practice.title_fr = "Le potager"
    practice.save()

    assert "Le potager" in ask(PAGE)[2].decode()
    assert ask.left_to_django == [PAGE, PAGE]


@pytest.mark.parametrize(
    ("address", "method", "headers", "status"),
    [
        (PAGE, "POST", {}, "403"),
        ("/fr/practices/jardin", "GET", {}, "301"),
        ("/fr/practices/jard%69n/?utm=mail", "GET", {}, "200"),
        (PAGE, "GET", {"host": "elsewhere.example"}, "400"),
        ("/fr/practices/%FF/", "GET", {}, "404"),
    ],
)
def test_all_else_is_left_to_django(ask, practice, address, method, headers, status):
    ask(PAGE)

    assert ask(address, method, **headers)[0].startswith(status)
    assert len(ask.left_to_django) == 2


def test_a_page_reached_by_https_is_not_given_to_who_came_without(ask, practice, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ask(PAGE, x_forwarded_proto="https")
    ask(PAGE, x_forwarded_proto="http")
    assert ask.left_to_django == [PAGE, PAGE]

    ask(PAGE, x_forwarded_proto="https")
    assert ask.left_to_django == [PAGE, PAGE]


def test_while_the_database_is_away_a_page_is_given_and_marked(ask, practice, monkeypatch):
    ask(PAGE)

    def refuse(statement):
        raise OperationalError("connection refused")

    monkeypatch.setattr(versions.reader, "rows", refuse)

    status, headers, _body = ask(PAGE)

    assert status == "200 OK"
    assert "database away" in headers["Cache-Status"]
    assert ask.left_to_django == [PAGE]


def test_nothing_is_remembered_where_the_settings_say_so(ask, practice, settings):
    ask(PAGE)
    settings.KEEP_PAGES = False

    ask(PAGE)

    assert ask.left_to_django == [PAGE, PAGE]
    assert list(memory.plain)
