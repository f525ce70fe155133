from collections.abc import Sequence

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest


def page_of(rows: QuerySet | Sequence, per_page: int, request: HttpRequest) -> Page:
    """The page of `rows` that `?page=` asks for, the first one without it; 404 for one that does not exist."""
    try:
        return Paginator(rows, per_page).page(request.GET.get("page", 1))
    except (EmptyPage, PageNotAnInteger) as error:
        raise Http404(str(error)) from error
