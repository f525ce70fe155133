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
from translations.models import TranslatedUnit, Translation, fingerprint, plain_lines


def with_plain_lines(data: QueryDict) -> QueryDict:
    """A copy of posted data, with the line ends that stored texts have."""
    plain = QueryDict(mutable=True)
    for name, values in data.lists():
        plain.setlist(name, [plain_lines(value) for value in values])
    return plain


# A text with more letters than this stands in a box of several lines.
LETTERS_OF_A_LINE = 60


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
    old_source: str = ""
    """The original that the translation was made from, where that is another one."""
    read: tuple[Any, str] | None = None
    """Who has read this translation beside its original of today, and when: a key and a time in ISO 8601."""

    @property
    def name(self) -> str:
        return self.path.replace("/", "-")

    @property
    def is_rich(self) -> bool:
        return self.sanitize is not None

    @property
    def is_read(self) -> bool:
        return self.read is not None

    @property
    def seen(self) -> str:
        """Fingerprints of both texts, and whether they were read; the form posts them back, so we know what the
        translator saw."""
        return f"{fingerprint(self.source)}-{self.fingerprint(self.target)}-{int(self.is_read)}"

    def fingerprint(self, target: str) -> str:
        """The fingerprint that `target` has once it is saved."""
        if self.sanitize:
            return fingerprint(self.sanitize(target))
        return fingerprint(target if self.has_lines else one_line(target))

    @property
    def has_lines(self) -> bool:
        return isinstance(self.column, models.TextField)

    @property
    def limit(self) -> int | None:
        """The most characters that the translation may have."""
        return self.column.max_length

    @property
    def lines(self) -> int:
        """How many lines its box has: as many as the longer of both texts."""
        return max(lines_of(self.source), lines_of(self.target), 3 if self.has_lines else 1)


def lines_of(text: str) -> int:
    return sum(1 + len(line) // LETTERS_OF_A_LINE for line in text.split("\n"))


def one_line(text: str) -> str:
    """A box of several lines lets people type line ends where the text has none."""
    return " ".join(text.split())


def pairs_of(unit: TranslatedUnit, row: Translation) -> Iterator[Pair]:
    """A pair for each text of the original, in reading order."""
    source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(row.language)
    outdated = row.outdated_originals(source)
    for path, part, name in unit.text_fields():
        if path in source:
            field, column = part._meta.get_field(name), part._meta.get_field(f"{name}_{row.language}")
            yield Pair(
                path,
                unit.text_label(part, name),
                part,
                column,
                source[path],
                target.get(path, ""),
                getattr(field, "sanitize", None),
                outdated[path][0] if path in outdated and path in target else "",
                row.read.get(path) if path in target and path not in outdated else None,
            )


class TranslationForm(forms.Form):
    """One field for each pair of texts, and a tick "read and right" for whoever may review.

    With each field the page posts `seen-<name>`, the fingerprints of the texts that it showed. If one of them has
    changed since, nothing is saved: the translator would overwrite a text, or mark it as reviewed, without having read
    it.
    """

    def __init__(
        self, unit: TranslatedUnit, row: Translation, data: QueryDict | None = None, *, may_review: bool = False
    ) -> None:
        self.unit = unit
        self.pairs = list(pairs_of(unit, row))
        self.may_review = may_review
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
            self.fields[pair.name] = self.field_for(pair, row.language)
            if may_review:
                self.fields[f"read-{pair.name}"] = forms.BooleanField(
                    label=gettext("read and right"), required=False, initial=pair.is_read
                )

    def field_for(self, pair: Pair, language: str) -> forms.Field:
        field = pair.column.formfield()
        if not pair.is_rich:
            if pair.lines > 1:
                field.widget = forms.Textarea()
                field.widget.attrs["rows"] = pair.lines
            if pair.limit:
                field.widget.attrs["maxlength"] = pair.limit
        field.required, field.initial, field.label = False, pair.target, pair.label
        field.widget.attrs["lang"] = language
        return field

    def seen(self, pair: Pair) -> tuple[str, str, bool]:
        """Fingerprints of the original and of the translation that the page showed, and whether it was read."""
        source, target, is_read, *_more = [*self.posted.get(f"seen-{pair.name}", "").split("-"), "", ""]
        return source, target, is_read == "1"

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
        source, target, _is_read = self.seen(pair)
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
                text = self.cleaned_data[pair.name] or ""
                text = pair.column.clean(text if pair.has_lines else one_line(text), pair.row)
                setattr(pair.row, pair.column.name, text)
                pair.row.save(update_fields=[pair.column.name])

    def ticked(self) -> tuple[list[str], list[str]]:
        """Paths of the texts whose tick the person has set, and of those where they took it away.

        A tick that the page showed, and that still stands beside a text written anew, says nothing of the new text.
        """
        read: list[str] = []
        unread: list[str] = []
        for pair in self.pairs if self.may_review else []:
            was_read, is_read = self.seen(pair)[2], self.cleaned_data[f"read-{pair.name}"]
            if pair.name in self.posted and is_read != was_read:
                (read if is_read else unread).append(pair.path)
        return read, unread


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
