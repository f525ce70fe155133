from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed


def refuse_trace(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """A view that is a function would answer TRACE as it does GET; other foreign methods fail the check for CSRF."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.method == "TRACE":
            return HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS", "POST"])
        return get_response(request)

    return answer
