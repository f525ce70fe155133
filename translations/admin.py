from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.forms.models import _get_foreign_key
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import translation as languages
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import record
from accounts.passwords import ask_before_export
from accounts.roles import languages_of, may_translate
from core.changes import How, batch
from core.languages import target_languages
from core.paging import page_of
from core.text import alphabetically
from desk.rich_text import rich_texts_sent, tell_of_removed_links
from desk.site import Bar, Button, PortalAdmin, with_nonce
from translations import corrections, reports, reviews
from translations.board import ORDER, URGENCY, BoardChangeList, LanguageFilter, ListedKeys, for_board, listed, progress
from translations.exports import ExportedTexts
from translations.forms import ImportForm, Pair, TranslationForm, with_plain_lines
from translations.glossary import terms_of, with_terms
from translations.imports import DeliveredFile
from translations.models import TranslatedUnit, Translation, TranslationImport, TranslationState, unit_for_work

# The parameter in which Django remembers from which list a form was opened.
FILTERS = "_changelist_filters"
# Texts that a message shows; the form of the object shows all.
TEXTS_IN_A_MESSAGE = 4
# Refused texts on a page of a report, and names of taken ones.
REFUSALS_A_PAGE = 25
MOST_NAMED = 200


class UnitAdmin(PortalAdmin):
    """The change form of a unit of translation: it shows the states of its translations, and asks whether a change of
    the original was a small correction."""

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_correction"
        view = self.admin_site.admin_view(self.correction_view)
        return [path("<path:object_id>/correction/", view, name=name), *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        # A browser changes the line ends of texts that nobody edited.
        request.POST = with_plain_lines(request.POST)  # type: ignore[assignment]
        before = self.open_questions(request, object_id) if request.method == "POST" else set()
        response = super().changeform_view(request, object_id, form_url, extra_context)
        is_saved = request.method == "POST" and response.status_code == HTTPStatus.FOUND
        if is_saved and (asked := self.open_questions(request, object_id)):
            self.ask(request, response, {key for key in asked if key not in before})
        return response

    def asked_units(self, request: HttpRequest, object_id: str | None) -> list[TranslatedUnit]:
        """The object and those of its parts that are units themselves, as they are in the database; without those whose
        translations are all up to date."""
        unit = self.get_object(request, unquote(object_id)) if object_id else None
        if unit is None:
            return []
        found = [*self.behind(self.model, pk=unit.pk)]
        for inline in self.get_inlines(request, unit):
            if issubclass(inline.model, TranslatedUnit):
                relation: Any = _get_foreign_key(self.model, inline.model)
                found += self.behind(inline.model, **{relation.name: unit})
        return found

    def behind(self, model: type[TranslatedUnit], **lookup: Any) -> QuerySet:
        rows = Translation.objects.filter(content_type=ContentType.objects.get_for_model(model))
        keys = rows.filter(state__in=[TranslationState.MISSING, TranslationState.OUTDATED]).values("object_id")
        return model.with_parts().filter(pk__in=keys, **lookup)

    def open_questions(self, request: HttpRequest, object_id: str | None) -> set[tuple[TranslatedUnit, str]]:
        asked = corrections.questions(self.asked_units(request, object_id))
        return {(question.unit, text.key) for question in asked for text in question.texts}

    def ask(self, request: HttpRequest, response: HttpResponse, new: set[tuple[TranslatedUnit, str]]) -> None:
        """Ask in a message, unless the page that comes next asks by itself."""
        for question in corrections.questions({unit for unit, _key in new}):
            address = address_of(question.unit)
            if response["Location"].partition("?")[0] != address:
                context = question_context(question) | {"next": response["Location"], "most": TEXTS_IN_A_MESSAGE}
                html = render_to_string("admin/translations/question.html", {"question": context}, request)
                self.message_user(request, mark_safe(html.strip()), messages.WARNING)  # noqa: S308 - from a template

    def correction_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take the answer: a small correction, or to be translated again."""
        unit = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, unit):
            raise PermissionDenied
        if unit is None:
            raise Http404
        address = address_of(unit)
        if request.method == "POST":
            is_small = "small" in request.POST
            chosen = request.POST.get("small") or request.POST.get("again")
            keys = [chosen] if chosen else request.POST.getlist("text")
            if corrections.answer(unit, keys, is_small=is_small, by=request.user):
                small = _("A small correction: the translations stay up to date.")
                again = _("The translations are marked as outdated; translators find them on the board.")
                self.message_user(request, small if is_small else again, messages.SUCCESS)
            else:
                self.message_user(request, _("The original has changed in the meantime."), messages.WARNING)
        target = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
        return HttpResponseRedirect(target if is_ours else address)

    def render_change_form(self, request: HttpRequest, context: dict, *args, obj=None, **kwargs) -> HttpResponse:
        if obj is not None:
            may_export = request.user.has_perm("translations.view_translation")
            mine = languages_of(request.user)
            rows = list(Translation.objects.of(obj).select_related("set_by"))
            context["translations"] = [(row, may_export and row.language in mine) for row in rows]
            unit = context.get("unit") or obj.fresh()
            asked = corrections.questions([unit]) if self.has_change_permission(request, obj) else []
            context["question"] = question_context(asked[0]) if asked else None
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def address_of(unit: TranslatedUnit) -> str:
    """The change form of a unit."""
    return reverse(f"admin:{unit._meta.app_label}_{unit._meta.model_name}_change", args=[unit.pk])


def short_date(moment: datetime | None) -> str:
    return date_format(localtime(moment), "SHORT_DATE_FORMAT") if moment else ""


def question_context(question: corrections.Question) -> dict[str, Any]:
    return {
        "unit": question.unit,
        "texts": question.texts,
        "address": f"{address_of(question.unit).removesuffix('change/')}correction/",
        "form_address": address_of(question.unit),
        "next": "",
        "most": len(question.texts),
    }


@admin.register(Translation)
class TranslationAdmin(admin.ModelAdmin):
    """The board, which lists the translations into a language, and the desk, which shows one beside its original."""

    list_display = ["title_shown", "kind", "languages_shown", "progress", "since", "set_by"]
    list_display_links = ["title_shown"]
    list_filter = [LanguageFilter, "state", ("content_type", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["content_type", "set_by"]
    list_per_page = 50
    sortable_by = ["title_shown", "since"]
    search_fields = ["title"]
    actions = ["mark_reviewed", "back_to_draft", "export_selected"]

    class Media:
        css = {"all": ["css/admin.css", "css/translation_desk.css"]}
        js = ["js/translation_desk.js", "js/desk_bar.js"]

    change_list_template = "admin/translations/board.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Translation]:
        # Not Django's, which is in order already: that is by what `for_board()` adds.
        return for_board(Translation.objects.of_present_units()).order_by(*ORDER)

    def get_ordering(self, request: HttpRequest) -> Any:
        return ORDER

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoardChangeList]:
        return ListedKeys if getattr(request, "is_for_keys", False) else BoardChangeList

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return super().get_list_display_links(request, list_display) if self.has_change_permission(request) else None

    @admin.display(description=_("title"), ordering=alphabetically("title"))
    def title_shown(self, row: Translation) -> str:
        return row.title

    @admin.display(description=_("kind"), ordering="content_type")
    def kind(self, row: Translation) -> str:
        name = row.content_type.name
        return name if row.is_shown else _("%(kind)s, not public") % {"kind": name}  # type: ignore[attr-defined]

    @admin.display(description=_("languages"), ordering="urgency")
    def languages_shown(self, row: Translation) -> SafeString:
        """The state of each language of the object; those that the person translates are links."""
        cells = []
        for other in row.languages:  # type: ignore[attr-defined]
            own = "own" if other.language == row.language else "other"
            words = f"{other.language.upper()}: {other.get_state_display()}"
            address = reverse("admin:translations_translation_change", args=[other.pk])
            is_link = other.language in row.languages_of_reader  # type: ignore[attr-defined]
            cell = (
                '<a href="{2}" class="translation-state state-{0} {3}">{1}</a>'
                if is_link
                else ('<span class="translation-state state-{0} {3}">{1}</span>')
            )
            cells.append(format_html(cell, other.state, words, address, own))
        return format_html('<span class="state-cells">{}</span>', mark_safe(" ".join(cells)))  # noqa: S308 - safe each

    @admin.display(description=_("done"))
    def progress(self, row: Translation) -> str:
        return _("%(done)d of %(total)d") % {"done": row.done, "total": row.total}

    @admin.display(description=_("since"), ordering="set_at")
    def since(self, row: Translation) -> str:
        return short_date(row.set_at)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may translate into the language."""
        may_change = super().has_change_permission(request, obj)
        return may_change and (may_translate(request.user, obj.language) if obj else bool(languages_of(request.user)))

    def has_review_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may_review = request.user.has_perm("translations.review_translation")
        return may_review and self.has_change_permission(request, obj)

    def get_urls(self) -> list:
        wrap = self.admin_site.admin_view
        return [
            path("export/<slug:language>/", wrap(self.export_view), name="translations_export"),
            path("import/", wrap(self.import_view), name="translations_import"),
            path("next/", wrap(self.next_view), name="translations_next"),
            path("review/", wrap(self.review_view), name="translations_review"),
            *super().get_urls(),
        ]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        mine = languages_of(request.user) if self.has_change_permission(request) else []
        for row in changelist.result_list:
            row.languages_of_reader = mine
        return changelist

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if not (isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data):
            return response
        changelist: BoardChangeList = response.context_data["cl"]
        parameters = request.GET.urlencode()
        language = changelist.language
        may_change = self.has_change_permission(request)
        response.context_data |= {
            "board": progress(target_languages()),
            "state_labels": [TranslationState(state).label for state in URGENCY],
            "parameters": parameters,
            "language": language,
            "language_name": dict(settings.LANGUAGES)[language],
            "may_export": may_translate(request.user, language),
            "may_import": may_change,
            "may_translate": may_change and may_translate(request.user, language),
        }
        return response

    # Reviews ----------------------------------------------------------------------------------------------------------

    def ask_first(self, request: HttpRequest, rows: QuerySet, *, act: str) -> HttpResponse | None:
        """A page that names what will be done, and what not and why, before it is done."""
        chosen = list(rows.select_related("content_type"))
        if len(chosen) > reviews.MOST_AT_ONCE:
            sentence = _("Choose at most %(number)d translations at once.") % {"number": reviews.MOST_AT_ONCE}
            self.message_user(request, sentence, messages.ERROR)
            return None
        against = (
            reviews.reasons_against(chosen, by=request.user)
            if act == "review"
            else reviews.reasons_against_taking_back(chosen, by=request.user)
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Mark as reviewed") if act == "review" else _("Back to draft"),
            "opts": self.opts,
            "act": act,
            "rows": [row for row in chosen if row.pk not in against],
            "left_out": [(row, against[row.pk]) for row in chosen if row.pk in against],
            "filters": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/translations/review.html", context)

    @admin.action(description=_("Mark as reviewed"), permissions=["review"])
    def mark_reviewed(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        return self.ask_first(request, rows, act="review")

    @admin.action(description=_("Back to draft"), permissions=["review"])
    def back_to_draft(self, request: HttpRequest, rows: QuerySet) -> HttpResponse | None:
        return self.ask_first(request, rows, act="back")

    def review_view(self, request: HttpRequest) -> HttpResponse:
        """What `ask_first()` has asked about, or the way back from it."""
        if not self.has_review_permission(request):
            raise PermissionDenied
        board = f"{reverse('admin:translations_translation_changelist')}?{request.POST.get('filters', '')}"
        if request.method != "POST":
            return HttpResponseRedirect(board)
        keys = [int(key) for key in request.POST.get("keys", "").split(",") if key][: reviews.MOST_AT_ONCE]
        match request.POST.get("act"):
            case "review":
                marked, at = reviews.review_together(keys, by=request.user)
                self.tell_reviewed(request, marked, at)
            case "back":
                self.tell_taken_back(request, reviews.take_back_together(keys, by=request.user))
            case "undo":
                moment = parse_datetime(request.POST.get("at", ""))
                if moment is None:
                    raise BadRequest("No moment")
                rows = Translation.objects.filter(set_by=request.user.pk, set_at=moment)
                keys = list(rows.values_list("pk", flat=True))
                self.tell_taken_back(request, reviews.take_back_together(keys, by=request.user, of=moment))
        return HttpResponseRedirect(board)

    def tell_reviewed(self, request: HttpRequest, marked: list[Translation], at: datetime) -> None:
        sentence = ngettext(
            "%(count)d translation is marked as reviewed.",
            "%(count)d translations are marked as reviewed.",
            len(marked),
        ) % {"count": len(marked)}
        context = {"sentence": sentence, "at": at.isoformat(), "filters": request.POST.get("filters", "")}
        html = render_to_string("admin/translations/undo.html", context, request)
        self.message_user(request, mark_safe(html.strip()), messages.SUCCESS)  # noqa: S308 - from a template

    def tell_taken_back(self, request: HttpRequest, rows: list[Translation]) -> None:
        sentence = ngettext(
            "%(count)d translation is a draft again.", "%(count)d translations are drafts again.", len(rows)
        )
        self.message_user(request, sentence % {"count": len(rows)}, messages.SUCCESS)

    # The desk ---------------------------------------------------------------------------------------------------------

    def save_translation(self, request: HttpRequest, row: Translation) -> TranslationForm:
        """The form, saved if it is valid. Its errors also say which texts have changed since the page was opened."""
        may_review = self.has_review_permission(request, row)
        with batch(by=request.user, how=How.DESK):
            unit = unit_for_work(row.unit)
            unit.lock()
            row.refresh_from_db()
            form = TranslationForm(unit.fresh(), row, request.POST, may_review=may_review)
            if form.is_valid():
                form.save()
                if may_review:
                    self.save_review(request, form, row)
        row.refresh_from_db()
        return form

    def save_review(self, request: HttpRequest, form: TranslationForm, row: Translation) -> None:
        """The ticks, then what the buttons say of the whole translation."""
        unit, language, by = form.unit, row.language, request.user
        read, unread = form.ticked()
        if unread:
            unit.take_back_review(language, by=by, paths=unread)
        if read:
            unit.mark_reviewed(language, by=by, paths=read)
        if "_reviewed" in request.POST:
            now = unit.change_translation(language, lambda *_texts: None, by=by)
            fresh = unit.fresh()
            missing, outdated = now.gaps(fresh.texts(settings.LANGUAGE_CODE), fresh.texts(language))
            if missing or outdated:
                self.tell_gaps(request, fresh, missing, outdated)
            else:
                read = unit.mark_reviewed(language, by=by).read
        elif "_draft" in request.POST:
            unread = unit.take_back_review(language, by=by).read or ["all"]
        if read:
            record.note("reviewed", by=by, about=unit, language=language)
        if unread:
            record.note("unreviewed", by=by, about=unit, language=language)

    def tell_gaps(self, request: HttpRequest, unit: TranslatedUnit, missing: list[str], outdated: list[str]) -> None:
        labels = {path: unit.text_label(part, name) for path, part, name in unit.text_fields()}
        sentences = [gettext("The translation is saved, but not marked as reviewed.")]
        if missing:
            names = ", ".join(labels[path] for path in missing)
            sentences.append(gettext("These texts are missing: %(names)s.") % {"names": names})
        if outdated:
            names = ", ".join(labels[path] for path in outdated)
            sentence = gettext(
                "The original of these texts has changed; write them anew, or tick “read and right”: %(names)s."
            )
            sentences.append(sentence % {"names": names})
        self.message_user(request, " ".join(sentences), messages.WARNING)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        """Original on the left, translation on the right, text by text."""
        row = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        language = row.language
        worked_on = unit_for_work(row.unit)
        if request.method == "GET" and worked_on.pk != row.object_id:
            # Its texts are changed in another object: their translations, too.
            other = Translation.objects.of(worked_on).get(language=language)
            return HttpResponseRedirect(reverse("admin:translations_translation_change", args=[other.pk]))
        place = Place(self, request, row)
        if request.method == "POST":
            form = self.save_translation(request, row)
            if form.is_valid():
                if row.state == TranslationState.REVIEWED or "_reviewed" not in request.POST:
                    self.message_user(request, _("The translation is saved."), messages.SUCCESS)
                tell_of_removed_links(request, rich_texts_sent([form]))
                return HttpResponseRedirect(place.next if "_next" in request.POST else request.get_full_path())
        else:
            form = TranslationForm(worked_on.fresh(), row, may_review=self.has_review_permission(request, row))
        unit = form.unit
        reviews.note_opening(row, unit.texts(settings.LANGUAGE_CODE), unit.texts(language), by=request.user)
        readers = reviews.names_of(pair.read[0] for pair in form.pairs if pair.read)
        texts = [self.shown_text(form, pair, language, readers) for pair in form.pairs]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Translation"),
            "subtitle": str(unit),
            "opts": self.opts,
            "original": row,
            "translation": row,
            "unit": unit,
            "unit_url": self.unit_address(request, unit),
            "preview": self.preview_address(unit, language),
            "place": place,
            "source_language": settings.LANGUAGE_CODE,
            "language_name": dict(settings.LANGUAGES).get(language, language),
            "form": form,
            "texts": texts,
            "bar": self.bar(form, row, place),
            "media": with_nonce(self.media + form.media, request),
        }
        status = HTTPStatus.CONFLICT if form.conflicts or form.typed_for_removed_texts else HTTPStatus.OK
        return TemplateResponse(request, "admin/translations/side_by_side.html", context, status=status)

    def bar(self, form: TranslationForm, row: Translation, place: "Place") -> Bar:
        """The first button is what Enter does: it saves, and says nothing of a review."""
        buttons = [Button(gettext("Save"), "_save", "main"), Button(gettext("Save and next"), "_next")]
        if form.may_review:
            buttons.append(Button(gettext("Save and mark as reviewed"), "_reviewed"))
            if row.read:
                buttons.append(Button(gettext("Back to draft"), "_draft"))
        return Bar(buttons=buttons, is_unsaved=form.is_bound)

    def shown_text(self, form: TranslationForm, pair: Pair, language: str, readers: dict[int, str]) -> dict[str, Any]:
        name = f"read-{pair.name}"
        return {
            "field": form[pair.name],
            "tick": form[name] if name in form.fields else None,
            "pair": pair,
            "read_by": readers.get(pair.read[0], "") if pair.read else "",
            "read_on": short_date(parse_datetime(pair.read[1])) if pair.read else "",
            "saved_meanwhile": form.saved_meanwhile(pair),
            "source": with_terms(pair.source, language, is_rich=pair.is_rich),
            "terms": terms_of(pair.source, language, is_rich=pair.is_rich),
        }

    def unit_address(self, request: HttpRequest, unit: TranslatedUnit) -> str:
        """The change form of the original, for whoever may see it."""
        model_admin = self.admin_site.get_model_admin(type(unit))
        return address_of(unit) if model_admin.has_view_permission(request, unit) else ""

    def preview_address(self, unit: TranslatedUnit, language: str) -> str:
        """The page on which the public reads the unit in `language`, or will."""
        on_site = self.admin_site.get_model_admin(type(unit)).view_on_site
        with languages.override(language):
            if callable(on_site):
                return on_site(unit) or ""
            return unit.get_absolute_url() if on_site and hasattr(unit, "get_absolute_url") else ""

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """To the first translation of a list that still has to be done."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        changelist = listed(self, request, request.GET.urlencode())
        if not may_translate(request.user, changelist.language):
            raise PermissionDenied
        done = [TranslationState.REVIEWED]
        if not self.has_review_permission(request):
            done.append(TranslationState.DRAFT)
        row = changelist.queryset.exclude(state__in=done).first()
        filters = request.GET.urlencode()
        if row is None:
            self.message_user(request, _("Nothing is left to do here."), messages.SUCCESS)
            return HttpResponseRedirect(f"{reverse('admin:translations_translation_changelist')}?{filters}")
        address = reverse("admin:translations_translation_change", args=[row.pk])
        return HttpResponseRedirect(f"{address}?{urlencode({FILTERS: filters})}")

    # Files ------------------------------------------------------------------------------------------------------------

    def sent(self, request: HttpRequest, exported: ExportedTexts) -> StreamingHttpResponse:
        details: dict[str, Any] = {"language": exported.language, "objects": len(exported.keys)}
        record.note("exported", by=request.user, file=exported.file_name, **details)
        response = StreamingHttpResponse(exported.content(), content_type=exported.content_type)
        response["Content-Disposition"] = f'attachment; filename="{exported.file_name}"'
        return response

    @admin.action(description=_("Export as XLIFF"), permissions=["change"])
    def export_selected(self, request: HttpRequest, rows: QuerySet) -> HttpResponseBase:
        language = listed(self, request, request.GET.urlencode()).language
        if not may_translate(request.user, language):
            raise PermissionDenied
        if asked := ask_before_export(request, request.get_full_path()):
            return asked
        count = rows.count()
        name = ngettext("%(count)d object", "%(count)d objects", count) % {"count": count}
        return self.sent(request, ExportedTexts(language, rows, name))

    def export_view(self, request: HttpRequest, language: str) -> HttpResponseBase:
        """All texts of a language; with the parameters of a list, what it shows; with `one`, one translation."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if language not in target_languages():
            raise Http404
        if not may_translate(request.user, language):
            raise PermissionDenied
        parameters = request.GET.copy()
        if one := parameters.get("one"):
            row = get_object_or_404(Translation.objects.with_units(), pk=int(one), language=language)
            if asked := ask_before_export(request, reverse("admin:translations_translation_change", args=[row.pk])):
                return asked
            unit = unit_for_work(row.unit)
            rows = Translation.objects.of(unit)
            name = unit._meta.model_name or ""
            return self.sent(request, ExportedTexts(language, rows, name, unit.known_as().natural_key()[0]))
        parameters["language"] = language
        board = reverse("admin:translations_translation_changelist")
        if asked := ask_before_export(request, f"{board}?{parameters.urlencode()}"):
            return asked
        changelist = listed(self, request, parameters.urlencode())
        exported = ExportedTexts(language, changelist.queryset, *self.filter_names(changelist))
        if not exported.parts:
            raise Http404
        return self.sent(request, exported)

    def filter_names(self, changelist: BoardChangeList) -> list[str]:
        """What the list is narrowed to, for the name of a file."""
        parameters = changelist.get_filters_params()
        names = [str(label) for state, label in TranslationState.choices if parameters.get("state__exact") == [state]]
        for key in parameters.get("content_type__id__exact", []):
            names.append(str(ContentType.objects.get_for_id(int(key)).name))
        return [*names, changelist.query]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, languages=languages_of(request.user))
        if request.method == "POST" and form.is_valid():
            file: DeliveredFile = form.cleaned_data["file"]
            records = list(file.import_documents(by=request.user))
            taken = sum(one.taken for one in records)
            sentence = ngettext("%(count)d text is taken.", "%(count)d texts are taken.", taken)
            self.message_user(request, sentence % {"count": taken}, messages.SUCCESS)
            tell_of_removed_links(request, file.rich_texts)
            if len(records) == 1:
                report = reverse("admin:translations_translationimport_change", args=[records[0].pk])
                return HttpResponseRedirect(report)
            all_reports = reverse("admin:translations_translationimport_changelist")
            return HttpResponseRedirect(f"{all_reports}?{urlencode({'q': file.name})}")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a translated file"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/translations/import.html", context)


class Place:
    """Where a translation stands in the list from which it was opened."""

    def __init__(self, model_admin: TranslationAdmin, request: HttpRequest, row: Translation) -> None:
        filters = request.GET.get(FILTERS) or urlencode({"language": row.language})
        self.keys = list(listed(model_admin, request, filters).queryset.values_list("pk", flat=True))
        self.filters = filters
        self.index = self.keys.index(row.pk) if row.pk in self.keys else None

    @property
    def number(self) -> int | None:
        return None if self.index is None else self.index + 1

    @property
    def total(self) -> int:
        return len(self.keys)

    @property
    def board(self) -> str:
        return f"{reverse('admin:translations_translation_changelist')}?{self.filters}"

    def address(self, index: int) -> str:
        """Empty before the first one and after the last one."""
        if not 0 <= index < len(self.keys):
            return ""
        address = reverse("admin:translations_translation_change", args=[self.keys[index]])
        return f"{address}?{urlencode({FILTERS: self.filters})}"

    @property
    def previous(self) -> str:
        return "" if self.index is None else self.address(self.index - 1)

    @property
    def following(self) -> str:
        """The first one, once a translation is no longer in its list."""
        return self.address(0 if self.index is None else self.index + 1)

    @property
    def next(self) -> str:
        return self.following or self.board


@admin.register(TranslationImport)
class TranslationImportAdmin(admin.ModelAdmin):
    """The reports of all imports. They cannot be changed, but a refused text can be taken all the same."""

    list_display = ["file_name", "language_name", "taken", "refused_count", "imported_by", "imported_at"]
    list_filter = ["language"]
    list_select_related = ["imported_by"]
    search_fields = ["file_name"]
    change_form_template = "admin/translations/report.html"
    fields = ["file_name", "language_name", "taken", "imported_by", "imported_at"]
    readonly_fields = ["language_name"]

    class Media:
        css = {"all": ["css/translation_desk.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Those that the person imported, and those into the languages that they translate into."""
        mine = Q(imported_by=request.user.pk)
        if request.user.has_perm("translations.change_translation"):
            mine |= Q(language__in=languages_of(request.user))
        return TranslationImport.objects.without_texts().filter(mine)

    @admin.display(description=_("language"), ordering="language")
    def language_name(self, report: TranslationImport) -> str:
        return dict(settings.LANGUAGES).get(report.language, report.language)

    @admin.display(description=_("texts refused"), ordering="refused_count")
    def refused_count(self, report: TranslationImport) -> int:
        return report.refused_count  # type: ignore[attr-defined]

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.take_view)
        return [path("<int:key>/take/<int:number>/", view, name="translations_take_anyway"), *super().get_urls()]

    def has_view_permission(self, request: HttpRequest, obj: TranslationImport | None = None) -> bool:
        """Whoever may import may read what became of it."""
        may_import = request.user.has_perm("translations.change_translation")
        if obj is None:
            return may_import
        return obj.imported_by_id == request.user.pk or (may_import and may_translate(request.user, obj.language))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        report = self.get_object(request, unquote(object_id))
        context: dict[str, Any] = {}
        if report is not None and self.has_view_permission(request, report):
            page = page_of(list(enumerate(report.refused)), REFUSALS_A_PAGE, request)
            may_take = request.user.has_perm("translations.change_translation")
            context = {
                "refused_count": len(report.refused),
                "page": page,
                "texts": reports.refused_texts(report, page.object_list),
                "taken_names": reports.taken_names(report, MOST_NAMED),
                "more_taken": max(report.taken - MOST_NAMED, 0),
                "may_take": may_take and may_translate(request.user, report.language),
            }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def take_view(self, request: HttpRequest, key: int, number: int) -> HttpResponse:
        """Take a refused text all the same."""
        if not request.user.has_perm("translations.change_translation"):
            raise PermissionDenied
        report = get_object_or_404(self.get_queryset(request).defer(None), pk=key)
        if not may_translate(request.user, report.language):
            raise PermissionDenied
        if number >= len(report.refused):
            raise Http404
        if request.method == "POST":
            try:
                reports.take_anyway(key, number, seen=request.POST.get("seen", ""), by=request.user)
            except ValidationError as error:
                self.message_user(request, " ".join(error.messages), messages.ERROR)
            else:
                self.message_user(request, _("The text is taken."), messages.SUCCESS)
        address = reverse("admin:translations_translationimport_change", args=[key])
        return HttpResponseRedirect(f"{address}?page={number // REFUSALS_A_PAGE + 1}#refused-{number}")
