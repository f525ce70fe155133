from collections import defaultdict
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.roles import languages_of, may_translate
from core.changes import How, batch
from core.languages import target_languages
from desk.site import PortalAdmin, with_nonce
from translations.exports import ExportedLanguage
from translations.forms import ImportForm, TranslationForm, with_plain_lines
from translations.glossary import terms_in
from translations.imports import DeliveredFile
from translations.models import Translation, TranslationImport, TranslationState, lock_units, unit_models


class UnitAdmin(PortalAdmin):
    """The change form of a unit of translation: it shows the states of its translations."""

    def changeform_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        # A browser changes the line ends of texts that nobody edited.
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
    """The board, which lists all translations, and the desk, which shows one beside its original."""

    list_display = ["title", "kind", "language_name", "state", "progress", "set_by", "set_at"]
    list_filter = [LanguageFilter, "state", ("content_type", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["content_type", "set_by"]
    search_fields = ["title"]
    ordering = ["title", "language"]
    actions = ["mark_reviewed"]
    change_list_template = "admin/translations/board.html"

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return super().get_list_display_links(request, list_display) if self.has_change_permission(request) else None

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

    def has_change_permission(self, request: HttpRequest, obj: Translation | None = None) -> bool:
        """Translators change the translations into their languages, and no others."""
        may_change = super().has_change_permission(request, obj)
        return may_change and (may_translate(request.user, obj.language) if obj else bool(languages_of(request.user)))

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("translations.review_translation")

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("export/<slug:language>/", wrap(self.export_view), name="translations_export"),
            path("import/", wrap(self.import_view), name="translations_import"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        counts = {f"count_{state}": Count("pk", filter=Q(state=state)) for state in TranslationState.values}
        rows = (
            Translation.objects.order_by("language")
            .values("language")
            .annotate(texts_done=Sum("done"), texts_in_all=Sum("total"), **counts)
        )
        by_language: dict[str, dict] = {row["language"]: dict(row) for row in rows}
        board = [
            {
                "code": code,
                "name": name,
                "states": [(label, by_language[code][f"count_{state}"]) for state, label in TranslationState.choices],
                "percentage": 100 * by_language[code]["texts_done"] // (by_language[code]["texts_in_all"] or 1),
            }
            for code, name in settings.LANGUAGES
            if code in by_language
        ]
        context = {
            "board": board,
            "own_languages": languages_of(request.user),
            "state_labels": TranslationState.labels,
            "may_import": self.has_change_permission(request),
        } | (extra_context or {})
        return super().changelist_view(request, context)

    @admin.action(description=_("Mark as reviewed"), permissions=["review"])
    def mark_reviewed(self, request: HttpRequest, translations: QuerySet) -> None:
        """Only complete and up to date ones. The others have to be compared with their original at the desk."""
        marked = left_out = 0
        by_model: defaultdict[type, list[Translation]] = defaultdict(list)
        for translation in translations.select_related("content_type").defer("based_on", "recorded"):
            by_model[translation.content_type.model_class()].append(translation)
        with batch(by=request.user, how=How.LIST):
            for model in unit_models():
                # All of them before their states are read.
                lock_units(model, {translation.object_id for translation in by_model[model]})
                for translation in by_model[model]:
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

    def save_translation(self, request: HttpRequest, translation: Translation) -> TranslationForm:
        """The form, saved if it is valid. Its errors also say which texts have changed since the page was opened."""
        with batch(by=request.user, how=How.DESK):
            translation.unit.lock()
            form = TranslationForm(translation.unit.fresh(), translation.language, request.POST)
            if form.is_valid():
                form.save()
                if "_reviewed" in request.POST and self.has_review_permission(request):
                    form.unit.mark_reviewed(translation.language, by=request.user)
        translation.refresh_from_db()
        return form

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Original on the left, translation on the right, text by text."""
        translation = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, translation):
            raise PermissionDenied
        if translation is None:
            raise Http404
        language = translation.language
        if request.method == "POST":
            form = self.save_translation(request, translation)
            if form.is_valid():
                self.message_user(request, _("The translation is saved."), messages.SUCCESS)
                return HttpResponseRedirect(request.get_full_path())
        else:
            form = TranslationForm(translation.unit.fresh(), language)
        unit = form.unit
        outdated = translation.outdated_originals({pair.path: pair.source for pair in form.pairs})
        texts = [
            {
                "field": form[pair.name],
                "pair": pair,
                "old": outdated.get(pair.path, ("", ""))[0],
                "saved_meanwhile": form.saved_meanwhile(pair),
                "terms": terms_in(pair.source, language),
            }
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
            "may_review": self.has_review_permission(request),
            "form": form,
            "texts": texts,
            "media": with_nonce(self.media + form.media, request),
        }
        status = 409 if form.conflicts or form.typed_for_removed_texts else 200
        return TemplateResponse(request, "admin/translations/side_by_side.html", context, status=status)

    def export_view(self, request: HttpRequest, language: str) -> StreamingHttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        if language in target_languages() and not may_translate(request.user, language):
            raise PermissionDenied
        exported = ExportedLanguage(language)
        if not exported.parts:
            raise Http404
        response = StreamingHttpResponse(exported.content(), content_type=exported.content_type)
        response["Content-Disposition"] = f'attachment; filename="{exported.file_name}"'
        return response

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, languages=languages_of(request.user))
        if request.method == "POST" and form.is_valid():
            file: DeliveredFile = form.cleaned_data["file"]
            records = list(file.import_documents(by=request.user))
            taken = sum(record.taken for record in records)
            sentence = ngettext("%(count)d text is taken.", "%(count)d texts are taken.", taken)
            self.message_user(request, sentence % {"count": taken}, messages.SUCCESS)
            if len(records) == 1:
                report = reverse("admin:translations_translationimport_change", args=[records[0].pk])
                return HttpResponseRedirect(report)
            reports = reverse("admin:translations_translationimport_changelist")
            return HttpResponseRedirect(f"{reports}?{urlencode({'q': file.name})}")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a translated file"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/translations/import.html", context)


@admin.register(TranslationImport)
class TranslationImportAdmin(admin.ModelAdmin):
    """The reports of all imports. They cannot be changed."""

    list_display = ["file_name", "language", "taken", "refused_count", "imported_by", "imported_at"]
    list_filter = ["language"]
    list_select_related = ["imported_by"]
    search_fields = ["file_name"]
    change_form_template = "admin/translations/report.html"
    fields = ["file_name", "language", "taken", "imported_by", "imported_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return TranslationImport.objects.without_texts()

    @admin.display(description=_("texts refused"), ordering="refused_count")
    def refused_count(self, record: TranslationImport) -> int:
        return record.refused_count  # type: ignore[attr-defined]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may import may read what became of it."""
        return super().has_view_permission(request, obj) or request.user.has_perm("translations.change_translation")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
