"""What an object is in use by, so that it cannot be taken away."""

from typing import Any

from django.db.models import PROTECT, Model

from core.changes import wholes


def uses_of(obj: Any) -> list[Model]:
    """The objects that point to `obj` and would be left with nothing: what is in the bin too, since it may come back.

    A part is told as its whole. Each once, by kind and name.
    """
    found: dict[tuple[type[Model], Any], Model] = {}
    for relation in obj._meta.related_objects:
        is_protected = getattr(relation, "on_delete", None) is PROTECT
        if not is_protected and relation.get_accessor_name() not in obj.in_use_by:
            continue
        model: Any = relation.related_model
        whole, column = wholes.get(model, (model, "pk"))
        keys = model._base_manager.filter(**{relation.field.name: obj}).values(column)
        for row in whole._base_manager.filter(pk__in=keys):
            if row != obj:
                found[whole, row.pk] = row
    return sorted(found.values(), key=lambda row: (row._meta.label, str(row)))
