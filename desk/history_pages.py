"""The history of an object: who changed what, when and how; two versions compared; and the way back."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import formats, timezone
from django.utils.translation import gettext
from reversion.models import Revision, Version

from accounts.record import name_of, note
from core.changes import How, batch
from desk.differences import Rows, differences, rows_of
from desk.history import BEFORE, restore, state_of

PER_PAGE = 20


def how(revision: Revision) -> str:
    if revision.comment == BEFORE:
        return gettext("as it was before")
    return str(How(revision.comment).label) if revision.comment in How.values else ""


def author(revision: Revision) -> str:
    return name_of(revision.user) if revision.user else ""


def said(revision: Revision, with_name: str, without: str) -> str:
    values = {"at": short(revision.date_created, "SHORT_DATETIME_FORMAT"), "by": author(revision)}
    return (with_name if values["by"] else without) % values


def short(moment: datetime, how_long: str = "SHORT_DATE_FORMAT") -> str:
    return formats.date_format(timezone.localtime(moment), how_long)


class HistoryPages(ModelAdmin):
    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_restore"
        view = self.admin_site.admin_view(self.restore_view)
        return [path("<path:object_id>/history/<int:version>/", view, name=name), *super().get_urls()]

    def object_with_history(self, request: HttpRequest, object_id: str) -> Any:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        return obj

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        found = Version.objects.get_for_object(obj)
        page = Paginator(found.select_related("revision__user"), PER_PAGE).get_page(request.GET.get("page"))
        shown = list(page.object_list)
        # What the last one of the page changed is seen beside the one before it.
        earlier = list(found.filter(pk__lt=shown[-1].pk)[:1]) if shown else []
        rows = self.rows_by_revision([*shown, *earlier])
        newest = found.first()
        may_restore = self.may_restore(request, obj)
        entries = []
        for place, version in enumerate(shown):
            before = (shown + earlier)[place + 1] if place + 1 < len(shown + earlier) else None
            entries.append(
                {
                    "version": version,
                    "at": version.revision.date_created,
                    "by": author(version.revision),
                    "how": how(version.revision),
                    "is_first": before is None,
                    "differences": differences(rows[before.revision_id], rows[version.revision_id], self.whole(obj))
                    if before
                    else [],
                    "restore": self.address(obj, version) if may_restore and version != newest else "",
                }
            )
        context = {
            **self.context_of(request, obj),
            "title": gettext("History: %(name)s") % {"name": obj},
            "entries": entries,
            "page": page,
            "compared": self.compared(request, obj, found),
        }
        return TemplateResponse(request, "admin/desk/history.html", context)

    def context_of(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        form = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(obj.pk)])
        return {**self.admin_site.each_context(request), "opts": self.opts, "object": obj, "form_url": form}

    def whole(self, obj: Any) -> tuple:
        return self.model, str(obj.pk)

    def address(self, obj: Any, version: Version) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_restore"
        return reverse(name, args=[quote(obj.pk), version.pk])

    def rows_by_revision(self, versions: list[Version]) -> dict[int, Rows]:
        grouped: defaultdict[int, list[Version]] = defaultdict(list)
        for version in Version.objects.filter(revision__in={version.revision_id for version in versions}).order_by(
            "pk"
        ):
            grouped[version.revision_id].append(version)
        return {revision: rows_of(some) for revision, some in grouped.items()}

    def compared(self, request: HttpRequest, obj: Any, found: Any) -> dict | None:
        """The two versions of `?from=` and `?to=`, whichever is the older one."""
        keys = [value for name in ("from", "to") if (value := request.GET.get(name, "")).isdecimal()]
        two = list(found.filter(pk__in=keys).select_related("revision").order_by("pk")) if len(keys) == 2 else []
        if len(two) != 2:
            return None
        rows = self.rows_by_revision(two)
        return {
            "from": two[0].revision.date_created,
            "to": two[1].revision.date_created,
            "differences": differences(rows[two[0].revision_id], rows[two[1].revision_id], self.whole(obj)),
        }

    def restores_as_draft(self, obj: Any) -> bool:
        """Whether a version restored becomes a draft, and the public sees nothing of it yet."""
        return False

    def restore_version(self, obj: Any, versions: list[Version], *, by: Any) -> tuple[Any, list]:
        """The object that is now what the versions say, and the parts that cannot come back."""
        return obj, restore(obj, versions, by=by)

    def may_restore(self, request: HttpRequest, obj: Any) -> bool:
        """Who may change it; of what the public would see at once, who may publish."""
        right = f"{self.opts.app_label}.publish_{self.opts.model_name}"
        is_seen = getattr(obj, "is_published", False) and not self.restores_as_draft(obj)
        is_allowed = not is_seen or request.user.has_perm(right)
        return self.has_change_permission(request, obj) and is_allowed

    def restore_view(self, request: HttpRequest, object_id: str, version: int) -> HttpResponse:
        obj = self.object_with_history(request, object_id)
        if not self.may_restore(request, obj):
            raise PermissionDenied
        chosen = Version.objects.get_for_object(obj).filter(pk=version).select_related("revision").first()
        if chosen is None:
            raise Http404
        versions = list(chosen.revision.version_set.order_by("pk"))
        if request.method == "POST":
            return self.restore(request, obj, chosen, versions)
        context = {
            **self.context_of(request, obj),
            "title": gettext("Restore this version?"),
            "at": chosen.revision.date_created,
            "differences": differences(rows_of(state_of(obj)), rows_of(versions), self.whole(obj)),
            "is_public": getattr(obj, "is_published", True),
            "becomes_draft": self.restores_as_draft(obj),
        }
        return TemplateResponse(request, "admin/desk/restore.html", context)

    def restore(self, request: HttpRequest, obj: Any, chosen: Version, versions: list[Version]) -> HttpResponse:
        restored = obj
        try:
            with batch(by=request.user, how=How.RESTORE):
                restored, lost = self.restore_version(obj, versions, by=request.user)
                note("restored", by=request.user, about=obj, version=chosen.pk)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            sentence = gettext("The version is restored. The history has what was there before.")
            if restored != obj:
                sentence = gettext("The version is a draft now; the public sees it once it is published.")
            messages.success(request, sentence)
            if lost:
                kinds = ", ".join(sorted({str(row._meta.verbose_name) for row in lost}))
                sentence = gettext("Not everything could come back, because what it points to is gone: %(kinds)s")
                messages.warning(request, sentence % {"kinds": kinds})
        page = "history" if restored == obj else "change"
        address = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return HttpResponseRedirect(reverse(address, args=[quote(restored.pk)]))

    def who_and_when(self, obj: Any) -> str:
        """For the foot of the form: who wrote it, who changed it last, since when it is public; what is known."""
        public = getattr(obj, "draft_of", None) or obj
        first = Version.objects.get_for_object(public).select_related("revision__user").last()
        last = Version.objects.get_for_object(obj).select_related("revision__user").first()
        known = []
        if first and first.revision.comment != BEFORE:
            known.append(said(first.revision, gettext("Written on %(at)s by %(by)s"), gettext("Written on %(at)s")))
        if last and last != first and last.revision.comment != BEFORE:
            with_name = gettext("Last changed on %(at)s by %(by)s")
            known.append(said(last.revision, with_name, gettext("Last changed on %(at)s")))
        if getattr(public, "is_published", False) and (since := getattr(public, "published_at", None)):
            known.append(gettext("public since %(date)s") % {"date": short(since)})
        return " · ".join(known)
