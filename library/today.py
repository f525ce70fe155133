"""What people looked for in vain, in today's work."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from desk.today import UP_TO_DATE, Line, lines_of, list_url, may_see
from library.models import EmptySearch


@lines_of(UP_TO_DATE)
def empty_searches(request: HttpRequest) -> Iterable[Line]:
    if may_see(request, EmptySearch):
        yield Line(_("Searches without result"), list_url(EmptySearch), EmptySearch.objects.readable().count())
