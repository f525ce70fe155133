"""The outline of a change form: its parts in groups, and what is wrong in it in the words of its fields."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.helpers import AdminForm, Fieldset, InlineAdminFormSet
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _


@dataclass
class Part:
    """A set of fields, or a kind of rows; folded to its heading unless it is open."""

    key: str
    """The id of its element."""
    label: str
    fieldset: Fieldset | None = None
    formset: InlineAdminFormSet | None = None
    is_open: bool = True
    is_foldable: bool = False
    level: int = 2
    """Of its heading."""

    @property
    def count(self) -> int | None:
        """How many rows there are; None for a set of fields."""
        return None if self.formset is None else self.formset.formset.initial_form_count()


@dataclass
class Group:
    label: str
    parts: list[Part] = field(default_factory=list)


# The name of a set of fields (None for the first one, which has none), or the class of an inline.
Layout = Sequence[tuple[Any, Sequence[Any]]]


def outline_of(
    adminform: AdminForm, formsets: Iterable[InlineAdminFormSet], layout: Layout, *, is_new: bool
) -> list[Group]:
    """The groups of `layout` with their parts; what it does not name stands in the last group."""
    parts: dict[Any, Part] = {}
    for number, fieldset in enumerate(adminform):
        part = Part(f"part-{number}", str(fieldset.name or ""), fieldset=fieldset)  # type: ignore[attr-defined]
        parts[part.label or None if number == 0 else part.label or number] = part
    for formset in formsets:
        label = str(capfirst(formset.opts.verbose_name_plural))
        parts[type(formset.opts)] = Part(f"part-{formset.formset.prefix}", label, formset=formset)

    is_long = len(parts) > 2
    for number, part in enumerate(parts.values()):
        part.level = 3 if layout else 2
        part.is_foldable = bool(part.label) and (is_long or "collapse" in classes_of(part))
        part.is_open = not part.is_foldable or has_errors(part) or (is_new and "collapse" not in classes_of(part))
        if part.fieldset is not None:
            part.is_open = part.is_open or number == 0
    if not layout:
        return [Group("", list(parts.values()))]
    groups = [
        Group(str(label), [parts.pop(key) for name in names if (key := key_of(name)) in parts])
        for label, names in layout
    ]
    groups[-1].parts += parts.values()
    return [group for group in groups if group.parts]


def key_of(name: Any) -> Any:
    return name if name is None or isinstance(name, type) else str(name)


def classes_of(part: Part) -> str:
    return part.fieldset.classes if part.fieldset is not None else part.formset.classes  # type: ignore[union-attr]


def has_errors(part: Part) -> bool:
    if part.fieldset is not None:
        return any(line.errors() for line in part.fieldset)
    formset = part.formset.formset  # type: ignore[union-attr]
    return formset.is_bound and (any(formset.errors) or bool(formset.non_form_errors()))


def language_of(model: type[models.Model], name: str) -> str:
    """The code of the language of a translated column; empty for others."""
    try:
        return getattr(model._meta.get_field(name), "language", "") or ""
    except FieldDoesNotExist:
        return ""


def label_of(form: forms.ModelForm, name: str) -> str:
    """A field in words: “Summary (Deutsch)”."""
    label = str(form.fields[name].label or name)
    if language := language_of(form._meta.model, name):
        label = label.removesuffix(f"[{language}]").strip()
        return _("%(field)s (%(language)s)") % {
            "field": capfirst(label),
            "language": dict(settings.LANGUAGES)[language],
        }
    return str(capfirst(label))


@dataclass(frozen=True)
class Complaint:
    """An error of a form: where it is, in words, and the id of what is to be mended."""

    label: str
    message: str
    target: str


def complaints_of(form: forms.ModelForm, formsets: Iterable[InlineAdminFormSet]) -> Iterator[Complaint]:
    """All that is wrong, in the order of the form and its rows."""
    if not form.is_bound:
        return
    yield from complaints_of_one(form, "", f"{form._meta.model._meta.model_name}_form")
    for admin_formset in formsets:
        formset = admin_formset.formset
        name = str(capfirst(admin_formset.opts.verbose_name_plural))
        for message in formset.non_form_errors():
            yield Complaint(name, str(message), f"part-{formset.prefix}")
        for number, row in enumerate(formset.forms, start=1):
            if not row.errors:
                continue
            title = (
                str(row.instance)
                if row.instance.pk
                else _("%(rows)s, row %(number)d")
                % {
                    "rows": name,
                    "number": number,
                }
            )
            yield from complaints_of_one(row, title, row.prefix)


def complaints_of_one(form: forms.ModelForm, title: str, target: str) -> Iterator[Complaint]:
    for name, errors in form.errors.items():
        known = name in form.fields and not form[name].is_hidden
        words = [title] if title else []
        words += [label_of(form, name)] if known else []
        for message in errors:
            yield Complaint(" – ".join(words), str(message), form[name].id_for_label if known else target)
