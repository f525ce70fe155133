"""The next session in today's work, with what it lacks."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.core_tags import day
from desk.today import Button, Line, add_card, buttons, lines_of, list_url, may_see
from sessions_app.models import Mode, Session

buttons.append(Button(20, _("New session"), "admin:sessions_app_session_add", "sessions_app.add_session"))

NEXT_SESSION = add_card(40, _("Next session"))


@lines_of(NEXT_SESSION)
def next_session(request: HttpRequest) -> Iterable[Line]:
    if not may_see(request, Session):
        return
    session = Session.objects.upcoming().first()
    if session is None:
        yield Line(_("No session is planned."), list_url(Session))
        return
    days = (session.date - timezone.localdate()).days
    when = ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days} if days else gettext("today")
    address = reverse("admin:sessions_app_session_change", args=[session.pk])
    yield Line(session.title, address, note=f"{day(session.date)}, {when}")
    yield from (Line(lack) for lack in what_it_lacks(session))


def what_it_lacks(session: Session) -> list[str]:
    """One sentence for each thing that people will ask about."""
    lacks = {
        gettext("The programme is missing."): not session.agenda_items.exists(),
        gettext("The time is missing."): not session.start_time,
        gettext("The venue is missing."): not session.venue and session.mode != Mode.ONLINE,
        gettext("The commune is missing."): not session.commune_id and session.mode != Mode.ONLINE,
        gettext("It is not published yet."): not session.is_published,
    }
    return [sentence for sentence, is_lacking in lacks.items() if is_lacking]
