"""The staff's desk: its site, and what the admin pages of all apps share."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial, update_wrapper
from http import HTTPStatus
from typing import Any, TypeVar, cast

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.options import IS_POPUP_VAR, InlineModelAdmin
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import BadRequest, FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError, IntegrityError, models
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import time_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from js_asset import Media
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from accounts.middleware import still_here
from accounts.roles import role_of
from core.changes import How, acting, batch, state
from core.models import Binnable
from core.text import fold
from desk.bin import Bin, BinPages
from desk.bulk import BulkPages
from desk.choices import ChoiceView
from desk.edit_link import edit_link
from desk.editor import DeskCatalog
from desk.forms import FILLED, FILLED_HEADING, PortalForm
from desk.history_pages import HistoryPages
from desk.linkable import linkable_pages
from desk.models import Typed
from desk.outline import Layout, complaints_of, outline_of
from desk.rich_text import rich_texts_sent, tell_of_removed_links
from desk.rows import PartForm, PartFormSet
from desk.seen import SEEN, has_conflict, shown_by
from desk.today import todays_work
from desk.typed import ONLY_SHOWN, FormOf, as_form_data
from desk.written import AS_WRITTEN

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


# Lookups that no link of the admin uses. Databases take a pattern or a range that is none for an error of ours.
REFUSED_LOOKUPS = ("__regex", "__iregex", "__range")
# No person fills in a change form with more rows of parts than this, and Django would build each of them.
MOST_ROWS = 300


# What stands where on the first page and in the side bar: key, name, models. Others come last.
GROUPS: list[tuple[str, Promise, list[str]]] = [
    (
        "contents",
        _("Contents"),
        [
            "practices.practice",
            "sessions_app.session",
            "contacts.contact",
            "contacts.organisation",
            "practices.term",
            "translations.translation",
            "practices.sourcedocument",
            "library.emptysearch",
            "desk.linkcheck",
            "translations.translationimport",
        ],
    ),
    (
        "reference",
        _("Reference data"),
        [
            "practices.themeblock",
            "practices.topic",
            "practices.audience",
            "contacts.commune",
            "contacts.locality",
            "contacts.canton",
        ],
    ),
    ("accounts", _("Accounts"), []),
]
# Asked for by who wants back what was typed and not saved.
TAKE_BACK = "take_back"


class PortalAdminSite(AdminSite):
    site_header = _("GRESIL – the staff’s desk")
    site_title = _("GRESIL – the staff’s desk")
    index_title = _("Today’s work")

    def index(self, request: HttpRequest, extra_context: dict | None = None) -> TemplateResponse:
        context = todays_work(request) | {"lacks_second_factor": not is_mfa_enabled(request.user)}
        return super().index(request, context | (extra_context or {}))

    def get_urls(self) -> list:
        pages = self.admin_view(require_safe(partial(linkable_pages, self)))
        return [
            path("edit-link/", self.edit_link, name="edit-link"),
            path("linkable-pages/", pages, name="linkable_pages"),
            *Bin(self).urls,
            *super().get_urls(),
        ]

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return ChoiceView.as_view(admin_site=self)(request)  # type: ignore[return-value]

    @method_decorator(require_safe)
    def edit_link(self, request: HttpRequest) -> HttpResponse:
        """Asked by public pages, so nobody is led to the login."""
        return edit_link(request, self)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list:
        """The contents first, reference data and accounts apart and last; the same in each language."""
        if app_label:
            return super().get_app_list(request, app_label)
        by_label = {
            model["model"]._meta.label_lower: model
            for app in self._build_app_dict(request).values()
            for model in app["models"]
        }
        groups: list[dict[str, Any]] = [
            {"name": name, "app_label": key, "models": [by_label.pop(label) for label in labels if label in by_label]}
            for key, name, labels in GROUPS
        ]
        groups[-1]["models"] += by_label.values()
        for model in (model for group in groups for model in group["models"]):
            model["is_current"] = bool(model["admin_url"]) and request.path.startswith(model["admin_url"])
        return [group for group in groups if group["models"]]

    def i18n_javascript(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The editor's dialogs speak through the same catalogue as the admin."""
        return DeskCatalog.as_view()(request)  # type: ignore[return-value]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """A value that no page sends, as a word where a key belongs or a number of thirty digits, is a bad request.

        Django checks most values, but not all: it looks for what a select2 field shows by whatever was sent. The log
        has the error with its traceback.
        """

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Who has no role sees the start page, which says so.
            if view not in (self.index, self.logout) and role_of(request.user) is None:
                raise PermissionDenied
            try:
                if rows_sent(request) > MOST_ROWS or any(name.endswith(REFUSED_LOOKUPS) for name in request.GET):
                    raise BadRequest("Too many rows of parts, or an unknown lookup")
                with acting(by=request.user if request.user.is_authenticated else None, how=How.FORM):
                    response = view(request, *args, **kwargs)
                # A page reads from the database while it is rendered.
                return response.render() if isinstance(response, SimpleTemplateResponse) else response
            except (ValueError, OverflowError, DataError, FieldDoesNotExist) as error:
                raise BadRequest("A value cannot be read") from error

        return super().admin_view(cast(View, update_wrapper(answer, view)), cacheable)


def hour(moment: datetime.datetime) -> str:
    return time_format(localtime(moment))


def rows_sent(request: HttpRequest) -> int:
    """How many rows of parts the form in `request` says that it has; one that is no number is refused by Django."""
    counts = [value for name, value in request.POST.items() if name.endswith("-TOTAL_FORMS")]
    return sum(int(count) for count in counts if isinstance(count, str) and count.isdecimal())


def with_nonce(media: forms.Media, request: HttpRequest) -> Media:
    """The editor's import map is an inline script: without a nonce the Content-Security-Policy stops it."""
    return Media.from_media(media, nonce=str(request.csp_nonce))  # type: ignore[attr-defined]


class FoldedSearch(ModelAdmin):
    """Search and autocompletion that know no accents: SQLite compares `É` and `é` as different letters."""

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        words = fold(search_term).split()
        if not words:
            return queryset, False
        rows = queryset.order_by().values_list("pk", *self.get_search_fields(request))
        # Text by text: `fold()` remembers short ones.
        folded = ((pk, " ".join(fold(str(text)) for text in texts if text)) for pk, *texts in rows)
        found = {pk for pk, text in folded if all(word in text for word in words)}
        return queryset.filter(pk__in=found), False


def only_chosen(field: Any) -> Any:
    """A field of a form: what one chooses in it can be taken out of it, and not be changed or deleted beside it. It
    says what happened to a choice that was offered a moment ago."""
    if isinstance(field, forms.ModelChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField):
        field.error_messages["invalid_choice"] = _(
            "This is not there any more: somebody has just put it in the bin, or deleted it. Choose another one."
        )
    if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
        field.widget.can_change_related = field.widget.can_delete_related = field.widget.can_view_related = False
    return field


class PartInline(InlineModelAdmin):
    """Parts on the form of their whole. Each row is named for what it ties to the whole, and that is read with it."""

    extra = 0
    form = PartForm
    formset = PartFormSet
    template = "admin/edit_inline/rows.html"
    line_fields: Sequence[str] = ()
    """The fields that stand in the line of a row; the others are folded below it. Empty: all."""
    add_label = _("Add a row")
    # Django's own widget repeats the address above the field: a long one is wider than the row.
    formfield_overrides = AS_WRITTEN | {
        models.URLField: AS_WRITTEN[models.URLField] | {"widget": forms.URLInput(attrs={"class": "vURLField"})}
    }

    def formfield_for_dbfield(self, db_field: models.Field, request: Any, **kwargs: Any) -> Any:
        return only_chosen(super().formfield_for_dbfield(db_field, request, **kwargs))

    def may_change_the_whole(self, request: HttpRequest, obj: Any = None) -> bool:
        whole = self.admin_site.get_model_admin(self.parent_model)
        return whole.has_add_permission(request) if obj is None else whole.has_change_permission(request, obj)

    # Whoever may change the whole, may change its parts: a part has no right of its own.
    has_add_permission = has_change_permission = has_delete_permission = may_change_the_whole

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.get_model_admin(self.parent_model).has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related(*self.autocomplete_fields) if self.autocomplete_fields else rows


class PortalInline(PartInline, TranslationStackedInline):
    pass


@dataclass(frozen=True)
class Button:
    """A button of the bar; with `href` a link that looks like one."""

    label: str
    name: str = ""
    """What Django's admin knows (`_save`, `_continue`, `_addanother`), or what `response_change()` looks for."""
    kind: str = "plain"
    """"main", "plain", or "danger", which stands at the far end."""
    formaction: str = ""
    target: str = ""
    href: str = ""


@dataclass
class Bar:
    """What the bar at the foot of a change form shows: the state of the object, who changed it last, and buttons.

    The first button is what Enter does.
    """

    state: str = ""
    state_kind: str = ""
    """For the colour: "draft", "in-review", "published", "archived"."""
    note: str = ""
    buttons: list[Button] = field(default_factory=list)
    is_unsaved: bool = False
    """Whether the form shows something that is not saved: what was typed before, for instance."""


class PortalAdmin(HistoryPages, BulkPages, BinPages, FoldedSearch, TranslationAdmin):
    """A change form with the language switch above it, and the rich text editor where a field asks for it."""

    class Media:
        js = [
            "js/language_switch.js",
            "js/desk_bar.js",
            "js/desk_rows.js",
            "js/desk_outline.js",
            "js/desk_choices.js",
            "js/desk_typed.js",
        ]

    form = PortalForm
    formfield_overrides = AS_WRITTEN
    has_add_another = False
    """Whether one adds several of them in a row."""
    layout: Layout = ()
    """The groups of the change form: the heading of each, and the names of its sets of fields and its inlines."""

    def formfield_for_dbfield(self, db_field: models.Field, request: Any, **kwargs: Any) -> Any:
        return only_chosen(super().formfield_for_dbfield(db_field, request, **kwargs))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        if request.method != "POST":
            return self.show_form(request, object_id, form_url, extra_context)
        try:
            response = self.save_form_and_parts(request, object_id, form_url, extra_context)
        except IntegrityError:
            # Somebody else was quicker by an instant. Asked again, the rules find what is in the way, and say it at
            # its field.
            response = self.save_form_and_parts(request, object_id, form_url, extra_context)
        if response.status_code == HTTPStatus.FOUND:
            self.form_of(request, object_id).discard()
        return response

    def show_form(self, request: HttpRequest, object_id: str | None, *args: Any) -> HttpResponse:
        """The form as it is saved; or, if asked for, with what the same person typed before and did not save."""
        typed = self.form_of(request, object_id).typed() if TAKE_BACK in request.GET else None
        if typed:
            request.POST, request.method = self.typed_data(typed, object_id), "POST"  # type: ignore[assignment]
        return super().changeform_view(request, object_id, *args)

    def typed_data(self, typed: Typed, object_id: str | None) -> QueryDict:
        return as_form_data(typed)

    def form_of(self, request: HttpRequest, object_id: str | None) -> FormOf:
        key = "" if object_id is None else str(self.key_in(object_id) or "")
        return FormOf(request.user, self.opts.label_lower, key)

    def get_urls(self) -> list:
        wrap, name = self.admin_site.admin_view, f"{self.opts.app_label}_{self.opts.model_name}"
        typed_view = wrap(self.typed_view)
        # The browser asks by itself: that alone keeps nobody's session open.
        typed_view.is_background = True  # type: ignore[attr-defined]
        return [
            path("add/typed/", typed_view, name=f"{name}_add_typed"),
            path("<path:object_id>/typed/", typed_view, name=f"{name}_typed"),
            *super().get_urls(),
        ]

    def typed_view(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """What the browser says while a form is open: that it is, and what is typed in it."""
        obj = None if object_id is None else self.get_object(request, unquote(object_id))
        if object_id is not None and obj is None:
            raise Http404
        if not (self.has_change_permission(request, obj) if obj else self.has_add_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = self.form_of(request, object_id)
        if "_discard" in request.POST:
            form.discard()
            return HttpResponseRedirect(self.address_of("change", request, obj) if obj else "../")
        form.stay()
        kept = form.keep(request.POST) if SEEN in request.POST else None
        if kept:
            still_here(request)
        others = [
            gettext("%(person)s has had this open since %(time)s.")
            % {
                "person": row.user,
                "time": time_format(localtime(row.opened_at)),
            }
            for row in form.others()
        ]
        return JsonResponse({"others": others, "kept": time_format(localtime(kept.kept_at)) if kept else ""})

    def save_form_and_parts(self, request: HttpRequest, object_id: str | None, *args: Any) -> HttpResponse:
        """What hangs on the object (states of translation, the index) follows once, after its parts are saved too."""
        with batch(by=request.user):
            if object_id is not None:
                self.lock(self.key_in(object_id))
            return super().changeform_view(request, object_id, *args)

    def lock(self, key: Any) -> None:
        """Nobody else saves the object between what is read and what is written of it."""
        list(self.model._base_manager.filter(pk=key).select_for_update(no_key=True).values_list("pk"))
        if state.batch:
            state.batch.locked.add((self.model, key))

    def key_in(self, object_id: str) -> Any:
        """The primary key in an address; None for what is no key."""
        try:
            return self.opts.pk.to_python(unquote(object_id))
        except ValidationError:
            return None

    def changelist_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """What an action does to the chosen rows is done to all of them or to none."""
        if request.method != "POST":
            return super().changelist_view(request, *args, **kwargs)
        with batch(by=request.user, how=How.LIST):
            return super().changelist_view(request, *args, **kwargs)

    def render_change_form(self, request: HttpRequest, context: dict, *args, obj=None, **kwargs) -> HttpResponse:
        context["media"] = with_nonce(context["media"], request)
        context["bar"] = self.bar(request, obj)
        adminform, admin_formsets = context["adminform"], context["inline_admin_formsets"]
        form, formsets = adminform.form, [rows.formset for rows in admin_formsets]
        context["seen"] = shown_by([form, *(row for formset in formsets for row in formset.initial_forms)])
        context["outline"] = outline_of(adminform, admin_formsets, self.layout, is_new=obj is None)
        context["complaints"] = list(complaints_of(form, admin_formsets))
        if self.has_change_permission(request, obj) if obj else self.has_add_permission(request):
            form_of = self.form_of(request, None if obj is None else str(obj.pk))
            context["typed_before"] = form_of.typed() if request.method == "GET" else None
            context["typed_address"] = "typed/" if obj is None else self.address_of("typed", request, obj)
        context["bar"].is_unsaved = ONLY_SHOWN in request.POST
        response = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        if ONLY_SHOWN not in request.POST and form.is_bound and has_conflict(form, formsets):
            response.status_code = HTTPStatus.CONFLICT
        return response

    def bar(self, request: HttpRequest, obj: Any | None) -> Bar:
        return Bar(note=self.who_and_when(obj) if obj else "", buttons=self.buttons(request, obj))

    def buttons(self, request: HttpRequest, obj: Any | None) -> list[Button]:
        """Those of every form; the first one saves and stays."""
        is_popup = IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST
        may_save = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        buttons = []
        if may_save and is_popup:
            buttons.append(Button(gettext("Save"), "_save", "main"))
        elif may_save:
            buttons += [Button(gettext("Save"), "_continue", "main"), Button(gettext("Save and close"), "_save")]
        if may_save and self.has_add_another and not obj and not is_popup:
            buttons.append(Button(gettext("Save and add another"), "_addanother"))
        if obj and not is_popup and (label := self.taking_away(request, obj)):
            buttons.append(Button(label, kind="danger", href=self.address_of("delete", request, obj)))
        return buttons

    def taking_away(self, request: HttpRequest, obj: Any) -> str:
        """What the button says that takes `obj` away; empty for who may not."""
        if isinstance(obj, Binnable):
            return gettext("Put in the bin") if self.may_take_away(request, obj) else ""
        return gettext("Delete") if self.has_delete_permission(request, obj) else ""

    def address_of(self, page: str, request: HttpRequest, obj: models.Model) -> str:
        """Of a page of `obj`; from there one comes back to the list as it was filtered."""
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=[quote(obj.pk)])
        filters = self.get_preserved_filters(request)
        return add_preserved_filters({"preserved_filters": filters, "opts": self.opts}, address)

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """Without a copy of all that was posted for each kind of part: it is for `save_as`, which no form here has."""
        values: dict[str, Any] = {"instance": obj, "prefix": prefix, "queryset": inline.get_queryset(request)}
        return values | ({"data": request.POST, "files": request.FILES} if request.method == "POST" else {})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        rows = [row for formset in formsets for row in formset.forms]
        tell_of_removed_links(request, rich_texts_sent([form, *rows]))

    def get_readonly_fields(self, request: HttpRequest, obj: object | None = None) -> tuple[str, ...]:
        """The address of a page that people may have linked to never changes."""
        readonly = tuple(super().get_readonly_fields(request, obj))
        return (*readonly, "slug") if self.has_fixed_address(obj) else readonly

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list:
        """What fills itself in stands folded at the end."""
        fieldsets, filled = [], []
        for heading, options in super().get_fieldsets(request, obj):
            filled += [name for name in FILLED if name in options["fields"]]
            names = [name for name in options["fields"] if name not in FILLED]
            if names:
                fieldsets.append((heading, {**options, "fields": names}))
        if filled:
            fieldsets.append((FILLED_HEADING, {"classes": ["collapse"], "fields": filled}))
        return fieldsets

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """The states of its translations go along with an object, though nobody may delete them alone."""
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        relations = [field for field in self.opts.get_fields() if isinstance(field, GenericRelation)]
        records = {relation.related_model._meta.verbose_name for relation in relations}
        return to_delete, counts, needed - records, protected

    def has_fixed_address(self, obj: Any) -> bool:
        return hasattr(obj, "slug")
