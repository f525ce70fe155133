"""Each error answers in the visitor's language and with a way on, whatever is missing."""

import re

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client

from gresil import errors, home
from tests.pages import main_of

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, name in settings.LANGUAGES]


@pytest.fixture
def no_collected_files(settings, tmp_path):
    """As in production before collectstatic."""
    storage = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": storage}


def assert_answers(response: HttpResponse, status: int, language: str) -> None:
    html = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{language}"' in html
    assert len(re.findall("<h1", html)) == 1
    assert not re.search(r"<style|\sstyle=", html)
    main = main_of(response)
    for path in ["", "practices/", "communes/", "helpdesk/"]:
        assert f'href="/{language}/{path}"' in main
    assert f'action="/{language}/search/"' in main
    assert 'name="q"' in main


def page_that_does_not_exist(language: str) -> HttpResponse:
    return Client().get(f"/{language}/nowhere/")


def object_that_does_not_exist(language: str) -> HttpResponse:
    return Client().get(f"/{language}/practices/nothing/")


def wrong_host(language: str) -> HttpResponse:
    return Client().get(f"/{language}/", headers={"host": "evil.example"})


def wrong_token(language: str) -> HttpResponse:
    return Client(enforce_csrf_checks=True).post(f"/{language}/practices/")


REQUESTS = [
    (page_that_does_not_exist, 404),
    (object_that_does_not_exist, 404),
    (wrong_host, 400),
    (wrong_token, 403),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("request_page", "status"), REQUESTS)
def test_an_error_answers_in_the_visitors_language_with_a_way_on(request_page, status, language):
    response = request_page(language)

    assert_answers(response, status, language)
    assert response["Content-Language"] == language
    assert "portal.css" in response.content.decode()


@pytest.mark.usefixtures("no_collected_files")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("request_page", "status"), REQUESTS)
def test_an_error_stays_what_it_is_without_collected_files(request_page, status, language):
    assert_answers(request_page(language), status, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_not_allowed_is_told_so(rf, language):
    request = rf.get(f"/{language}/somewhere/")
    request.user = AnonymousUser()

    assert_answers(errors.permission_denied(request, PermissionDenied()), 403, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("no_collected_files")
def test_what_fails_on_our_side_says_so_with_a_way_on(client, monkeypatch, language):
    def fail():
        raise RuntimeError

    monkeypatch.setattr(home, "helpdesk_contact", fail)
    client.raise_request_exception = False

    assert_answers(client.get(f"/{language}/about/"), 500, language)


def test_the_language_of_an_early_error_is_not_that_of_the_request_before():
    Client().get("/lb/")

    assert_answers(wrong_host("de"), 400, "de")
