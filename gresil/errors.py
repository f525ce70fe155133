"""What a visitor sees when something is wrong: in the visitor's language, and always with a way on."""

import logging
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from accounts.kept_posts import may_be_kept, send_again

logger = logging.getLogger(__name__)

# What a browser or a proxy is told when the database does not answer.
SECONDS_TO_WAIT = 10


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, "400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, "403.html", 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, "404.html", 404)


def gone(request: HttpRequest, at: datetime | None, ways_on: Sequence[tuple[Any, str]]) -> HttpResponse:
    """In the place of a page that was withdrawn, `at` a moment if that is known; `ways_on` are names and addresses."""
    return render(request, "410.html", {"at": at, "ways_on": ways_on}, status=HTTPStatus.GONE)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if not may_be_kept(request):
        return error_page(request, "403_csrf.html", 403)
    with translation.override(translation.get_language_from_request(request, check_path=True)):
        return send_again(request)


class DatabaseAway(MiddlewareMixin):
    """Whatever was asked for: when the database does not answer, or has too much to do, it may in a moment."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError | InterfaceError):
            return None
        logger.error("The database does not answer: %s", str(exception).partition("\n")[0])
        response = error_page(request, "503.html", 503)
        response.headers["Retry-After"] = str(SECONDS_TO_WAIT)
        response.headers["Cache-Control"] = "no-store"
        return response


def error_page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    # A request that is refused early has no language yet, or that of an earlier one in the same thread.
    language = translation.get_language_from_request(request, check_path=True)
    with translation.override(language):
        response = render(request, template, {"frame": frame()}, status=status)
    response.headers["Content-Language"] = language
    return response


def frame() -> str:
    """The template around an error page: the portal's own, unless that fails because no static files were collected."""
    try:
        staticfiles_storage.url("css/portal.css")
    except ValueError:
        return "plain.html"
    return "base.html"
