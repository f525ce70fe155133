from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest

from core.pages import answer_at_once

Application = Callable[[dict[str, Any], Callable], Iterable[bytes]]


def kept_pages_first(application: Application) -> Application:
    """Gives the pages that this process remembers, and leaves all else to `application`.

    Django's signals, middleware and addresses take twice as long as looking a page up.
    """

    def answer(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        response = answer_at_once(WSGIRequest(environ))
        if response is None:
            return application(environ, start_response)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.content]

    return answer
