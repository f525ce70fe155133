from collections import Counter

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gresil.admin_site import PortalInline
from gresil.languages import all_columns
from practices.forms import PracticeCommuneFormSet
from practices.models import (
    Audience,
    EmptySearch,
    Practice,
    PracticeCommune,
    PracticeContact,
    PracticeIndicator,
    PracticeLink,
    PracticeOrganisation,
    PracticeSection,
    PracticeSource,
    SourceDocument,
    Term,
    ThemeBlock,
    Topic,
)
from practices.search import matching
from practices.terms import Vocabulary, superseded_by_practice
from translations.admin import UnitAdmin


@admin.register(ThemeBlock)
class ThemeBlockAdmin(UnitAdmin):
    list_display = ["title", "code"]
    search_fields = ["code", *all_columns("title")]


@admin.register(Topic, Audience)
class VocabularyAdmin(UnitAdmin):
    list_display = ["name", "slug"]
    search_fields = all_columns("name")
    prepopulated_fields = {"slug": ["name"]}


@admin.register(SourceDocument)
class SourceDocumentAdmin(UnitAdmin):
    list_display = ["title", "publisher", "published_on"]
    search_fields = all_columns("title")
    prepopulated_fields = {"slug": ["title"]}


class TermChangeList(ChangeList):
    """The terms of one page, each with `practice_count`: the fiches that use it although it is superseded."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        counts = Counter(pk for terms in superseded_by_practice(Practice.objects.all()).values() for pk in terms)
        for term in self.result_list:
            term.practice_count = counts[term.pk]


class SupersededTermFilter(admin.SimpleListFilter):
    """Fiches in whose texts, of whichever language, a superseded term stands: any, or a certain one."""

    title = _("uses a superseded term")
    parameter_name = "superseded_term"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        terms = [(term.slug, str(term)) for term in Term.objects.superseded().by_name()]
        return [("any", gettext("Yes")), ("none", gettext("No")), *terms] if terms else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = self.value()
        if chosen is None:
            return queryset
        found = superseded_by_practice(queryset)
        if chosen == "none":
            return queryset.exclude(pk__in=found)
        if chosen != "any":
            wanted = dict(Term.objects.superseded().values_list("slug", "pk")).get(chosen)
            found = {pk: terms for pk, terms in found.items() if wanted in terms}
        return queryset.filter(pk__in=found)


@admin.register(Term)
class TermAdmin(UnitAdmin):
    list_display = ["__str__", "valid_from", "valid_to", "used_in"]
    list_filter = [("successors", admin.EmptyFieldListFilter)]
    search_fields = ["abbreviation", *all_columns("name"), *all_columns("aliases")]
    autocomplete_fields = ["successors"]
    prepopulated_fields = {"slug": ["name"]}

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return TermChangeList

    @admin.display(description=_("fiches that use it although superseded"), empty_value="")
    def used_in(self, term: Term) -> SafeString | None:
        if not term.practice_count:  # type: ignore[attr-defined]
            return None
        address = reverse("admin:practices_practice_changelist")
        parameter = SupersededTermFilter.parameter_name
        return format_html('<a href="{}?{}={}">{}</a>', address, parameter, term.slug, term.practice_count)  # type: ignore[attr-defined]


class PracticeCommuneInline(admin.TabularInline):
    model = PracticeCommune
    formset = PracticeCommuneFormSet
    autocomplete_fields = ["commune"]
    extra = 0


class PracticeSectionInline(PortalInline):
    model = PracticeSection


class PracticeOrganisationInline(PortalInline):
    model = PracticeOrganisation
    autocomplete_fields = ["organisation"]


class PracticeContactInline(PortalInline):
    model = PracticeContact
    autocomplete_fields = ["contact"]


class PracticeIndicatorInline(PortalInline):
    model = PracticeIndicator
    classes = ["collapse"]


class PracticeLinkInline(PortalInline):
    model = PracticeLink
    classes = ["collapse"]


class PracticeSourceInline(admin.TabularInline):
    model = PracticeSource
    autocomplete_fields = ["document"]
    extra = 0


@admin.register(Practice)
class PracticeAdmin(UnitAdmin):
    list_display = ["title", "theme_name", "territory", "year", "state", "confirmed_on", "updated_at"]
    list_filter = [
        "state",
        "theme",
        "territory",
        "year",
        ("confirmed_on", admin.EmptyFieldListFilter),
        SupersededTermFilter,
        "topics",
    ]
    list_select_related = ["theme"]
    # Django asks for these to show the field; `get_search_results` answers it.
    search_fields = ["title"]
    autocomplete_fields = ["theme", "topics", "audiences"]
    prepopulated_fields = {"slug": ["title"]}
    ordering = ["-updated_at", "pk"]
    actions = ["publish", "archive"]
    fieldsets = [
        (None, {"fields": ["title", "subtitle", "summary", "slug", "state"]}),
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
                ],
            },
        ),
        (_("For staff"), {"fields": ["confirmed_on", "staff_note"]}),
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

    @admin.display(description=_("theme block"), ordering="theme__code")
    def theme_name(self, practice: Practice) -> str:
        return practice.theme.short_title

    def has_fixed_address(self, obj: Practice | None) -> bool:
        return obj is not None and obj.published_at is not None

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return matching(queryset, search_term), False

    def render_change_form(self, request: HttpRequest, context: dict, *args, obj=None, **kwargs) -> HttpResponse:
        if obj is not None:
            vocabulary = Vocabulary(Term.objects.by_name().prefetch_related("successors"))
            texts = [(language, text) for language, texts in obj.all_texts().items() for text in texts.values()]
            context["superseded"] = vocabulary.superseded_in(texts)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    @admin.action(description=_("Publish the selected fiches"), permissions=["change"])
    def publish(self, request: HttpRequest, practices: QuerySet) -> None:
        published = 0
        for practice in practices:
            try:
                practice.publish()
            except ValidationError as error:
                sentence = f"{practice}: {' '.join(error.messages)}"
                self.message_user(request, sentence, messages.ERROR)
            else:
                published += 1
        if published:
            sentence = ngettext("%(count)d fiche is published.", "%(count)d fiches are published.", published)
            self.message_user(request, sentence % {"count": published}, messages.SUCCESS)

    @admin.action(description=_("Archive the selected fiches"), permissions=["change"])
    def archive(self, request: HttpRequest, practices: QuerySet) -> None:
        for practice in practices:
            practice.archive()
        sentence = ngettext("%(count)d fiche is archived.", "%(count)d fiches are archived.", len(practices))
        self.message_user(request, sentence % {"count": len(practices)}, messages.SUCCESS)


@admin.register(EmptySearch)
class EmptySearchAdmin(admin.ModelAdmin):
    """What people looked for and did not find."""

    list_display = ["query", "language", "count", "last_on"]
    list_filter = ["language"]
    search_fields = ["query"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: EmptySearch | None = None) -> bool:
        return False
