from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gresil.admin_site import PortalAdmin, with_nonce
from translations import xliff
from translations.forms import ImportForm, TranslationForm
from translations.glossary import glossary
from translations.models import TranslatedUnit, Translation, TranslationImport, TranslationState


class UnitAdmin(PortalAdmin):
    """The change form of an object with translations: it shows their states, and saving keeps these true."""

    def save_model(self, request: HttpRequest, obj: TranslatedUnit, form: forms.ModelForm, change: bool) -> None:
        form.texts_before = obj.all_texts() if change else {}  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        is_small_change = "_small_change" in request.POST
        form.instance.record_translations(form.texts_before, by=request.user, is_small_change=is_small_change)

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
        for translation in translations.prefetch_related("unit"):
            translation.unit.mark_reviewed(translation.language, by=request.user)
        sentence = ngettext(
            "%(count)d translation is marked as reviewed.",
            "%(count)d translations are marked as reviewed.",
            len(translations),
        )
        self.message_user(request, sentence % {"count": len(translations)}, messages.SUCCESS)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Original on the left, translation on the right, text by text."""
        translation = self.get_object(request, unquote(object_id))
        if translation is None or not self.has_change_permission(request, translation):
            raise Http404
        unit, language = translation.unit, translation.language
        form = TranslationForm(translation, request.POST or None)
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                before = unit.all_texts()
                form.save()
                unit.record_translations(before, by=request.user)
                if "_reviewed" in request.POST:
                    unit.mark_reviewed(language, by=request.user)
            self.message_user(request, _("The translation is saved."), messages.SUCCESS)
            return HttpResponseRedirect(request.get_full_path())
        terms = glossary(language)
        stale = translation.stale(unit.texts(settings.LANGUAGE_CODE))
        texts = [
            {"field": form[name], "source": source, "is_rich": is_rich, "old": stale.get(path, ("", ""))[0]}
            | {"terms": [term for term in terms if term.stands_in(source)]}
            for name, path, source, is_rich in form.rows
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
        return TemplateResponse(request, "admin/translations/side_by_side.html", context)

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
            record = xliff.take(form.cleaned_data["file"].name, form.cleaned_data["document"], by=request.user)
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
