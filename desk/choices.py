"""What autocompletion offers: each choice with what tells it apart from others of the same name."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model, QuerySet


class ChoiceView(AutocompleteJsonView):
    """An admin says with `choice_label(row)` how a row is offered, and with `choice_relations` what that reads."""

    model_admin: Any

    def get_queryset(self) -> QuerySet:
        relations = getattr(self.model_admin, "choice_relations", [])
        return super().get_queryset().select_related(*relations) if relations else super().get_queryset()

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        choice = super().serialize_result(obj, to_field_name)
        label = getattr(self.model_admin, "choice_label", None)
        return choice | {"text": label(obj)} if label else choice


def told_apart(name: str, facts: Iterable[object]) -> str:
    """`name` with those of `facts` that are known."""
    known = ", ".join(str(fact) for fact in facts if fact)
    return f"{name} – {known}" if known else name
