"""Rows of parts on the form of their whole: which of them are new, and where they stand."""

from typing import Any

from django import forms
from django.utils.functional import cached_property

from desk.forms import FilledForm
from desk.seen import SeenFormSet, SeenPartForm


class PartForm(FilledForm, SeenPartForm):
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

    @cached_property
    def next_position(self) -> int:
        return max((row.position for row in self.get_queryset()), default=0) + 1

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if "position" in form.fields and form.instance._state.adding:
            form.initial.setdefault("position", self.next_position)
