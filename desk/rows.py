"""Rows of parts on the form of their whole: which of them are new, and where they stand."""

from typing import Any

from django import forms
from django.utils.functional import cached_property

from desk.forms import DeskForm, is_parent
from desk.seen import SeenFormSet, SeenPartForm, canonical


class PartForm(DeskForm, SeenPartForm):
    given_fields: tuple[str, ...] = ("position",)
    """What a new row has from the beginning: alone it is no reason to save the row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields and self.instance.pk:
            # The address of a page that people may have linked to never changes.
            self.fields["slug"].disabled = True

    @cached_property
    def changed_data(self) -> list[str]:
        changed = super().changed_data
        return [] if self.instance._state.adding and not set(changed).difference(self.given_fields) else changed


class PartFormSet(SeenFormSet):
    """Rows of parts. A new one comes after the others."""

    def validate_unique(self) -> None:
        """Of two rows that say the same the second one is told so, by the rule that they break. Django names columns,
        above the rows."""
        rows = [form for form in self.forms if form.is_valid() and form not in self.deleted_forms]
        rules: list[tuple[Any, Any]] = [
            (constraint.fields, constraint.get_violation_error_message())
            for constraint in self.model._meta.total_unique_constraints
        ]
        rules += [
            ((field.name,), self.model().unique_error_message(self.model, (field.name,)))
            for field in self.model._meta.local_fields
            if field.unique and not field.primary_key
        ]
        for columns, sentence in rules:
            seen = set()
            for form in rows:
                names = [name for name in columns if name in form.fields and not is_parent(form.fields[name])]
                values = [form.cleaned_data.get(name) for name in names]
                said = tuple(map(canonical, values))
                if said in seen:
                    form.add_error(names[-1], sentence)
                elif names and None not in values:
                    seen.add(said)

    @cached_property
    def next_position(self) -> int:
        return max((row.position for row in self.get_queryset()), default=0) + 1

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "position" in form.fields and form.instance._state.adding:
            form.initial.setdefault("position", self.next_position)
