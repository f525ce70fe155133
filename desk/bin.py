"""The bin: what staff take away can be brought back for 90 days. Only administrators delete for good."""

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError
from django.db.models import Model, ProtectedError, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.record import note
from core.changes import batch
from core.models import Binnable
from desk.confirmation import Item, Listing, Question, Words, ask, named
from desk.uses import uses_of

DAYS_KEPT = 90


def binnable_models() -> list[type[Binnable]]:
    """Those that others point to come last."""
    return [model for model in reversed(apps.get_models()) if issubclass(model, Binnable)]


def days_left(obj: Binnable) -> int:
    age = timezone.now() - obj.deleted_at if obj.deleted_at else datetime.timedelta()
    return max(0, DAYS_KEPT - age.days)


def overdue() -> Iterator[Binnable]:
    """What has been in the bin for longer than it is kept."""
    until = timezone.now() - datetime.timedelta(days=DAYS_KEPT)
    for model in binnable_models():
        yield from model.in_bin().filter(deleted_at__lt=until).order_by("pk")


def delete_for_good(obj: Binnable, *, by: Any) -> None:
    """Raises ProtectedError while something else needs it."""
    with batch(by=by):
        note("deleted", by=by, about=obj)
        obj.delete()


def empty_bin() -> tuple[list[str], list[str]]:
    """Delete what is overdue; gives what was deleted, and what is in use and stays: model and key of each."""
    deleted, in_use = [], []
    for obj in overdue():
        name = f"{obj._meta.label_lower} {obj.pk}"
        try:
            delete_for_good(obj, by=None)
        except ProtectedError:
            in_use.append(name)
        else:
            deleted.append(name)
    return deleted, in_use


def put_in_bin(obj: Binnable, *, by: Any) -> None:
    with batch(by=by):
        obj.put_in_bin(by=by)
        note("binned", by=by, about=obj)


def restore(obj: Binnable, *, by: Any) -> None:
    with batch(by=by):
        obj.validate_constraints()
        obj.take_out_of_bin(by=by)
        note("restored", by=by, about=obj)


def is_public_now(obj: Any) -> bool:
    """Whether the public may read it today; of what has no such state nobody knows better."""
    return bool(getattr(obj, "is_published", True))


def public_consequence(obj: Any) -> str:
    """What the public will see once `obj` is gone."""
    if not is_public_now(obj):
        return gettext("The public does not see it today.")
    address = obj.get_absolute_url()
    if "#" in address:
        return gettext("The public will not see it any more.")
    return gettext("The page %(address)s will say that it was withdrawn.") % {"address": address}


def post_button(request: HttpRequest, address: str, label: Words, **hidden: str) -> SafeString:
    """A form of one button, as it may stand in a message."""
    inputs = format_html_join("", '<input type="hidden" name="{}" value="{}">', hidden.items())
    return format_html(
        '<form class="undo" method="post" action="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}<button>{}</button></form>',
        address, get_token(request), inputs, label,
    )  # fmt: skip


class BinPages(ModelAdmin):
    """In the place of deleting: the bin, where the model has one; and no word of Django's about related objects."""

    def may_take_away(self, request: HttpRequest, obj: Any) -> bool:
        """Who may change it; of what the public sees, who may publish."""
        return self.has_change_permission(request, obj) and self.may_change_for_the_public(request, obj)

    def may_change_for_the_public(self, request: HttpRequest, obj: Any) -> bool:
        right = f"{self.opts.app_label}.publish_{self.opts.model_name}"
        return not getattr(obj, "is_published", False) or request.user.has_perm(right)

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        if issubclass(self.model, Binnable):
            actions.pop("delete_selected", None)
        return actions

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        obj: Any = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        has_bin = isinstance(obj, Binnable)
        may = self.may_take_away(request, obj) if has_bin else self.has_delete_permission(request, obj)
        if not may:
            raise PermissionDenied
        if uses := uses_of(obj):
            return ask(request, self.admin_site, self.in_use(obj, uses))
        if not has_bin:
            return super().delete_view(request, object_id, extra_context)
        if request.method == "POST":
            put_in_bin(obj, by=request.user)
            sentence = gettext("“%(name)s” is in the bin.") % {"name": obj}
            undo = post_button(request, address_in_bin("restore", obj), gettext("Undo"))
            self.message_user(request, format_html("{} {}", sentence, undo), messages.SUCCESS)
            return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        question = Question(
            title=gettext("Put “%(name)s” in the bin?") % {"name": obj},
            sentences=[
                *self.consequences(obj),
                gettext("For %(days)d days it can be brought back as it is now.") % {"days": DAYS_KEPT},
            ],
            button=_("Put in the bin"),
            is_danger=True,
            back=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]),
        )
        return ask(request, self.admin_site, question)

    def consequences(self, obj: Any) -> list[str]:
        """What putting it in the bin does."""
        return [public_consequence(obj)]

    def in_use(self, obj: Model, uses: list[Model]) -> Question:
        sentence = ngettext(
            "It stands in %(count)d other place. Take it out there first:",
            "It stands in %(count)d other places. Take it out there first:",
            len(uses),
        )
        return Question(
            title=gettext("“%(name)s” is in use") % {"name": obj},
            sentences=[sentence % {"count": len(uses)}],
            listings=listings_by_kind(uses),
            back=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk]),
        )

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """What is in use is not deleted from the list either."""
        to_delete, counts, needed, protected = super().get_deleted_objects(objs, request)
        used = [f"{obj}: {use}" for obj in objs for use in uses_of(obj)]
        return to_delete, counts, needed, used or protected

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        note("deleted", by=request.user, about=obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for obj in queryset:
            note("deleted", by=request.user, about=obj)
        super().delete_queryset(request, queryset)


def listings_by_kind(objects: list[Model]) -> list[Listing]:
    kinds: dict[type[Model], list[Model]] = {}
    for obj in objects:
        kinds.setdefault(type(obj), []).append(obj)
    return [
        Listing(model._meta.verbose_name_plural or "", [
            Item(item.label, "" if getattr(row, "is_binned", False) else item.href,
                 _("in the bin") if getattr(row, "is_binned", False) else "")
            for row, item in zip(rows, named(rows), strict=True)
        ])
        for model, rows in kinds.items()
    ]  # fmt: skip


def address_in_bin(page: str, obj: Model) -> str:
    return reverse(f"admin:bin-{page}", args=[ContentType.objects.get_for_model(obj).pk, obj.pk])


class TitleForm(forms.Form):
    """One deletes for good only what one has named."""

    name = forms.CharField(label=_("Type its name to confirm"), required=True)

    def __init__(self, obj: Model, *args: Any) -> None:
        self.obj = obj
        super().__init__(*args)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if " ".join(name.split()).casefold() != " ".join(str(self.obj).split()).casefold():
            raise forms.ValidationError(_("This is not its name."))
        return name


class Bin:
    """The pages of the bin, on the site of the desk."""

    def __init__(self, site: AdminSite) -> None:
        self.site = site

    @property
    def urls(self) -> list:
        wrap = self.site.admin_view
        return [
            path("bin/", wrap(self.listing), name="bin"),
            path("bin/<int:kind>/<int:key>/restore/", wrap(self.restore), name="bin-restore"),
            path("bin/<int:kind>/<int:key>/delete/", wrap(self.delete), name="bin-delete"),
        ]

    def admin_of(self, model: type[Model]) -> Any:
        return self.site._registry.get(model)

    def listing(self, request: HttpRequest) -> HttpResponse:
        rows: list[Any] = []
        readable = [model for model in binnable_models() if self.may_read(request, model)]
        if not readable:
            raise PermissionDenied
        for model in readable:
            rows += model.in_bin().select_related("deleted_by")
        rows.sort(key=lambda row: row.deleted_at, reverse=True)
        context = {
            **self.site.each_context(request),
            "title": gettext("Bin"),
            "rows": [
                {
                    "object": row,
                    "kind": row._meta.verbose_name,
                    "days": days_left(row),
                    "restore": address_in_bin("restore", row) if self.may_restore(request, row) else "",
                    "delete": address_in_bin("delete", row) if self.may_delete(request, row) else "",
                }
                for row in rows
            ],
            "days_kept": DAYS_KEPT,
        }
        return TemplateResponse(request, "admin/desk/bin.html", context)

    def may_read(self, request: HttpRequest, model: type[Model]) -> bool:
        model_admin = self.admin_of(model)
        return bool(model_admin and model_admin.has_view_permission(request))

    def may_restore(self, request: HttpRequest, obj: Any) -> bool:
        model_admin = self.admin_of(type(obj))
        return bool(model_admin and model_admin.may_take_away(request, obj))

    def may_delete(self, request: HttpRequest, obj: Any) -> bool:
        model_admin = self.admin_of(type(obj))
        return bool(model_admin and model_admin.has_delete_permission(request, obj))

    def binned(self, kind: int, key: int) -> Any:
        content_type = ContentType.objects.filter(pk=kind).first()
        model: Any = content_type.model_class() if content_type else None
        if model not in binnable_models():
            raise Http404
        obj = model.in_bin().filter(pk=key).first()
        if obj is None:
            raise Http404
        return obj

    def restore(self, request: HttpRequest, kind: int, key: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        obj = self.binned(kind, key)
        if not self.may_restore(request, obj):
            raise PermissionDenied
        try:
            restore(obj, by=request.user)
        except (ValidationError, IntegrityError):
            sentence = gettext("“%(name)s” cannot come back: something else has its place now.")
            messages.error(request, sentence % {"name": obj})
            return HttpResponseRedirect(reverse("admin:bin"))
        [item] = named([obj])
        link = format_html('<a href="{}">{}</a>', item.href, item.label)
        sentence = gettext("Brought back from the bin:")
        messages.success(request, format_html("{} {}", sentence, link))
        return HttpResponseRedirect(reverse("admin:bin"))

    def delete(self, request: HttpRequest, kind: int, key: int) -> HttpResponse:
        obj = self.binned(kind, key)
        if not self.may_delete(request, obj):
            raise PermissionDenied
        form = TitleForm(obj, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                delete_for_good(obj, by=request.user)
            except ProtectedError:
                messages.error(request, gettext("“%(name)s” is in use") % {"name": obj})
            else:
                messages.success(request, gettext("“%(name)s” is deleted for good.") % {"name": form["name"].value()})
            return HttpResponseRedirect(reverse("admin:bin"))
        question = Question(
            title=gettext("Delete “%(name)s” for good?") % {"name": obj},
            sentences=[_("Its texts in all languages and its history will be gone. Nobody can bring them back.")],
            button=_("Delete for good"),
            is_danger=True,
            form=form,
            back=reverse("admin:bin"),
        )
        return ask(request, self.site, question)
