"""The staff's desk: its site, and what the admin pages of all apps share."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.i18n import JavaScriptCatalog
from js_asset import Media
from modeltranslation.admin import TranslationAdmin, TranslationStackedInline

from core.changes import batch
from core.text import fold

# An address typed without its scheme means https; Django says http until 6.0.
HTTPS_ADDRESSES: dict[type[models.Field], dict[str, Any]] = {models.URLField: {"assume_scheme": "https"}}


class PortalAdminSite(AdminSite):
    site_header = _("GRESIL – the staff’s desk")
    site_title = _("GRESIL – the staff’s desk")
    index_title = _("What would you like to work on?")

    def i18n_javascript(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The editor's dialogs speak through the same catalogue as the admin."""
        packages = ["django.contrib.admin", "django_prose_editor"]
        return JavaScriptCatalog.as_view(packages=packages)(request)  # type: ignore[return-value]


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
        found = {
            pk for pk, *texts in rows if all(word in fold(" ".join(str(t or "") for t in texts)) for word in words)
        }
        return queryset.filter(pk__in=found), False


class PortalInline(TranslationStackedInline):
    extra = 0
    formfield_overrides = HTTPS_ADDRESSES


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
