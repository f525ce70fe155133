"""The sessions: when the next one is, what the past ones showed, and the page of each."""

from collections.abc import Iterable
from itertools import groupby

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import DetailView

from core.languages import active_language
from core.pages import public_page
from gresil.errors import gone
from gresil.home import helpdesk_contact
from gresil.previews import Preview
from practices.models import Practice
from sessions_app.models import PartnerRole, Session, SessionPartner

# A longer list of practices stays closed until the reader asks for it.
MOST_OPEN = 8


@public_page()
def session_list(request: HttpRequest) -> HttpResponse:
    sessions = Session.objects.published().with_card_details()
    missing = Session.objects.published().missing_editions()
    context = {
        "upcoming": sessions.upcoming(),
        "years": [(year, list(members)) for year, members in groupby(sessions.past(), lambda row: row.date.year)],
        "missing_count": len(missing),
        "missing": in_words(missing),
        "helpdesk": helpdesk_contact(),
    }
    return render(request, "gresil/session_list.html", context)


def in_words(numbers: Iterable[int]) -> str:
    """Numbers in rising order, with those in a row as one: “1 to 3 and 14”."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words: list[str] = []
    for run in runs:
        if len(run) > 2:
            words.append(_("%(first)d to %(last)d") % {"first": run[0], "last": run[-1]})
        else:
            words += map(str, run)
    if len(words) < 2:
        return "".join(words)
    return _("%(beginning)s and %(last)s") % {"beginning": ", ".join(words[:-1]), "last": words[-1]}


class SessionDetailView(DetailView):
    template_name = "gresil/session_detail.html"
    context_object_name = "session"

    queryset = Session.objects.published()

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            return self.not_there(request, kwargs["slug"])

    def not_there(self, request: HttpRequest, slug: str) -> HttpResponse:
        session = get_object_or_404(Session.everything.published(), slug=slug, deleted_at__isnull=False)
        commune = session.commune
        ways = [(str(commune), commune.get_absolute_url())] if commune else []
        return gone(request, session.deleted_at, [(_("Sessions"), reverse("sessions:list")), *ways])

    def get_queryset(self):
        sessions = super().get_queryset()
        return sessions.select_related("commune").prefetch_related(
            "agenda_items",
            "speakers",
            "figures",
            "documents",
            Prefetch("partners", SessionPartner.objects.select_related("organisation")),
            Prefetch(
                "practices",
                Practice.objects.published().with_card_details().order_by("theme__code", "pk"),
                to_attr="published_practices",
            ),
        )

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**kwargs) | {
            "roles": self.partners_by_role(),
            "translation": self.object.translation_in(active_language()),
            "has_many_practices": len(self.object.published_practices) > MOST_OPEN,
            "helpdesk": helpdesk_contact(),
        }

    def partners_by_role(self) -> list[tuple[str, list[SessionPartner]]]:
        """Label of the role -> its partners, in the order of `PartnerRole`."""
        rows = list(self.object.partners.all())
        roles = [(role.label, [row for row in rows if row.role == role]) for role in PartnerRole]
        return [(label, rows) for label, rows in roles if rows]


class SessionPreview(Preview, SessionDetailView):
    permission_required = "sessions_app.view_session"

    def not_there(self, request: HttpRequest, slug: str) -> HttpResponse:
        raise Http404

    queryset = Session.objects.all()
