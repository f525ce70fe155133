"""Lists of what the desk keeps for itself."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from desk.links import uses_of
from desk.models import LinkCheck


class LinkFilter(admin.SimpleListFilter):
    """Broken links first: which of the others there are is asked rarely."""

    title = _("how long")
    parameter_name = "links"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failing", gettext("failed at least once lately")), ("all", pgettext("links", "All"))]

    def choices(self, changelist: ChangeList) -> Any:
        _all, *others = super().choices(changelist)
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": gettext("broken for a week and longer"),
        }
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset.reported()  # type: ignore[attr-defined]
        return queryset.filter(failures__gt=0) if self.value() == "failing" else queryset


class LinkChangeList(ChangeList):
    """The links of one page, each with the rows in which it stands."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        uses = uses_of(self.result_list)
        for check in self.result_list:
            check.rows = uses.get(check.url, [])


@admin.register(LinkCheck)
class LinkCheckAdmin(admin.ModelAdmin):
    """Broken links, and where each is mended. `manage.py check_links` writes them."""

    list_display = ["link", "status", "failing_since", "used_in", "checked_at"]
    list_display_links = None
    list_filter = [LinkFilter, "status"]
    list_per_page = 50
    search_fields = ["url"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LinkChangeList

    @admin.display(description=_("web address"), ordering="url")
    def link(self, check: LinkCheck) -> SafeString:
        return format_html('<a href="{0}" rel="external noreferrer">{0}</a>', check.url)

    @admin.display(description=_("stands in"))
    def used_in(self, check: LinkCheck) -> SafeString | str:
        rows = [
            (reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]), row)
            for row in check.rows  # type: ignore[attr-defined]
        ]
        return format_html_join(", ", '<a href="{}">{}</a>', rows) if rows else gettext("mended since")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LinkCheck | None = None) -> bool:
        return False
