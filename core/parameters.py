from django.http import HttpRequest, QueryDict


def keep_parameters(request: HttpRequest, *names: str) -> None:
    """Make `request.GET` hold what this page understands, and nothing empty or unknown that its links would repeat."""
    kept = QueryDict(mutable=True)
    for name in names:
        if values := list(dict.fromkeys(value for value in request.GET.getlist(name) if value)):
            kept.setlist(name, values)
    request.GET = kept  # type: ignore[assignment]
    request.understands_parameters = True  # type: ignore[attr-defined]
