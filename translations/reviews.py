"""Who has read a translation, and which ones may be marked as reviewed in a list: only those that the person has opened
since their last change."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import record
from accounts.roles import may_translate
from core.changes import How, batch
from translations.models import (
    Opened,
    TranslatedUnit,
    Translation,
    TranslationState,
    fingerprints,
    lock_units,
    seen_of,
    unit_models,
)

# Translations that a list reviews at once.
MOST_AT_ONCE = 500


def note_opening(row: Translation, source: dict[str, str], target: dict[str, str], *, by: Any) -> None:
    Opened.objects.update_or_create(user=by, translation=row, defaults={"seen": seen_of(fingerprints(source, target))})


def reasons_against(rows: Collection[Translation], *, by: Any) -> dict[int, str]:
    """Key of each translation that `by` may not mark as reviewed in a list -> why not, in words."""
    opened = dict(Opened.objects.filter(user=by, translation__in=rows).values_list("translation", "seen"))
    reasons = {row.pk: reason_against(row, opened.get(row.pk), by=by) for row in rows}
    return {key: reason for key, reason in reasons.items() if reason}


def reason_against(row: Translation, seen: str | None, *, by: Any) -> str:
    if not may_translate(by, row.language):
        return _("This is not one of your languages.")
    if row.state == TranslationState.MISSING:
        return _("Texts are missing.")
    if row.state == TranslationState.OUTDATED:
        return _("The original has changed: texts are outdated.")
    if row.state == TranslationState.REVIEWED:
        return _("It is reviewed already.")
    if seen is None:
        return _("You have not opened it yet.")
    return "" if seen == row.seen else _("It has changed since you opened it.")


def reasons_against_taking_back(rows: Collection[Translation], *, by: Any) -> dict[int, str]:
    reasons = {}
    for row in rows:
        if not may_translate(by, row.language):
            reasons[row.pk] = _("This is not one of your languages.")
        elif not row.read:
            reasons[row.pk] = _("Nobody has marked it as reviewed.")
    return reasons


def names_of(keys: Iterable[int | None]) -> dict[int, str]:
    """Key of a user -> name."""
    users = get_user_model()._default_manager.filter(pk__in={key for key in keys if key})
    return {user.pk: str(user) for user in users}


def review_together(keys: Collection[int], *, by: Any) -> tuple[list[Translation], datetime]:
    """Mark these translations as reviewed, without those that have a reason against it by now; returns the marked ones,
    and the moment by which `take_back()` knows them."""
    at = timezone.now()
    with batch(by=by, how=How.LIST):
        rows = locked(keys)
        against = reasons_against(rows, by=by)
        marked = [row for row in rows if row.pk not in against]
        for row in marked:
            row.unit.mark_reviewed(row.language, by=by, at=at)
            record.note("reviewed", by=by, about=row.unit, language=row.language)
    return marked, at


def take_back_together(keys: Collection[int], *, by: Any, of: datetime | None = None) -> list[Translation]:
    """Back to draft; with `of` only what `by` marked as read at that moment."""
    with batch(by=by, how=How.LIST):
        found = locked(keys)
        against = reasons_against_taking_back(found, by=by)
        rows = [row for row in found if row.pk not in against]
        for row in rows:
            row.unit.take_back_review(row.language, by=by, of=of)
            record.note("unreviewed", by=by, about=row.unit, language=row.language)
    return rows


def locked(keys: Iterable[int]) -> list[Translation]:
    """These translations as they are once their units are locked."""
    by_model: defaultdict[type[TranslatedUnit], set[int]] = defaultdict(set)
    found = Translation.objects.filter(pk__in=keys)
    for row in found.select_related("content_type"):
        model: Any = row.content_type.model_class()
        by_model[model].add(row.object_id)
    for model in unit_models():
        lock_units(model, by_model[model])
    return list(found.all().with_units().order_by("title", "pk"))
