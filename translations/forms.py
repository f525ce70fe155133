from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.languages import target_languages
from translations import xliff
from translations.models import TranslatedUnit, fingerprint, plain_lines


def with_plain_lines(data: QueryDict) -> QueryDict:
    """What was posted, with the line ends that the texts have."""
    plain = QueryDict(mutable=True)
    for name, values in data.lists():
        plain.setlist(name, [plain_lines(value) for value in values])
    return plain


@dataclass(frozen=True)
class Pair:
    """An original and its translation, as they are now."""

    path: str
    label: str
    row: models.Model
    column: Any
    source: str
    target: str
    sanitize: Any
    """What the text goes through when it is saved; None for plain text."""

    @property
    def name(self) -> str:
        return self.path.replace("/", "-")

    @property
    def is_rich(self) -> bool:
        return self.sanitize is not None

    @property
    def seen(self) -> str:
        """Goes with the form and comes back: from it we know what the translator had before their eyes."""
        return f"{fingerprint(self.source)}-{self.fingerprint(self.target)}"

    def fingerprint(self, target: str) -> str:
        return fingerprint(self.sanitize(target) if self.sanitize else target)


def pairs(unit: TranslatedUnit, language: str) -> Iterator[Pair]:
    """Every text that the original has, in the order of reading."""
    source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(language)
    for path, row, name in unit.text_fields():
        if path in source:
            field, column = row._meta.get_field(name), row._meta.get_field(f"{name}_{language}")
            yield Pair(
                path,
                unit.label_of(row, name),
                row,
                column,
                source[path],
                target.get(path, ""),
                getattr(field, "sanitize", None),
            )


class TranslationForm(forms.Form):
    """One field for each pair, named by its path.

    With each field the template posts, as `seen-<name>`, what stood on the page. Where that is not what stands here
    now, nothing is saved: the translator would overwrite, or call reviewed, what they have not read.
    """

    def __init__(self, unit: TranslatedUnit, language: str, data: QueryDict | None = None) -> None:
        self.unit = unit
        self.pairs = list(pairs(unit, language))
        self.conflicts: dict[str, str] = {}
        self.typed: dict[str, str] = {}
        if data is not None:
            data = with_plain_lines(data)
            self.typed = {name: str(text) for name, text in data.items()}
            for pair in self.pairs:
                if not self.is_touched(pair):
                    data[pair.name] = pair.target
        super().__init__(data)
        for pair in self.pairs:
            field = pair.column.formfield()
            field.required, field.initial, field.label = False, pair.target, pair.label
            field.widget.attrs["lang"] = language
            self.fields[pair.name] = field

    def seen(self, pair: Pair) -> tuple[str, str]:
        """Fingerprints of the original and of the translation that stood on the page."""
        source, _dash, target = self.typed.get(f"seen-{pair.name}", "").partition("-")
        return source, target

    def is_touched(self, pair: Pair) -> bool:
        """Whether the translator wrote something else than what they were shown."""
        return pair.name in self.typed and pair.fingerprint(self.typed[pair.name]) != self.seen(pair)[1]

    def rival(self, pair: Pair) -> str:
        """The translation of today, where the field beside it keeps what was typed instead."""
        return pair.target if pair.name in self.conflicts and self.is_touched(pair) else ""

    @property
    def gone(self) -> list[str]:
        """What was typed for texts that the original does not have any more."""
        shown = {name.removeprefix("seen-") for name in self.typed if name.startswith("seen-")}
        names = shown - {pair.name for pair in self.pairs}
        return [text for name, text in self.typed.items() if name in names and text]

    def conflict(self, pair: Pair) -> str:
        """In what the page was out of date when it was saved; empty where it was not."""
        if pair.name not in self.typed:
            is_review = "_reviewed" in self.typed
            return gettext("This text is new: it was not on the page yet.") if is_review else ""
        source, target = self.seen(pair)
        if source != fingerprint(pair.source):
            return gettext("The original has changed in the meantime.")
        # Two may have typed the same, or one have pressed the button twice.
        if pair.fingerprint(pair.target) not in (target, pair.fingerprint(self.typed[pair.name])):
            return gettext("The translation has changed in the meantime.")
        return ""

    def clean(self) -> None:
        self.conflicts = {pair.name: reason for pair in self.pairs if (reason := self.conflict(pair))}
        for name, reason in self.conflicts.items():
            self.add_error(name, reason)
        if self.conflicts or self.gone:
            raise forms.ValidationError(
                gettext(
                    "Texts have changed since you opened this page, so nothing is saved yet. What you typed is kept: "
                    "compare it with the texts of today. Saving again saves what stands in the fields."
                )
            )

    def save(self) -> None:
        for pair in self.pairs:
            if pair.name in self.changed_data:
                text = pair.column.clean(self.cleaned_data[pair.name] or "", pair.row)
                setattr(pair.row, pair.column.name, text)
                pair.row.save(update_fields=[pair.column.name])


class ImportForm(forms.Form):
    file = forms.FileField(label=_("XLIFF file"), help_text=_("as exported here, with the translations filled in"))

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > 5_000_000:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        try:
            self.cleaned_data["document"] = document = xliff.read(file.read())
        except xliff.NotXliffError as error:
            raise forms.ValidationError(_("This is not an XLIFF file that we can read.")) from error
        if document.language not in target_languages():
            raise forms.ValidationError(_("The file is for a language that the portal does not have."))
        return file
