from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

from core.pages import keep


def refuse_trace(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A view that is a function would answer TRACE as it does GET; other foreign methods fail the check for CSRF."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method == "TRACE":
            return HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS", "POST"])
        return get_response(request)

    return answer


def keep_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stands before all others: a page is kept with the headers that they gave it."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        made = getattr(request, "made_page", None)
        return keep(request, response, made) if made else response

    return answer


class CompressOthers(GZipMiddleware):
    """Compresses what is not a kept page: those are compressed once, and always to the same bytes."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_kept = response.has_header("ETag") or (hasattr(request, "made_page") and response.status_code == 200)
        return response if is_kept else super().process_response(request, response)
