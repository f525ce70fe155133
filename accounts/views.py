"""The list of one's sessions, from which one of them is ended."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.browsers import browser_of
from accounts.record import note


class Sessions(ListUserSessionsView):
    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        for session in context["sessions"]:
            session.browser = browser_of(session.user_agent)
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        """All others, or one that is chosen."""
        chosen = self.request.POST.get("session", "")
        if not chosen:
            response = super().form_valid(form)
        else:
            rows = UserSession.objects.filter(user=self.request.user)
            get_object_or_404(rows, pk=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0).end()
            get_adapter().add_message(self.request, messages.INFO, message=_("The session is ended."))
            response = super(ListUserSessionsView, self).form_valid(form)
        note("sessions ended", by=self.request.user, all=not chosen)
        return response
