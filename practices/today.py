"""The practices in today's work."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from desk.lists import long_unconfirmed, worked_on_by
from desk.today import FACTSHEETS, UP_TO_DATE, Button, Line, buttons, lines_of, list_url, may_see
from practices.models import Practice, State

buttons.append(Button(10, _("New factsheet"), "admin:practices_practice_add", "practices.add_practice"))


@lines_of(FACTSHEETS)
def unfinished(request: HttpRequest) -> Iterable[Line]:
    if not may_see(request, Practice):
        return
    in_review = Practice.objects.filter(state=State.IN_REVIEW).count()
    yield Line(_("To review"), list_url(Practice, state__exact=State.IN_REVIEW), in_review)
    drafts = Practice.objects.filter(state=State.DRAFT)
    mine = worked_on_by(request.user, drafts).count()
    yield Line(_("Drafts you worked on"), list_url(Practice, state__exact=State.DRAFT, by="me"), mine)
    yield Line(_("All drafts"), list_url(Practice, state__exact=State.DRAFT), drafts.count())


@lines_of(UP_TO_DATE)
def unconfirmed(request: HttpRequest) -> Iterable[Line]:
    if may_see(request, Practice):
        count = Practice.objects.published().filter(long_unconfirmed()).count()
        address = list_url(Practice, state__exact=State.PUBLISHED, confirmed="long-ago")
        yield Line(_("Factsheets not confirmed for twelve months"), address, count)
