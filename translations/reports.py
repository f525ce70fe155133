"""What the report of an import shows of a refused text today, and taking it all the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.record import name_of, note
from core.changes import How, batch
from translations.forms import Pair, pairs_of
from translations.imports import Refusal, known_units, lock_and_read, read_units
from translations.models import TranslatedUnit, Translation, TranslationImport


@dataclass(frozen=True)
class RefusedText:
    number: int
    """Its place among the refused texts of the report."""
    refusal: Refusal
    unit: TranslatedUnit | None
    """None if the portal does not have it any more."""
    translation: Translation | None
    pair: Pair | None
    """Both texts as they are today; None if the object does not have them any more."""

    @property
    def name(self) -> str:
        """In words: "Café des langues de Mersch · title"."""
        return f"{self.unit or self.refusal['unit']} · {self.pair.label if self.pair else self.refusal['label']}"

    @property
    def is_rich(self) -> bool:
        return bool(self.pair and self.pair.is_rich)

    @property
    def may_be_taken(self) -> bool:
        is_whole = not self.refusal.get("is_broken") and bool(self.refusal["target"])
        return bool(self.pair) and is_whole and not self.refusal.get("taken_by")

    @property
    def delivered(self) -> str:
        """The translation of the file, fit to be shown."""
        sanitize = self.pair.sanitize if self.pair else None
        return sanitize(self.refusal["target"]) if sanitize else self.refusal["target"]

    @property
    def delivered_source(self) -> str:
        sanitize = self.pair.sanitize if self.pair else None
        return sanitize(self.refusal["source"]) if sanitize else self.refusal["source"]

    @property
    def seen(self) -> str:
        return seen_of(self.pair) if self.pair else ""


def seen_of(pair: Pair) -> str:
    """Fingerprints of both texts."""
    return pair.seen.rpartition("-")[0]


def refused_texts(report: TranslationImport, refused: Iterable[tuple[int, Refusal]]) -> list[RefusedText]:
    """These refusals of a report, each with its number."""
    numbered = list(refused)
    units = read_units(known_units({refusal["unit"] for _number, refusal in numbered}))
    wanted = Q(pk=None)
    for unit in units.values():
        wanted |= Q(content_type=ContentType.objects.get_for_model(unit), object_id=unit.pk)
    found = Translation.objects.filter(wanted, language=report.language)
    rows = {(row.content_type_id, row.object_id): row for row in found}
    shown = []
    for number, refusal in numbered:
        of = units.get(refusal["unit"])
        row = rows.get((ContentType.objects.get_for_model(of).pk, of.pk)) if of else None
        shown.append(RefusedText(number, refusal, of, row, pair_at(refusal["path"], of, row)))
    return shown


def pair_at(path: str, unit: TranslatedUnit | None, row: Translation | None) -> Pair | None:
    """The pair that a file knows by `path`."""
    if unit is None or row is None:
        return None
    own = unit.known_paths().get(path, path)
    return next((pair for pair in pairs_of(unit, row) if pair.path == own), None)


def taken_names(report: TranslationImport, most: int) -> list[str]:
    """The first texts that were taken, in words."""
    taken = report.taken_texts[:most]
    units = read_units(known_units({text["unit"] for text in taken}))
    labels = {
        (label, known): unit.text_label(row, name)
        for label, unit in units.items()
        for known, (_path, row, name) in zip(unit.known_paths(), unit.text_fields(), strict=True)
    }
    return [
        f"{units.get(text['unit'], text['unit'])} · {labels.get((text['unit'], text['path']), text['label'])}"
        for text in taken
    ]


def take_anyway(key: int, number: int, *, seen: str, by: Any) -> None:
    """Take a refused text, in place of what the person has seen. Raises ValidationError with a sentence otherwise."""
    with batch(by=by, how=How.IMPORT):
        report = TranslationImport.objects.select_for_update(of=("self",)).get(pk=key)
        refusal: Refusal = report.refused[number]
        locked = lock_and_read(read_units(known_units([refusal["unit"]])))
        unit = locked.get(refusal["unit"])
        row = Translation.objects.of(unit).filter(language=report.language).first() if unit else None
        pair = pair_at(refusal["path"], unit, row)
        if pair is None:
            raise ValidationError(_("The object does not have this text any more."))
        if refusal.get("is_broken") or refusal.get("taken_by"):
            raise ValidationError(_("This text cannot be taken."))
        if seen_of(pair) != seen:
            raise ValidationError(_("The texts have changed since you opened this page. Compare them once more."))
        setattr(pair.row, pair.column.name, pair.column.clean(refusal["target"], pair.row))
        pair.row.save(update_fields=[pair.column.name])
        refusal["taken_by"] = name_of(by)
        report.save(update_fields=["refused"])
        note("taken anyway", by=by, about=unit, language=report.language, text=pair.path)
