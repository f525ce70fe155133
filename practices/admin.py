from copy import copy
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from contacts.models import Commune, Organisation
from core.languages import all_columns, translated
from core.templatetags.core_tags import partial_date
from core.text import alphabetically
from desk.bin import public_consequence
from desk.bulk import Act
from desk.confirmation import Listing, Question, ask, named
from desk.lists import AuthoredChangeList, ConfirmedFilter, FilterOfMany, WorkedOnFilter, short
from desk.site import Bar, Button, PartInline, PortalInline
from desk.uses import uses_of
from practices.forms import MergeForm, PracticeCommuneFormSet, PracticeSectionForm, PracticeSectionFormSet
from practices.merging import merge
from practices.models import (
    Audience,
    Practice,
    PracticeCommune,
    PracticeContact,
    PracticeIndicator,
    PracticeLink,
    PracticeOrganisation,
    PracticeSection,
    PracticeSource,
    SourceDocument,
    State,
    Term,
    ThemeBlock,
    Topic,
)
from practices.publishing import PublishingAdmin
from translations.admin import UnitAdmin

# The states that need no right to publish.
WRITTEN = (State.DRAFT, State.IN_REVIEW)
# In the list of practices, before "+3".
COMMUNES_NAMED = 2


@admin.register(ThemeBlock)
class ThemeBlockAdmin(UnitAdmin):
    fields = ["title", "short_title", "code", "need", "introduction", "slug"]
    list_display = ["title", "code"]
    search_fields = ["code", *all_columns("title")]


@admin.register(Topic, Audience)
class VocabularyAdmin(UnitAdmin):
    list_display = ["name", "slug", "used_by"]
    search_fields = all_columns("name")
    has_add_another = True

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_merge"
        view = self.admin_site.admin_view(self.merge_view)
        return [path("<path:object_id>/merge/", view, name=name), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(practice_count=Count("practices"))

    @admin.display(description=_("used by"), ordering="practice_count")
    def used_by(self, row: Any) -> str:
        return used_by(row.practice_count)

    def bar(self, request: HttpRequest, obj: Any | None) -> Bar:
        bar = super().bar(request, obj)
        if obj is not None:
            bar.state = used_by(obj.practices.count())
        return bar

    def buttons(self, request: HttpRequest, obj: Any | None) -> list[Button]:
        buttons = super().buttons(request, obj)
        if obj and self.has_delete_permission(request, obj):
            label = gettext("Merge into another …")
            buttons.insert(-1, Button(label, href=self.address_of("merge", request, obj)))
        return buttons

    def merge_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        obj: Any = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_delete_permission(request, obj):
            raise PermissionDenied
        form = MergeForm(obj, request.POST or None)
        if request.method == "POST" and form.is_valid():
            new = form.cleaned_data["into"]
            name, count = str(obj), merge(obj, new, by=request.user)
            sentence = ngettext(
                "“%(old)s” is now “%(new)s”, in %(count)d factsheet.",
                "“%(old)s” is now “%(new)s”, in %(count)d factsheets.",
                count,
            )
            self.message_user(request, sentence % {"old": name, "new": new, "count": count})
            return HttpResponseRedirect(self.address_of("change", request, new))
        uses = uses_of(obj)
        question = Question(
            title=gettext("Merge “%(name)s” into another?") % {"name": obj},
            sentences=[
                _("These factsheets get the other one in its place. Then it is deleted, and that cannot be taken back.")
            ],
            listings=[Listing(_("factsheets"), named(uses))] if uses else [],
            button=_("Merge"),
            is_danger=True,
            form=form,
            back=self.address_of("change", request, obj),
        )
        return ask(request, self.admin_site, question)


def used_by(count: int) -> str:
    sentence = ngettext("used by %(count)d factsheet", "used by %(count)d factsheets", count)
    return sentence % {"count": count}


@admin.register(SourceDocument)
class SourceDocumentAdmin(UnitAdmin):
    list_display = ["title", "publisher", "published_on"]
    search_fields = all_columns("title")
    has_add_another = True


class SupersededFilter(admin.SimpleListFilter):
    title = pgettext_lazy("term", "state")
    parameter_name = "superseded"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("no", gettext("in use today")), ("yes", gettext("outdated: something took its place"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        superseded = Term.objects.superseded().values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=superseded)
        return queryset.exclude(pk__in=superseded) if self.value() == "no" else queryset


# Registered by `library.admin`, which adds what the index knows.
class TermAdmin(UnitAdmin):
    public_page = "glossary"
    list_display = ["name_of_term", "kind", "holds_since", "held_until"]
    list_filter = ["kind", SupersededFilter]
    fields = [
        *("name", "abbreviation", "kind", "aliases", "meaning", "valid_from", "valid_from_precision"),
        *("valid_to", "valid_to_precision", "successors", "source", "url", "slug"),
    ]
    search_fields = ["abbreviation", *all_columns("name"), *all_columns("aliases")]
    autocomplete_fields = ["successors"]
    has_add_another = True

    def get_ordering(self, request: HttpRequest) -> list:
        return [alphabetically(translated("name")), "pk"]

    @admin.display(description=_("term"))
    def name_of_term(self, term: Term) -> str:
        return str(term)

    @admin.display(description=_("holds since"), ordering="valid_from")
    def holds_since(self, term: Term) -> str:
        return partial_date(term.valid_from, term.valid_from_precision)

    @admin.display(description=_("held until"), ordering="valid_to")
    def held_until(self, term: Term) -> str:
        return partial_date(term.valid_to, term.valid_to_precision)

    def linkable_rows(self) -> QuerySet:
        return Term.objects.all()


class PracticeCommuneInline(PartInline, admin.TabularInline):
    model = PracticeCommune
    # Each inline names its fields: Django and modeltranslation would build its form up to three times to find them.
    fields = ["commune"]
    add_label = _("Add a commune")
    formset = PracticeCommuneFormSet
    autocomplete_fields = ["commune"]


class PracticeSectionInline(PortalInline):
    model = PracticeSection
    form = PracticeSectionForm
    formset = PracticeSectionFormSet
    template = "admin/edit_inline/sections.html"
    add_label = _("Add a section with a heading of its own")
    fields = ["kind", "heading", "body", "position"]


class PracticeOrganisationInline(PortalInline):
    model = PracticeOrganisation
    fields = ["organisation", "role", "detail", "position"]
    add_label = _("Add an organisation")
    autocomplete_fields = ["organisation"]


class PracticeContactInline(PortalInline):
    model = PracticeContact
    fields = ["contact", "subject", "position"]
    add_label = _("Add a contact")
    autocomplete_fields = ["contact"]


class PracticeIndicatorInline(PortalInline):
    model = PracticeIndicator
    fields = ["value", "is_approximate", "label", "measured_on", "measured_precision", "source", "position"]
    line_fields = ["value", "label", "is_approximate"]
    add_label = _("Add a figure")
    classes = ["collapse"]


class PracticeLinkInline(PortalInline):
    model = PracticeLink
    fields = ["kind", "url", "label", "position"]
    add_label = _("Add a link")
    classes = ["collapse"]


class PracticeSourceInline(PartInline, admin.TabularInline):
    model = PracticeSource
    fields = ["document", "pages", "position"]
    add_label = _("Add a source")
    autocomplete_fields = ["document"]


class CommuneFilter(FilterOfMany):
    title = _("commune")
    parameter_name = "commune"
    path = "communes"

    def rows(self, model_admin: admin.ModelAdmin) -> QuerySet:
        return Commune.objects.filter(pk__in=PracticeCommune.objects.values("commune")).by_name()


class OrganisationFilter(FilterOfMany):
    title = _("organisation")
    parameter_name = "organisation"
    path = "organisations"

    def rows(self, model_admin: admin.ModelAdmin) -> QuerySet:
        return Organisation.objects.filter(pk__in=PracticeOrganisation.objects.values("organisation")).by_name()

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        # It may have several roles in one practice.
        return super().queryset(request, queryset).distinct() if self.value() else queryset


class PracticeChangeList(AuthoredChangeList):
    """A published practice and its draft are one row, unless a state is chosen that only the draft has."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        practices = super().get_queryset(request, exclude_parameters)
        if not any(name.startswith("state") for name in self.params):
            practices = practices.filter(draft_of=None)
        return practices.select_related("draft").prefetch_related(Prefetch("communes", Commune.objects.by_name()))


# Registered by `library.admin`, which adds search.
class PracticeAdmin(PublishingAdmin):
    public_page = "practices:detail"
    list_display = ["title", "state_now", "theme_name", "where", "year", "confirmed", "changed"]
    list_filter = [
        "state",
        "theme",
        CommuneFilter,
        OrganisationFilter,
        ConfirmedFilter,
        "topics",
        "territory",
        "year",
        WorkedOnFilter,
    ]
    list_select_related = ["theme"]
    # Drawing a row takes longer than finding it.
    list_per_page = 50
    # Django asks for these to show the field; the library answers it.
    search_fields = ["title"]
    autocomplete_fields = ["topics", "audiences", "framework"]
    ordering = ["-updated_at", "pk"]
    actions = ["publish", "archive"]
    fieldsets = [
        (None, {"fields": ["title", "subtitle", "summary", "slug"]}),
        (_("Subject"), {"fields": ["theme", "topics", "audiences", "year"]}),
        (_("Territory"), {"fields": ["territory", "territory_name"]}),
        (
            _("Time and cost"),
            {
                "classes": ["collapse"],
                "fields": [
                    ("started_on", "started_precision"),
                    ("ended_on", "ended_precision"),
                    "frequency",
                    "status",
                    "cost_band",
                    "cost",
                    "staff",
                    "result",
                ],
            },
        ),
        (
            _("What became of it"),
            {"classes": ["collapse"], "fields": ["framework", "history_note", "history_url"]},
        ),
        (_("For staff"), {"fields": ["confirmed_on", "staff_note", "publish_on", "archive_on", "message"]}),
    ]
    inlines = [
        PracticeCommuneInline,
        PracticeSectionInline,
        PracticeOrganisationInline,
        PracticeContactInline,
        PracticeIndicatorInline,
        PracticeLinkInline,
        PracticeSourceInline,
    ]

    layout = [
        (_("Text"), [None, PracticeSectionInline]),
        (_("Facts"), [_("Subject"), _("Territory"), _("Time and cost"), _("What became of it")]),
        (_("People and places"), [PracticeOrganisationInline, PracticeContactInline, PracticeCommuneInline]),
        (_("Figures and links"), [PracticeIndicatorInline, PracticeLinkInline]),
        (_("Sources"), [PracticeSourceInline]),
        (_("For staff"), [_("For staff")]),
    ]

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return PracticeChangeList

    @admin.display(description=_("state"), ordering="state")
    def state_now(self, practice: Practice) -> str:
        state = practice.get_state_display()
        return gettext("%(state)s, being changed") % {"state": state} if hasattr(practice, "draft") else state

    @admin.display(description=_("communes"))
    def where(self, practice: Practice) -> str:
        if practice.is_national or not practice.communes.all():
            return practice.territory_name or practice.get_territory_display()
        names = [commune.name for commune in practice.communes.all()]
        return ", ".join(names[:COMMUNES_NAMED]) + (f" +{rest}" if (rest := len(names) - COMMUNES_NAMED) > 0 else "")

    @admin.display(description=_("confirmed"), ordering="confirmed_on")
    def confirmed(self, practice: Practice) -> str:
        return short(practice.confirmed_on)

    @admin.display(description=_("changed"), ordering="updated_at")
    def changed(self, practice: Practice) -> str:
        return " ".join([short(timezone.localdate(practice.updated_at)), practice.changed_by])  # type: ignore[attr-defined]

    @admin.display(description=_("theme"), ordering="theme__code")
    def theme_name(self, practice: Practice) -> str:
        return practice.theme.short_title

    def linkable_rows(self) -> QuerySet:
        return Practice.objects.published()

    @admin.action(description=_("Publish the selected factsheets"), permissions=["publish"])
    def publish(self, request: HttpRequest, practices: QuerySet) -> HttpResponse:
        return self.ask_and_do(request, practices, PUBLISH)

    @admin.action(description=_("Archive the selected factsheets"), permissions=["publish"])
    def archive(self, request: HttpRequest, practices: QuerySet) -> HttpResponse:
        return self.ask_and_do(request, practices, ARCHIVE)


def why_not_published(practice: Practice) -> str:
    if practice.is_published:
        return gettext("published already")
    if practice.draft_of_id:
        return gettext("a draft beside a published one: publish it from its form")
    try:
        copy(practice).check_for_publication()
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


PUBLISH = Act(
    "publish",
    "published",
    lambda count: ngettext("Publish %(count)d factsheet?", "Publish %(count)d factsheets?", count) % {"count": count},
    lambda count: (
        ngettext("%(count)d factsheet is published.", "%(count)d factsheets are published.", count) % {"count": count}
    ),
    _("Publish"),
    ("state", "published_at", "publish_on"),
    lambda practice, by: practice.publish(by=by),
    why_not_published,
    lambda practice: gettext("The public will read it at %(address)s.") % {"address": practice.get_absolute_url()},
)
ARCHIVE = Act(
    "archive",
    "archived",
    lambda count: ngettext("Archive %(count)d factsheet?", "Archive %(count)d factsheets?", count) % {"count": count},
    lambda count: (
        ngettext("%(count)d factsheet is archived.", "%(count)d factsheets are archived.", count) % {"count": count}
    ),
    _("Archive"),
    ("state", "archived_at", "archive_on"),
    lambda practice, by: practice.archive(by=by),
    lambda practice: gettext("archived already") if practice.state == State.ARCHIVED else "",
    public_consequence,
    is_danger=True,
)
