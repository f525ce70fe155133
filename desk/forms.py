"""What a form fills in where it is left empty: the address from the title, the name in the alphabet from the name."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import CheckConstraint, Q
from django.db.models.constraints import BaseConstraint
from django.forms.models import InlineForeignKeyField
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from core.dates import Precision, last_day
from core.text import fold
from desk.seen import SeenForm
from desk.written import month_or_year_written

# Folded away at the end of a form.
FILLED = ("slug", "sort_name")
FILLED_HEADING = _("Filled in by itself")
# Dates of which "2026" means the last day of that year.
ENDS = ("ended_on", "valid_to", "dissolved_on")
# What a new row is called.
TITLES = ("title", "name", "desk")


def slug_of(title: str, model: Any) -> str:
    """An address that no other row has, those in the bin included."""
    longest = model._meta.get_field("slug").max_length
    words = slugify(fold(title)) or model._meta.model_name
    slug = words if len(words) <= longest else words[: longest + 1].rpartition("-")[0] or words[:longest]
    taken = set(model._base_manager.filter(slug__startswith=slug[: longest - 4]).values_list("slug", flat=True))
    free, number = slug, 1
    while free in taken:
        number += 1
        free = f"{slug[: longest - 4].rstrip('-')}-{number}"
    return free


def family_name_first(name: str) -> str:
    """“Anne Daems” -> “Daems Anne”. Small words go with the family name: “Jan van der Velde” -> “van der Velde Jan”."""
    words = name.split()
    family = max(len(words) - 1, 0)
    while family > 1 and words[family - 1].islower():
        family -= 1
    return " ".join(words[family:] + words[:family])


def is_parent(field: forms.Field) -> bool:
    """Whether it ties a row to what the form is of."""
    return isinstance(field, InlineForeignKeyField)


class DeskForm(forms.ModelForm):
    """Fills in what it can, and says what is wrong at the field where it is mended."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in FILLED:
            if name in self.fields:
                self.fields[name].required = False
        for name in self.exactness:
            self.fields[name].has_exactness = True  # type: ignore[attr-defined]
            self.fields[name].help_text = self.fields[name].help_text or _("a day, or only 12/2026 or 2026")
        for field in self.fields.values():
            # A default that is worked out, as this year, is one like any other.
            field.show_hidden_initial = False

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not values.get("slug", "-") and (title := self.title_in(values)):
            values["slug"] = slug_of(title, self._meta.model)
        if not values.get("sort_name", "-"):
            values["sort_name"] = family_name_first(values.get("name") or "") or self.title_in(values)
        for name, exactness in self.exactness.items():
            if values.get(name):
                found = month_or_year_written(str(self[name].data or ""))
                values[exactness] = found[1] if found else values.get(exactness) or Precision.DAY
                if found and name in ENDS:
                    values[name] = last_day(*found)
        return values

    def _update_errors(self, errors: ValidationError) -> None:
        """Django puts what breaks a constraint above the form."""
        rules = errors.error_dict.get(NON_FIELD_ERRORS, []) if hasattr(errors, "error_dict") else []
        named: dict[str, list] = {}
        for error in rules:
            constraint = getattr(error, "constraint", None)
            named.setdefault(self.field_of(constraint) if constraint else NON_FIELD_ERRORS, []).append(error)
        if rules:
            others = {name: found for name, found in errors.error_dict.items() if name != NON_FIELD_ERRORS}
            errors = ValidationError({name: others.get(name, []) + named.get(name, []) for name in {**others, **named}})
        super()._update_errors(errors)

    def field_of(self, constraint: BaseConstraint) -> str:
        """The one that is still empty of the fields that a rule is about, or else the last of them."""
        if isinstance(constraint, CheckConstraint):
            about: Any = Q(constraint.condition).referenced_base_fields
        else:
            about = getattr(constraint, "fields", ())
        names = [name for name, field in self.fields.items() if name in about and not is_parent(field)]
        empty = [name for name in names if self.cleaned_data.get(name) in self.fields[name].empty_values]
        return (empty[:1] or names[-1:] or [NON_FIELD_ERRORS])[0]

    @cached_property
    def exactness(self) -> dict[str, str]:
        """Name of the field of a date -> name of the one beside it that says how exact it is."""
        beside = {name: f"{name.removesuffix('_on')}_precision" for name in self.fields}
        return {name: exactness for name, exactness in beside.items() if exactness in self.fields}

    def title_in(self, values: dict[str, Any]) -> str:
        """In the first language that has one."""
        languages = [code for code, _name in settings.LANGUAGES]
        columns = (column for name in TITLES for column in (name, *(f"{name}_{code}" for code in languages)))
        return next((text for column in columns if (text := values.get(column) or "")), "")


class PortalForm(DeskForm, SeenForm):
    """The form of an object."""
