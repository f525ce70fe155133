"""The board: which translations are listed, in which order, and how far each language has come."""

from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.roles import languages_of
from core.languages import target_languages
from core.text import alphabetically
from translations.models import Translation, TranslationState, unit_models

# What has to be done first comes first.
URGENCY = [TranslationState.OUTDATED, TranslationState.MISSING, TranslationState.DRAFT, TranslationState.REVIEWED]


def for_board(translations: QuerySet[Translation]) -> QuerySet[Translation]:
    """With `is_shown`, whether the public sees the object, and `urgency`, the rank of the state."""
    hidden = Q(pk=None)
    for model in unit_models():
        if hasattr(model._default_manager, "published"):
            shown = model._default_manager.published().order_by().values("pk")
            hidden |= Q(content_type=ContentType.objects.get_for_model(model)) & ~Q(object_id__in=shown)
    ranks = [When(state=state, then=Value(rank)) for rank, state in enumerate(URGENCY)]
    return translations.annotate(
        is_shown=Case(When(hidden, then=Value(0)), default=Value(1), output_field=IntegerField()),
        urgency=Case(*ranks, output_field=IntegerField()),
    )


ORDER: list[Any] = ["-is_shown", "urgency", alphabetically("title").asc(), "pk"]


def own_language(request: HttpRequest) -> str:
    """The first language that the person translates into, else the first of all."""
    return [*languages_of(request.user), *target_languages()][0]


class LanguageFilter(admin.SimpleListFilter):
    """Always one language: a row is one object then, and its other languages stand beside it."""

    title = _("language")
    parameter_name = "language"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        self.default = own_language(request)
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, name) for code, name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]

    def value(self) -> str:
        chosen = super().value()
        return chosen if chosen in target_languages() else self.default

    def choices(self, changelist: ChangeList) -> Any:
        for code, name in self.lookup_choices:
            yield {
                "selected": self.value() == code,
                "query_string": changelist.get_query_string({self.parameter_name: code}),
                "display": name,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(language=self.value())


class BoardChangeList(ChangeList):
    """The translations of one page, each with `languages`: all translations of its object, in the order of settings."""

    @property
    def language(self) -> str:
        return next(spec.value() for spec in self.filter_specs if isinstance(spec, LanguageFilter))

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = self.result_list = list(self.result_list)
        wanted: defaultdict[int, list[int]] = defaultdict(list)
        for row in rows:
            wanted[row.content_type_id].append(row.object_id)
        named = Q(pk=None)
        for content_type, keys in wanted.items():
            named |= Q(content_type=content_type, object_id__in=keys)
        by_unit: defaultdict[tuple[int, int], list[Translation]] = defaultdict(list)
        for other in Translation.objects.filter(named).only("content_type", "object_id", "language", "state"):
            by_unit[other.content_type_id, other.object_id].append(other)
        order = target_languages()
        for row in rows:
            others = by_unit[row.content_type_id, row.object_id]
            row.languages = sorted(others, key=lambda other: order.index(other.language))


class ListedKeys(BoardChangeList):
    """Only what is in the list, not how a page of it looks."""

    def get_results(self, request: HttpRequest) -> None:
        self.result_list, self.result_count, self.full_result_count = [], 0, 0
        self.can_show_all, self.multi_page, self.show_admin_actions = False, False, False


def listed(model_admin: Any, request: HttpRequest, parameters: str) -> "ListedKeys":
    """The list that these parameters of an address show; the whole one if they mean nothing."""
    asking = copy(request)
    asking.method, asking.is_for_keys = "GET", True  # type: ignore[attr-defined]
    for query in [QueryDict(parameters), QueryDict()]:
        asking.GET = query
        try:
            return model_admin.get_changelist_instance(asking)
        except IncorrectLookupParameters:
            continue
    raise AssertionError("A list without parameters is always there.")


def progress(languages: Sequence[str]) -> list[dict[str, Any]]:
    """For each of these languages how many translations are in each state, and how far it has come, in percent."""
    counts = {f"count_{state}": Count("pk", filter=Q(state=state)) for state in TranslationState.values}
    rows = (
        Translation.objects.of_present_units()
        .order_by("language")
        .values("language")
        .annotate(texts_done=Sum("done"), texts_in_all=Sum("total"), number=Count("pk"), **counts)
    )
    by_language: dict[str, dict] = {row["language"]: dict(row) for row in rows}
    names = dict(settings.LANGUAGES)
    return [
        {
            "code": code,
            "name": names[code],
            "states": [(state, row[f"count_{state}"]) for state in URGENCY],
            "percentage": 100 * row["texts_done"] // (row["texts_in_all"] or 1),
            "reviewed": 100 * row["count_reviewed"] // row["number"],
        }
        for code in languages
        if (row := by_language.get(code))
    ]
