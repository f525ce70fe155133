from collections.abc import Iterable

from django.http import HttpRequest, QueryDict

from core.text import printable


def understood(data: QueryDict, names: Iterable[str]) -> QueryDict:
    """The parameters with these `names` and what they say, each value once."""
    kept = QueryDict(mutable=True)
    for name in names:
        if values := list(dict.fromkeys(printable(value) for value in data.getlist(name) if value)):
            kept.setlist(name, values)
    return kept


def keep_parameters(request: HttpRequest, *names: str) -> None:
    """Make `request.GET` hold what this page understands, and nothing empty or unknown that its links would repeat."""
    request.GET = understood(request.GET, names)  # type: ignore[assignment]
    request.understands_parameters = True  # type: ignore[attr-defined]
