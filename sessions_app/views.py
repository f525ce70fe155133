from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import DetailView

from core.languages import active_language
from practices.models import Practice
from sessions_app.models import PartnerRole, Session, SessionPartner


def session_list(request: HttpRequest) -> HttpResponse:
    sessions = Session.objects.published().with_card_details()
    return render(
        request,
        "sessions_app/session_list.html",
        {"upcoming": sessions.upcoming(), "past": sessions.past()},
    )


class SessionDetailView(DetailView):
    context_object_name = "session"

    def get_queryset(self):
        sessions = Session.objects.all() if self.request.user.is_staff else Session.objects.published()
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
        }

    def partners_by_role(self) -> list[tuple[str, list[SessionPartner]]]:
        """Label of the role -> its partners, in the order of `PartnerRole`."""
        rows = list(self.object.partners.all())
        roles = [(role.label, [row for row in rows if row.role == role]) for role in PartnerRole]
        return [(label, rows) for label, rows in roles if rows]
