import datetime
from operator import itemgetter
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.record import note
from core.languages import all_columns
from desk.lists import short
from desk.rows import PartFormSet
from desk.site import Bar, PortalInline
from sessions_app.models import (
    AgendaItem,
    Session,
    SessionDocument,
    SessionFigure,
    SessionPartner,
    Speaker,
)
from translations.admin import UnitAdmin


class AgendaFormSet(PartFormSet):
    """The programme, in the order of its times. What has no time stays behind what it stood behind."""

    def save(self, commit: bool = True) -> list:
        saved = super().save(commit)
        if commit and self.has_changed():
            latest, places = datetime.time.min, []
            for place, item in enumerate(self.instance.agenda_items.order_by("position", "pk")):
                latest = item.start_time or latest
                places.append((latest, place, item))
            for position, (_time, _place, item) in enumerate(sorted(places, key=itemgetter(0, 1)), start=1):
                if item.position != position:
                    item.position = position
                    item.save(update_fields=["position"])
        return saved


class AgendaItemInline(PortalInline):
    model = AgendaItem
    formset = AgendaFormSet
    line_fields = ["start_time", "title"]
    add_label = _("Add an item")
    classes = ["collapse"]


class SpeakerInline(PortalInline):
    model = Speaker
    add_label = _("Add a speaker")
    classes = ["collapse"]


class SessionPartnerInline(PortalInline):
    model = SessionPartner
    add_label = _("Add a partner")
    autocomplete_fields = ["organisation"]
    classes = ["collapse"]


class SessionFigureInline(PortalInline):
    model = SessionFigure
    add_label = _("Add a figure")
    classes = ["collapse"]


class SessionDocumentInline(PortalInline):
    model = SessionDocument
    line_fields = ["kind", "title", "url"]
    add_label = _("Add a document")
    classes = ["collapse"]


@admin.register(Session)
class SessionAdmin(UnitAdmin):
    public_page = "sessions:detail"
    list_display = ["day", "title", "kind", "edition", "commune", "is_published"]
    list_display_links = ["day", "title"]
    list_filter = ["kind", "is_published", "mode", "evidence"]
    list_select_related = ["commune"]
    search_fields = ["series_name", "locality", *all_columns("title"), *all_columns("summary")]
    autocomplete_fields = ["commune", "practices"]
    inlines = [
        AgendaItemInline,
        SpeakerInline,
        SessionPartnerInline,
        SessionFigureInline,
        SessionDocumentInline,
    ]

    fieldsets = [
        (None, {"fields": ["title", "slug", "summary", "kind", "edition", "series_name", "series_language"]}),
        (
            _("Where and when"),
            {"fields": ["date", ("start_time", "end_time"), "mode", "venue", "locality", "commune"]},
        ),
        (
            _("Who was there"),
            {
                "fields": [
                    "participants",
                    "participants_approximate",
                    "communes_represented",
                    "communes_approximate",
                    "practices",
                ]
            },
        ),
        (_("For staff"), {"fields": ["is_published", "evidence", "staff_note"]}),
    ]
    layout = [
        (_("Text"), [None]),
        (_("Facts"), [_("Where and when"), _("Who was there")]),
        (_("Programme and people"), [AgendaItemInline, SpeakerInline, SessionPartnerInline]),
        (_("Figures and documents"), [SessionFigureInline, SessionDocumentInline]),
        (_("For staff"), [_("For staff")]),
    ]

    def bar(self, request: HttpRequest, obj: Session | None) -> Bar:
        bar = super().bar(request, obj)
        if obj is not None:
            bar.state = gettext("published") if obj.is_published else gettext("draft")
            bar.state_kind = "published" if obj.is_published else "draft"
        return bar

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        readonly = super().get_readonly_fields(request, obj)
        may_publish = request.user.has_perm("sessions_app.publish_session")
        return readonly if may_publish else (*readonly, "is_published")

    def save_model(self, request: HttpRequest, obj: Session, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "is_published" in form.changed_data:
            note("published" if obj.is_published else "withdrawn", by=request.user, about=obj)

    @admin.display(description=_("date"), ordering="date")
    def day(self, session: Session) -> str:
        return short(session.date)

    def linkable_rows(self) -> QuerySet:
        return Session.objects.published()

    def view_on_site(self, session: Session) -> str:
        is_draft = not session.is_published
        return reverse("sessions:preview", args=[session.slug]) if is_draft else session.get_absolute_url()
