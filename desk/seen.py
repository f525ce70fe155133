"""What somebody else has saved is never overwritten unseen.

A page with a form also posts `seen`: fingerprints of all its fields as it showed them. When it comes back, a field that
the database has otherwise by now was changed by somebody else. If the person did not touch it, it stays as that one
left it; if both changed it, the form is refused and shows both.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.text import plain
from desk.typed import ONLY_SHOWN

# Code of the errors that say so.
CONFLICT = "conflict"
# The name under which the page posts what it showed.
SEEN = "seen"

Fingerprints = dict[str, str]


def canonical(value: Any) -> str:
    """The same for what a form shows, what it sends back untouched, and what it makes of that."""
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, QuerySet | list | tuple | set):
        return ",".join(sorted(canonical(one) for one in value))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value).replace("\r\n", "\n").strip()


def fingerprint(value: Any) -> str:
    text = canonical(value)
    return text and sha256(text.encode("utf-8", "replace")).hexdigest()[:10]


def seen_in(data: Mapping[str, Any]) -> dict[str, Fingerprints]:
    """Name of a form -> name of a field -> fingerprint of what the page showed. Empty if the page sent none."""
    try:
        seen = json.loads(data.get(SEEN, ""))
    except ValueError:
        return {}
    return {name: part for name, part in seen.items() if isinstance(part, dict)} if isinstance(seen, dict) else {}


def shown_by(forms_of_page: Iterable[forms.BaseForm]) -> str:
    """What a page with these forms posts as `seen`."""
    seen = {form.key: form.fingerprints() for form in forms_of_page if isinstance(form, SeenForm) and form.key}
    return json.dumps(seen, separators=(",", ":"))


class SeenForm(forms.ModelForm):
    """A form whose fields are not written where somebody else has changed them and the person has not."""

    data: QueryDict

    @property
    def key(self) -> str:
        """The name of the form among those of its page: parts are told by their primary key, not by their place. Empty
        for what is new, which nobody else can have changed."""
        row = self.instance
        return "" if row.pk is None else f"{row._meta.label_lower}/{row.pk}"

    def sanitizer(self, name: str) -> Callable[[str], str] | None:
        """What makes rich text safe, which happens only after the form; None for all else."""
        try:
            column = self._meta.model._meta.get_field(name)
        except FieldDoesNotExist:
            return None
        return getattr(getattr(column, "translated_field", column), "sanitize", None)

    def as_stored(self, name: str, value: Any) -> Any:
        sanitize = self.sanitizer(name)
        return sanitize(value) if sanitize and isinstance(value, str) else value

    def now(self, name: str) -> Any:
        """What the database holds."""
        return self.as_stored(name, self.get_initial_for_field(self.fields[name], name))

    def fingerprints(self) -> Fingerprints:
        """Of all fields but those that a formset adds."""
        return {name: fingerprint(self.now(name)) for name in self.base_fields}

    def changed_meanwhile(self) -> list[str]:
        """The fields that somebody else has changed since the page was opened."""
        seen = seen_in(self.data).get(self.key) if self.key else None
        return [name for name, print_now in self.fingerprints().items() if seen.get(name) != print_now] if seen else []

    def typed(self, name: str) -> Any:
        """What was sent for a field, as it would be stored; what cannot be read, as it was sent."""
        field = self.fields[name]
        raw = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        try:
            return self.as_stored(name, field.clean(raw))
        except ValidationError:
            return raw

    def full_clean(self) -> None:
        self.conflicts: dict[str, Any] = {}
        if self.is_bound:
            self.take_over_what_others_changed()
        if not self.is_bound or self.has_to_be_checked():
            super().full_clean()
        else:
            self._errors = ErrorDict(renderer=self.renderer)
            self.cleaned_data = {name: self.get_initial_for_field(field, name) for name, field in self.fields.items()}
        for name, value in self.conflicts.items():
            self.add_error(name, self.conflict(name, value))

    def is_valid(self) -> bool:
        """What was typed before and not saved is shown again, never saved by itself."""
        return ONLY_SHOWN not in self.data and super().is_valid()

    def has_to_be_checked(self) -> bool:
        return True

    def take_over_what_others_changed(self) -> None:
        """Put into the data of the form what others have saved in fields that the person did not touch."""
        seen = seen_in(self.data).get(self.key, {})
        for name in self.changed_meanwhile():
            typed, now = fingerprint(self.typed(name)), self.now(name)
            if typed == seen.get(name):
                self.data = with_value(self.data, self[name], now)
            elif typed != fingerprint(now):
                self.conflicts[name] = now

    def conflict(self, name: str, value: Any) -> ValidationError:
        sentence = _(
            "Somebody else has changed this while you were writing. It says now: “%(now)s”. The field shows what you "
            "typed: save again to keep it, or take over what you need."
        )
        return ValidationError(sentence, code=CONFLICT, params={"now": self.readable(name, value)})

    def readable(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            return ", ".join(str(one) for one in value) or gettext("(empty)")
        if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
            return str(field.queryset.filter(pk=value).first() or gettext("(empty)"))
        if isinstance(field, forms.TypedChoiceField):
            column: Any = self._meta.model._meta.get_field(name)
            return str(dict(column.flatchoices).get(value, value)) or gettext("(empty)")
        if isinstance(value, bool):
            return gettext("Yes") if value else gettext("No")
        return (plain(value) if self.sanitizer(name) else str(value or "")) or gettext("(empty)")


def with_value(data: QueryDict, bound: forms.BoundField, value: Any) -> QueryDict:
    """A copy of `data` in which `bound` is as the page would show `value`."""
    data, name, field = data.copy(), bound.html_name, bound.field
    if isinstance(field, forms.BooleanField):
        data.pop(name, None)
        if value:
            data[name] = "on"
        return data
    prepared = field.prepare_value(value)
    if isinstance(field, forms.ModelMultipleChoiceField):
        data.setlist(name, [str(one) for one in prepared or []])
    else:
        shown = field.widget.format_value(prepared) if hasattr(field.widget, "format_value") else prepared
        data[name] = (shown[0] if shown else "") if isinstance(shown, list) else ("" if shown is None else str(shown))
    return data


class SeenPartForm(SeenForm):
    """A row of parts. What nobody changed is not checked again: that reads each of its choices, and asks the database
    about each of its rules."""

    def has_to_be_checked(self) -> bool:
        return self.instance._state.adding or self.has_changed()


class SeenFormSet(BaseInlineFormSet):
    """The parts on a form of their whole. A part that somebody else deleted comes back as a new one if the person wrote
    in it, and one that somebody else changed is not deleted before the person has seen it."""

    model: type[Model]
    data: QueryDict
    prefix: str
    form: type[SeenPartForm]
    _should_delete_form: Callable[[forms.BaseForm], bool]

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        self.deleted_meanwhile: list[int] = []
        """Places of the rows that were written in while somebody else deleted them."""
        super().__init__(data, *args, **kwargs)
        if self.is_bound:
            self.data = self.without_deleted_rows()

    @property
    def key_name(self) -> str:
        return self.model._meta.pk.name

    def without_deleted_rows(self) -> QueryDict:
        """The data as if the page had been opened after somebody else deleted some of the rows."""
        if not self.management_form.is_valid():
            return self.data
        total = self.total_form_count()
        initial = min(self.initial_form_count(), total)
        sent = [str(self.data.get(f"{self.prefix}-{place}-{self.key_name}", "")) for place in range(initial)]
        there = {str(row.pk) for row in self.get_queryset()}
        gone = {place for place, key in enumerate(sent) if key.isdecimal() and key not in there}
        if not gone:
            return self.data
        kept = [place for place in range(initial) if place not in gone]
        rescued = [place for place in sorted(gone) if self.was_written_in(place, sent[place])]
        order = [*kept, *rescued, *range(initial, total)]
        data = self.data.copy()
        for name in [name for name in data if name.startswith(f"{self.prefix}-") and "_FORMS" not in name]:
            del data[name]
        for new, old in enumerate(order):
            for name, values in rows_of(self.data, self.prefix, old):
                if not (old in gone and name in (self.key_name, DELETION_FIELD_NAME)):
                    data.setlist(f"{self.prefix}-{new}-{name}", values)
        data[f"{self.prefix}-TOTAL_FORMS"], data[f"{self.prefix}-INITIAL_FORMS"] = str(len(order)), str(len(kept))
        del self.management_form  # it was read from the data as they came
        self.deleted_meanwhile = list(range(len(kept), len(kept) + len(rescued)))
        return data

    def was_written_in(self, place: int, key: str) -> bool:
        """Whether the row has something that the page did not show. One marked to be deleted is deleted already."""
        seen = seen_in(self.data).get(f"{self.model._meta.label_lower}/{key}", {})
        row = self.form(self.data, prefix=f"{self.prefix}-{place}", **self.form_kwargs)
        self.add_fields(row, place)
        if row.data.get(row.add_prefix(DELETION_FIELD_NAME)):
            return False
        if not seen:
            return True
        own = [name for name in row.fields if name in seen and name not in (self.key_name, self.fk.name)]
        return any(fingerprint(row.typed(name)) != seen[name] for name in own)

    def clean(self) -> None:
        super().clean()
        if self.deleted_meanwhile:
            sentence = _(
                "Somebody else has deleted a row while you were writing in it. What you typed stands in a new row: "
                "save again to keep it, or mark it to be deleted."
            )
            raise ValidationError(sentence, code=CONFLICT)
        rows: Any = self.initial_forms
        for form in rows:
            if self._should_delete_form(form) and form.changed_meanwhile():
                sentence = _(
                    "“%(row)s” is to be deleted, but somebody else has changed it in the meantime. Look at it, and "
                    "save again to delete it."
                )
                row = Truncator(str(form.instance)).chars(80)
                raise ValidationError(sentence, code=CONFLICT, params={"row": row})


def rows_of(data: QueryDict, prefix: str, place: int) -> Iterator[tuple[str, list]]:
    """(name of the field, values) of the row at `place`."""
    start = f"{prefix}-{place}-"
    for name, values in data.lists():
        if name.startswith(start):
            yield name.removeprefix(start), values


def has_conflict(form: forms.BaseForm, formsets: Iterable[forms.BaseFormSet]) -> bool:
    """Whether what was posted is refused because somebody else was quicker."""
    errors: list[Any] = [form.errors, *(row for formset in formsets for row in formset.errors)]
    lists: list[Any] = [rows for one in errors for rows in one.values()]
    lists += [formset.non_form_errors() for formset in formsets]
    return any(error.code == CONFLICT for rows in lists for error in rows.as_data())
