"""The staff's desk: its site, and what the admin pages of all apps share."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar, cast

from django import forms
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import BadRequest, FieldDoesNotExist
from django.db import DataError, models
from django.db.models import QuerySet
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog
from js_asset import Media
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from core.changes import batch
from core.text import fold

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

# An address typed without its scheme means https; Django says http until 6.0.
HTTPS_ADDRESSES: dict[type[models.Field], dict[str, Any]] = {models.URLField: {"assume_scheme": "https"}}


# Lookups that no link of the admin uses. Databases take a pattern or a range that is none for an error of ours.
REFUSED_LOOKUPS = ("__regex", "__iregex", "__range")
# No person fills in a change form with more rows of parts than this, and Django would build each of them.
MOST_ROWS = 300


class PortalAdminSite(AdminSite):
    site_header = _("GRESIL – the staff’s desk")
    site_title = _("GRESIL – the staff’s desk")
    index_title = _("What would you like to work on?")

    def i18n_javascript(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The editor's dialogs speak through the same catalogue as the admin."""
        packages = ["django.contrib.admin", "django_prose_editor"]
        return JavaScriptCatalog.as_view(packages=packages)(request)  # type: ignore[return-value]

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """A value that no page sends, as a word where a key belongs or a number of thirty digits, is a bad request.

        Django checks most values, but not all: it looks for what a select2 field shows by whatever was sent. The log
        has the error with its traceback.
        """

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                if rows_sent(request) > MOST_ROWS or any(name.endswith(REFUSED_LOOKUPS) for name in request.GET):
                    raise BadRequest("Too many rows of parts, or an unknown lookup")
                response = view(request, *args, **kwargs)
                # A page reads from the database while it is rendered.
                return response.render() if isinstance(response, SimpleTemplateResponse) else response
            except (ValueError, OverflowError, DataError, FieldDoesNotExist) as error:
                raise BadRequest("A value cannot be read") from error

        return super().admin_view(cast(View, update_wrapper(answer, view)), cacheable)


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


class PartForm(forms.ModelForm):
    """A row of parts. What nobody changed is not checked again: that reads each of its choices, and asks the database
    about each of its rules."""

    def full_clean(self) -> None:
        if not self.is_bound or self.instance._state.adding or self.has_changed():
            super().full_clean()
            return
        self._errors = ErrorDict(renderer=self.renderer)
        self.cleaned_data = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}


class PartInline(InlineModelAdmin):
    """Parts on the form of their whole. Each row is named for what it ties to the whole, and that is read with it."""

    extra = 0
    form = PartForm
    formfield_overrides = HTTPS_ADDRESSES

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        return rows.select_related(*self.autocomplete_fields) if self.autocomplete_fields else rows


class PortalInline(PartInline, TranslationStackedInline):
    pass


class PortalAdmin(FoldedSearch, TranslationAdmin):
    """A change form with the language switch above it, and the rich text editor where a field asks for it."""

    class Media:
        css = {"all": ["css/admin.css"]}
        js = ["js/language_switch.js"]

    formfield_overrides = HTTPS_ADDRESSES

    def changeform_view(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        """What hangs on the object (states of translation, the index) follows once, after its parts are saved too."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with batch(by=request.user, is_small_change="_small_change" in request.POST):
            return super().changeform_view(request, *args, **kwargs)

    def render_change_form(self, request: HttpRequest, context: dict, *args, **kwargs) -> HttpResponse:
        context["media"] = with_nonce(context["media"], request)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """Without a copy of all that was posted for each kind of part: it is for `save_as`, which no form here has."""
        values: dict[str, Any] = {"instance": obj, "prefix": prefix, "queryset": inline.get_queryset(request)}
        return values | ({"data": request.POST, "files": request.FILES} if request.method == "POST" else {})

    def get_readonly_fields(self, request: HttpRequest, obj: object | None = None) -> tuple[str, ...]:
        """The address of a page that people may have linked to never changes."""
        readonly = tuple(super().get_readonly_fields(request, obj))
        return (*readonly, "slug") if self.has_fixed_address(obj) else readonly

    def get_prepopulated_fields(self, request: HttpRequest, obj: object | None = None) -> dict:
        return {} if self.has_fixed_address(obj) else super().get_prepopulated_fields(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """The states of its translations go along with an object, though nobody may delete them alone."""
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        relations = [field for field in self.opts.get_fields() if isinstance(field, GenericRelation)]
        records = {relation.related_model._meta.verbose_name for relation in relations}
        return to_delete, counts, needed - records, protected

    def has_fixed_address(self, obj: Any) -> bool:
        return hasattr(obj, "slug")
