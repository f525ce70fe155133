"""The draft of a published practice: a row of its own, which staff edit, translate and preview as any other, while the
public keeps seeing the published one. Publishing it makes the public practice equal to it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from copy import copy
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db.models import Field, Model
from django.utils.translation import gettext_lazy as _
from reversion.models import Version

from core.changes import How, batch, passing
from desk.history import restore, state_of
from translations.models import copy_translations, lock_units

if TYPE_CHECKING:
    from practices.models import Practice

PARTS = (
    "practice_communes",
    "sections",
    "practice_organisations",
    "practice_contacts",
    "indicators",
    "links",
    "practice_sources",
)
RELATIONS = ("topics", "audiences")
# What a draft has for itself, or the public practice.
OWN = {
    "id", "slug", "state", "published_at", "created_at", "created_by", "updated_at", "draft_of", "publish_on",
    "archive_on", "deleted_at", "deleted_by",
}  # fmt: skip


def columns(model: type[Model], leave_out: set[str]) -> list[Field]:
    """The columns that hold something of their own: modeltranslation's first one repeats that of a language."""
    fields = model._meta.concrete_fields
    translated = {field.translated_field.name for field in fields if hasattr(field, "translated_field")}
    return [field for field in fields if field.name not in leave_out | translated]


def parts_of(practice: "Practice", name: str) -> list[Any]:
    """The rows of one kind of parts, in their order, with what tells them apart."""
    model: Any = practice._meta.get_field(name).related_model
    relations = [lookup.rpartition("__")[0] for lookup in model.natural_key_fields[1:]]
    return list(getattr(practice, name).select_related(*filter(None, relations)))


def told_apart(rows: list[Any]) -> dict[tuple, Any]:
    """Natural key within the practice -> row. Of two with the same words the first one comes first in both."""
    found: defaultdict[tuple, int] = defaultdict(int)
    by_key = {}
    for row in rows:
        key = row.natural_key()[1:]
        by_key[*key, found[key]] = row
        found[key] += 1
    return by_key


def counterparts(
    practice: "Practice", other: "Practice", names: Iterable[str] = PARTS
) -> Iterator[tuple[str, Any, Any]]:
    """(name of the relation, part of `practice`, the part of `other` that is the same one)."""
    for name in names:
        theirs = told_apart(parts_of(other, name))
        for key, row in told_apart(parts_of(practice, name)).items():
            if key in theirs:
                yield name, row, theirs[key]


def paths(practice: "Practice", other: "Practice", names: Iterable[str] = PARTS) -> dict[str, str]:
    """Where the texts of parts of `practice` stand in `other`: "sections/12" -> "sections/57"."""
    return {f"{name}/{row.pk}": f"{name}/{same.pk}" for name, row, same in counterparts(practice, other, names)}


def begin_draft(practice: "Practice", *, by: Any) -> "Practice":
    """The draft of a published practice: the one that exists already, or a new copy."""
    with batch(by=by):
        practice.lock()
        if existing := practice.current_draft():
            return existing
        draft: Any = copy(practice)
        draft._state = type(practice._state)()
        draft._prefetched_objects_cache = {}
        draft.pk, draft.draft_of, draft.created_by, draft.published_at = None, practice, by, None
        draft.slug, draft.state = f"draft-{uuid4().hex[:16]}", "draft"
        draft.publish_on = draft.archive_on = None
        draft.save(force_insert=True)
        for name in RELATIONS:
            getattr(draft, name).set(getattr(practice, name).all())
        for name in PARTS:
            rows = parts_of(practice, name)
            for row in rows:
                row.pk, row._state.adding, row.practice = None, True, draft
            if rows:
                type(rows[0])._default_manager.bulk_create(rows)
        copy_translations(practice, draft, paths(practice, draft))
    return draft


def draft_from(practice: "Practice", versions: Collection[Version], *, by: Any) -> tuple["Practice", list[Model]]:
    """A draft that is what these versions of a published practice say, and the parts that cannot come back.

    The practice becomes it for a moment, so that the copy has all that a version has; then it is as before. Raises
    ValidationError if there is a draft already: its work would be lost.
    """
    with batch(by=by, how=How.RESTORE):
        practice.lock()
        if practice.current_draft():
            raise ValidationError(_("There is a draft already. Publish or discard it first."))
        now, changed_on = state_of(practice), practice.updated_at
        with passing():
            lost = restore(practice, versions, by=by)
        draft = begin_draft(type(practice)._base_manager.get(pk=practice.pk), by=by)
        with passing():
            restore(practice, now, by=by)
            type(practice)._base_manager.filter(pk=practice.pk).update(updated_at=changed_on)
    return draft, lost


def take_over(draft: "Practice", *, by: Any) -> "Practice":
    """Make the public practice equal to its draft, which goes. The row stays, and with it the address and all that
    points to it from above."""
    practice: Any = draft.draft_of
    with batch(by=by):
        lock_units(type(draft), {draft.pk, practice.pk})
        same = paths(draft, practice)
        for name in PARTS:
            take_over_parts(draft, practice, name)
        for field in columns(type(draft), OWN):
            setattr(practice, field.attname, getattr(draft, field.attname))
        for name in RELATIONS:
            getattr(practice, name).set(getattr(draft, name).all())
        practice.save()
        copy_translations(draft, practice, same)
        draft.reviews.update(practice=practice)
        draft.delete()
    return practice


def take_over_parts(draft: "Practice", practice: "Practice", name: str) -> None:
    public, drafted = told_apart(parts_of(practice, name)), told_apart(parts_of(draft, name))
    # First those that go: what takes their place may have their words.
    gone = [row.pk for key, row in public.items() if key not in drafted]
    if gone:
        getattr(practice, name).filter(pk__in=gone).delete()
    for key, row in drafted.items():
        kept = public.get(key)
        if kept is None:
            row.practice = practice
            row.save()
            continue
        fields = columns(type(row), {"id", "practice"})
        if any(getattr(kept, field.attname) != getattr(row, field.attname) for field in fields):
            for field in fields:
                setattr(kept, field.attname, getattr(row, field.attname))
            kept.save()
