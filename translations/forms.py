from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from translations.imports import DeliveredFile
from translations.models import TranslatedUnit, fingerprint, plain_lines


def with_plain_lines(data: QueryDict) -> QueryDict:
    """A copy of posted data, with the line ends that stored texts have."""
    plain = QueryDict(mutable=True)
    for name, values in data.lists():
        plain.setlist(name, [plain_lines(value) for value in values])
    return plain


@dataclass(frozen=True)
class Pair:
    """A text of the original and its translation, as they are in the database."""

    path: str
    label: str
    row: models.Model
    column: Any
    """The field of `row` that holds the translation."""
    source: str
    target: str
    sanitize: Callable[[str], str] | None
    """Applied to rich text when it is saved; None for plain text."""

    @property
    def name(self) -> str:
        return self.path.replace("/", "-")

    @property
    def is_rich(self) -> bool:
        return self.sanitize is not None

    @property
    def seen(self) -> str:
        """Fingerprints of both texts; the form posts them back, so we know what the translator saw."""
        return f"{fingerprint(self.source)}-{self.fingerprint(self.target)}"

    def fingerprint(self, target: str) -> str:
        """The fingerprint that `target` has once it is saved."""
        return fingerprint(self.sanitize(target) if self.sanitize else target)


def pairs_of(unit: TranslatedUnit, language: str) -> Iterator[Pair]:
    """A pair for each text of the original, in reading order."""
    source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(language)
    for path, row, name in unit.text_fields():
        if path in source:
            field, column = row._meta.get_field(name), row._meta.get_field(f"{name}_{language}")
            yield Pair(
                path,
                unit.text_label(row, name),
                row,
                column,
                source[path],
                target.get(path, ""),
                getattr(field, "sanitize", None),
            )


class TranslationForm(forms.Form):
    """One field for each pair of texts.

    With each field the page posts `seen-<name>`, the fingerprints of the texts that it showed. If one of them has
    changed since, nothing is saved: the translator would overwrite a text, or mark it as reviewed, without having read
    it.
    """

    def __init__(self, unit: TranslatedUnit, language: str, data: QueryDict | None = None) -> None:
        self.unit = unit
        self.pairs = list(pairs_of(unit, language))
        self.conflicts: dict[str, str] = {}
        """Name of a field -> the reason why it cannot be saved yet."""
        self.posted: dict[str, str] = {}
        if data is not None:
            data = with_plain_lines(data)
            self.posted = {name: str(text) for name, text in data.items()}
            for pair in self.pairs:
                if not self.is_edited(pair):
                    data[pair.name] = pair.target
        super().__init__(data)
        for pair in self.pairs:
            field = pair.column.formfield()
            field.required, field.initial, field.label = False, pair.target, pair.label
            field.widget.attrs["lang"] = language
            self.fields[pair.name] = field

    def seen(self, pair: Pair) -> tuple[str, str]:
        """Fingerprints of the original and of the translation that the page showed."""
        source, _dash, target = self.posted.get(f"seen-{pair.name}", "").partition("-")
        return source, target

    def is_edited(self, pair: Pair) -> bool:
        """Whether the translator changed the translation that the page showed."""
        return pair.name in self.posted and pair.fingerprint(self.posted[pair.name]) != self.seen(pair)[1]

    def saved_meanwhile(self, pair: Pair) -> str:
        """The translation that another person has saved, if the field shows what the translator typed instead."""
        return pair.target if pair.name in self.conflicts and self.is_edited(pair) else ""

    @property
    def typed_for_removed_texts(self) -> list[str]:
        """What was typed for texts that the original does not have any more."""
        shown = {name.removeprefix("seen-") for name in self.posted if name.startswith("seen-")}
        removed = shown - {pair.name for pair in self.pairs}
        return [text for name, text in self.posted.items() if name in removed and text]

    def conflict_of(self, pair: Pair) -> str:
        """Why `pair` cannot be saved yet; empty if it can."""
        if pair.name not in self.posted:
            is_review = "_reviewed" in self.posted
            return gettext("This text is new: it was not on the page yet.") if is_review else ""
        source, target = self.seen(pair)
        if source != fingerprint(pair.source):
            return gettext("The original has changed in the meantime.")
        # Two people may type the same, and one may press the button twice.
        if pair.fingerprint(pair.target) not in (target, pair.fingerprint(self.posted[pair.name])):
            return gettext("The translation has changed in the meantime.")
        return ""

    def clean(self) -> None:
        self.conflicts = {pair.name: reason for pair in self.pairs if (reason := self.conflict_of(pair))}
        for name, reason in self.conflicts.items():
            self.add_error(name, reason)
        if self.conflicts or self.typed_for_removed_texts:
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
    file = forms.FileField(
        label=_("XLIFF file, or ZIP archive"), help_text=_("as exported here, with the translations filled in")
    )

    def __init__(self, *args: Any, languages: Collection[str], **kwargs: Any) -> None:
        """`languages` are those into which the person translates who imports."""
        super().__init__(*args, **kwargs)
        self.languages = languages

    def clean_file(self) -> DeliveredFile:
        file = DeliveredFile(self.cleaned_data["file"])
        if file.check() not in self.languages:
            raise forms.ValidationError(gettext("The file is for a language into which you do not translate."))
        return file
