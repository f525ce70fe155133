"""What the lists of several apps share: filters, and columns that no model knows."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import BigIntegerField, Max, Model, Q, QuerySet
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from reversion.models import Version

# What nobody has confirmed for so long is asked about again.
TIME_UNTIL_ASKED_AGAIN = datetime.timedelta(days=365)


def long_unconfirmed() -> Q:
    """Rows whose `confirmed_on` is more than a year ago, or empty."""
    return Q(confirmed_on=None) | Q(confirmed_on__lt=timezone.localdate() - TIME_UNTIL_ASKED_AGAIN)


def worked_on_by(user: Any, rows: QuerySet) -> QuerySet:
    """Those of `rows` that `user` added or changed, in whatever way."""
    versions = Version.objects.get_for_model(rows.model).filter(revision__user=user).order_by()
    return rows.filter(pk__in=versions.annotate(key=Cast("object_id", BigIntegerField())).values("key"))


class ConfirmedFilter(admin.SimpleListFilter):
    title = _("confirmed")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("long-ago", gettext("not for twelve months")), ("lately", gettext("within twelve months"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "long-ago":
            return queryset.filter(long_unconfirmed())
        return queryset.exclude(long_unconfirmed()) if self.value() == "lately" else queryset


class WorkedOnFilter(admin.SimpleListFilter):
    title = _("worked on by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("me", gettext("me"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return worked_on_by(request.user, queryset) if self.value() == "me" else queryset


class FilterOfMany(admin.SimpleListFilter):
    """One of many rows, each with a slug and a name, is chosen in a field."""

    template = "admin/filter_of_many.html"
    path: str
    """The lookup that leads from the list to the rows."""

    def rows(self, model_admin: admin.ModelAdmin) -> QuerySet:
        """Those offered, in their order."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(row.slug, str(row)) for row in self.rows(model_admin)]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        left_out = {self.parameter_name, "p"}
        self.others = [(name, value) for name, value in changelist.params.items() if name not in left_out]
        for choice, value in zip(super().choices(changelist), ["", *dict(self.lookup_choices)], strict=True):
            yield {**choice, "value": value}

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(**{f"{self.path}__slug": self.value()}) if self.value() else queryset


def with_authors(rows: Sequence[Any]) -> None:
    """Give each of `rows`, all of one model, `changed_by`: the name of who changed it last, or empty."""
    for row in rows:
        row.changed_by = ""
    if not rows:
        return
    by_key = {str(row.pk): row for row in rows}
    versions = Version.objects.get_for_model(type(rows[0])).filter(object_id__in=by_key, revision__user__isnull=False)
    last = versions.order_by().values("object_id").annotate(last=Max("pk")).values("last")
    for version in Version.objects.filter(pk__in=last).select_related("revision__user"):
        user = version.revision.user
        by_key[version.object_id].changed_by = user.get_short_name() or str(user)


class AuthoredChangeList(ChangeList):
    """Its rows know who changed them last."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list: Sequence[Model] = list(self.result_list)
        with_authors(self.result_list)


def short(date: datetime.date | None) -> str:
    """A date as the columns of a list show it; "–" for none."""
    return date_format(date, "SHORT_DATE_FORMAT") if date else "–"
