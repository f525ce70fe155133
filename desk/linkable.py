"""The pages of the portal that a text may link to, found by words while somebody makes a link."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils.text import Truncator

from core.addresses import without_language
from core.text import composed, fold

LONGEST_QUERY = 100
MOST_OF_A_KIND = 5


def linkable_pages(site: AdminSite, request: HttpRequest) -> JsonResponse:
    """Up to five pages of each kind that the person may view in the desk, those whose name begins so first.

    A kind is a ModelAdmin that has `linkable_rows()`: the rows of which the public has a page.
    """
    admins: list[Any] = [row for row in site._registry.values() if hasattr(row, "linkable_rows")]
    admins = [row for row in admins if row.has_view_permission(request)]
    if not admins:
        raise PermissionDenied
    words = composed(request.GET.get("q", "")[:LONGEST_QUERY]).replace("\0", "").strip()
    pages = []
    for model_admin in admins if words else []:
        rows, _is_repeated = model_admin.get_search_results(request, model_admin.linkable_rows(), words)
        found = sorted(rows[:100], key=lambda row: (not fold(str(row)).startswith(fold(words)), fold(str(row))))
        pages += [
            {
                "title": Truncator(str(row)).chars(80),
                "kind": str(model_admin.opts.verbose_name),
                "address": without_language(row.get_absolute_url()),
            }
            for row in found[:MOST_OF_A_KIND]
        ]
    return JsonResponse({"pages": pages})
