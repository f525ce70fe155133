from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.admin_site import PortalAdmin, with_nonce
from core.changes import batch
from translations import xliff
from translations.forms import ImportForm, TranslationForm, with_plain_lines
from translations.glossary import terms_in
from translations.models import Translation, TranslationImport, TranslationState


class UnitAdmin(PortalAdmin):
    """The change form of an object with translations: it shows their states."""

    def changeform_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        # What nobody has changed is saved as it was.
        request.POST = with_plain_lines(request.POST)  # type: ignore[assignment]
        return super().changeform_view(request, *args, **kwargs)

    def render_change_form(self, request: HttpRequest, context: dict, *args, obj=None, **kwargs) -> HttpResponse:
        if obj is not None:
            context["translations"] = Translation.objects.of(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


class LanguageFilter(admin.SimpleListFilter):
    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(language=self.value()) if self.value() else queryset


@admin.register(Translation)
class TranslationAdmin(admin.ModelAdmin):
    """The translator's desk: the board of all objects, and each one side by side with its original."""

    list_display = ["title", "kind", "language_name", "state", "progress", "set_by", "set_at"]
    list_filter = [LanguageFilter, "state", ("content_type", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["content_type", "set_by"]
    search_fields = ["title"]
    ordering = ["title", "language"]
    actions = ["mark_reviewed"]
    change_list_template = "admin/translations/board.html"

    @admin.display(description=_("kind"), ordering="content_type")
    def kind(self, translation: Translation) -> str:
        return translation.content_type.name

    @admin.display(description=_("language"), ordering="language")
    def language_name(self, translation: Translation) -> str:
        return dict(settings.LANGUAGES).get(translation.language, translation.language)

    @admin.display(description=_("done"))
    def progress(self, translation: Translation) -> str:
        return _("%(percent)d %%") % {"percent": translation.percentage}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("export/<slug:language>/", wrap(self.export_view), name="translations_export"),
            path("import/", wrap(self.import_view), name="translations_import"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        counts = {state: Count("pk", filter=Q(state=state)) for state in TranslationState.values}
        counts = {f"count_{state}": count for state, count in counts.items()}
        rows = (
            Translation.objects.order_by("language")
            .values("language")
            .annotate(texts_done=Sum("done"), texts=Sum("total"), **counts)
        )
        by_language: dict[str, dict] = {row["language"]: dict(row) for row in rows}
        board = [
            {
                "code": code,
                "name": name,
                "states": [(label, by_language[code][f"count_{state}"]) for state, label in TranslationState.choices],
                "percentage": 100 * by_language[code]["texts_done"] // (by_language[code]["texts"] or 1),
            }
            for code, name in settings.LANGUAGES
            if code in by_language
        ]
        context = {"board": board, "state_labels": TranslationState.labels} | (extra_context or {})
        return super().changelist_view(request, context)

    @admin.action(description=_("Mark as reviewed"), permissions=["change"])
    def mark_reviewed(self, request: HttpRequest, translations: QuerySet) -> None:
        """Only those that are complete and up to date: what has changed is read at the desk, beside its original."""
        marked = left_out = 0
        with batch(by=request.user):
            for translation in translations.order_by("content_type", "object_id", "language"):
                translation.unit.lock()
                translation.refresh_from_db(fields=["state"])
                if translation.state in (TranslationState.DRAFT, TranslationState.REVIEWED):
                    translation.unit.mark_reviewed(translation.language, by=request.user)
                    marked += 1
                else:
                    left_out += 1
        if marked:
            sentence = ngettext(
                "%(count)d translation is marked as reviewed.",
                "%(count)d translations are marked as reviewed.",
                marked,
            )
            self.message_user(request, sentence % {"count": marked}, messages.SUCCESS)
        if left_out:
            sentence = ngettext(
                "%(count)d translation is outdated or incomplete and stays as it is: open it to review it.",
                "%(count)d translations are outdated or incomplete and stay as they are: open them to review them.",
                left_out,
            )
            self.message_user(request, sentence % {"count": left_out}, messages.WARNING)

    def save_texts(self, request: HttpRequest, translation: Translation) -> TranslationForm:
        """Save what was typed, or return a form with errors: with what was wrong, or has changed meanwhile."""
        with batch(by=request.user):
            translation.unit.lock()
            form = TranslationForm(translation.unit.fresh(), translation.language, request.POST)
            if form.is_valid():
                form.save()
                if "_reviewed" in request.POST:
                    form.unit.mark_reviewed(translation.language, by=request.user)
        translation.refresh_from_db()
        return form

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Original on the left, translation on the right, text by text."""
        translation = self.get_object(request, unquote(object_id))
        if translation is None or not self.has_change_permission(request, translation):
            raise Http404
        language = translation.language
        if request.method == "POST":
            form = self.save_texts(request, translation)
            if form.is_valid():
                self.message_user(request, _("The translation is saved."), messages.SUCCESS)
                return HttpResponseRedirect(request.get_full_path())
        else:
            form = TranslationForm(translation.unit.fresh(), language)
        unit = form.unit
        stale = translation.stale({pair.path: pair.source for pair in form.pairs})
        texts = [
            {"field": form[pair.name], "pair": pair, "old": stale.get(pair.path, ("", ""))[0]}
            | {"rival": form.rival(pair), "terms": terms_in(pair.source, language)}
            for pair in form.pairs
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Translation"),
            "subtitle": str(unit),
            "opts": self.opts,
            "original": translation,
            "translation": translation,
            "unit": unit,
            "unit_url": reverse(f"admin:{unit._meta.app_label}_{unit._meta.model_name}_change", args=[unit.pk]),
            "source_language": settings.LANGUAGE_CODE,
            "language_name": self.language_name(translation),
            "form": form,
            "texts": texts,
            "media": with_nonce(self.media + form.media, request),
        }
        status = 409 if form.conflicts or form.gone else 200
        return TemplateResponse(request, "admin/translations/side_by_side.html", context, status=status)

    def export_view(self, request: HttpRequest, language: str) -> HttpResponse:
        translations = Translation.objects.filter(language=language)
        if not translations.exists():
            raise Http404
        response = HttpResponse(xliff.export(language, translations), content_type="application/xliff+xml")
        response["Content-Disposition"] = f'attachment; filename="gresil-{language}.xlf"'
        return response

    def import_view(self, request: HttpRequest) -> HttpResponse:
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            record = xliff.import_document(
                form.cleaned_data["file"].name, form.cleaned_data["document"], by=request.user
            )
            return HttpResponseRedirect(reverse("admin:translations_translationimport_change", args=[record.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a translated file"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/translations/import.html", context)


@admin.register(TranslationImport)
class TranslationImportAdmin(admin.ModelAdmin):
    """What each file brought; nothing here can be changed, so nothing gets lost."""

    list_display = ["file_name", "language", "taken", "refused_count", "imported_by", "imported_at"]
    list_filter = ["language"]
    list_select_related = ["imported_by"]
    search_fields = ["file_name"]
    change_form_template = "admin/translations/report.html"
    fields = ["file_name", "language", "taken", "imported_by", "imported_at"]

    @admin.display(description=_("texts refused"))
    def refused_count(self, record: TranslationImport) -> int:
        return len(record.refused)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
