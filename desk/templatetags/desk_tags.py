import json
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.contrib.admin.helpers import Fieldline, InlineAdminFormSet
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.forms import BoundField, Textarea
from django.utils.safestring import SafeString, mark_safe

from desk import outline

register = template.Library()
# An inline's form and its fields: the types of `InlineAdminForm`, `AdminField` and `AdminReadonlyField` are not told.
InlineForm = Any
Field = Any
EDITOR = "data-django-prose-editor-configurable="


def class_names(names: dict[str, bool]) -> str:
    return " ".join(name for name, holds in names.items() if holds)


@dataclass
class Cell:
    """What one types in one place of a row: a field, or the columns of a translated one."""

    name: str
    fields: list[tuple[str, Field]] = field(default_factory=list)
    """(code of its language, or empty; the field)"""

    @property
    def classes(self) -> str:
        bound = self.fields[0][1]
        is_wide = not bound.is_readonly and isinstance(bound.field.field.widget, RelatedFieldWidgetWrapper | Textarea)
        return class_names({f"cell-{self.name}": True, "is-wide": is_wide, "is-checkbox": bound.is_checkbox})


@dataclass
class Row:
    line: list[Cell]
    """What stands in the line of the row."""
    rest: list[Cell]
    """What is folded below it."""
    hidden: list[Field]
    position: Field | None
    has_errors: bool
    is_empty: bool
    """Whether new rows are made from it."""
    key: str
    """The id of its element."""
    is_stored: bool
    deletion: Field | None
    """The tick by which it goes; None for those who may not delete."""

    @property
    def classes(self) -> str:
        return class_names(
            {"has_original": self.is_stored, "empty-form last-related": self.is_empty, "has-errors": self.has_errors}
        )


@register.simple_tag
def row_of(inline_form: InlineForm) -> Row:
    """An inline's form as a row: `line_fields` of the inline in one line, the others below it."""
    model, inline = inline_form.form._meta.model, inline_form.model_admin
    cells: dict[str, Cell] = {}
    hidden, position = [], None
    for fieldset in inline_form:
        for line in fieldset:
            bound: Field
            for bound in line:
                if bound.is_readonly:
                    cells[str(bound.field["name"])] = Cell(str(bound.field["name"]), [("", bound)])
                    continue
                name = bound.field.name
                if bound.field.is_hidden:
                    hidden.append(bound)
                elif name == "position":
                    position = bound
                else:
                    language = outline.language_of(model, name)
                    base = name.removesuffix(f"_{language}") if language else name
                    cells.setdefault(base, Cell(base)).fields.append((language, bound))
    in_line = inline.line_fields or list(cells)
    prefix = inline_form.form.prefix
    return Row(
        [cells[name] for name in in_line if name in cells],
        [cell for name, cell in cells.items() if name not in in_line],
        hidden,
        position,
        inline_form.form.is_bound and bool(inline_form.form.errors),
        "__prefix__" in prefix,
        prefix.replace("__prefix__", "empty"),
        inline_form.original is not None,
        inline_form.deletion_field() if inline_form.formset.can_delete else None,
    )


@register.filter
def by_position(formset: InlineAdminFormSet) -> list[InlineForm]:
    """Its forms in the order of their positions, those that are stored before others, and the empty one last."""

    def key(number_and_form: tuple[int, InlineForm]) -> tuple:
        number, inline_form = number_and_form
        form = inline_form.form
        if "__prefix__" in form.prefix:
            return (2, 0, False, number)
        value = form["position"].value() if "position" in form.fields else ""
        is_number = str(value).isdecimal() and str(value).isascii() and len(str(value)) < 9
        return (0 if is_number else 1, int(value) if is_number else 0, inline_form.original is None, number)

    return [inline_form for number, inline_form in sorted(enumerate(formset), key=key)]


@register.filter
def formset_data(formset: InlineAdminFormSet) -> str:
    """What Django's script for rows reads, with our own words."""
    prefix = formset.formset.prefix
    # A new row is taken away by the same tick as a stored one, so Django's own link stays out of sight.
    options = {"prefix": prefix, "addText": str(formset.opts.add_label), "deleteText": ""}
    return json.dumps({"name": f"#{prefix}", "options": options})


@register.filter
def classes_of_field(bound: Field) -> str:
    """As one of several in a line, or in a row."""
    if bound.is_readonly:
        return ""
    return class_names(
        {
            f"field-{bound.field.name}": True,
            "errors": bool(bound.field.errors),
            "hidden": bound.field.is_hidden,
            "is-checkbox": bound.is_checkbox,
        }
    )


@register.filter
def classes_of_line(line: Fieldline) -> str:
    bounds: list[Field] = list(line)
    names = {f"field-{bound.field.name}": True for bound in bounds if not bound.is_readonly}
    has_errors = len(line.fields) == 1 and bool(line.errors())
    return class_names({**names, "errors": has_errors, "hidden": not line.has_visible_field})


@register.filter
def language_of_line(line: Fieldline) -> str:
    """The language of a line of a form; empty if it is not of one."""
    names = [name for name in line.fields if isinstance(name, str)]
    return outline.language_of(line.form._meta.model, names[0]) if names and line.form._meta.model else ""


@register.filter
def asleep(bound: BoundField) -> SafeString:
    """A field for rich text without its editor yet: `desk_outline.js` makes it when somebody looks at the field."""
    return mark_safe(str(bound).replace(EDITOR, "data-editor="))  # noqa: S308 - the field has escaped itself
