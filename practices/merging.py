"""Two topics, or two target groups, that mean the same become one."""

from typing import Any

from accounts.record import note
from core.changes import batch
from practices.models import Audience, Practice, Topic


def merge(old: Topic | Audience, new: Any, *, by: Any) -> int:
    """Give `new` to all practices that have `old`, those in the bin too, and delete `old`. Gives their number."""
    [relation] = [row for row in type(old)._meta.related_objects if row.get_accessor_name() == "practices"]
    name = relation.field.name
    with batch(by=by):
        practices = list(Practice.everything.filter(**{name: old}).order_by("pk"))
        for practice in practices:
            getattr(practice, name).add(new)
            getattr(practice, name).remove(old)
        note("merged", by=by, about=old, into=str(new), practices=len(practices))
        old.delete()
    return len(practices)
