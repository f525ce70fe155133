"""Takes the translations of an uploaded file, one document after the other."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypedDict
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 - it is an exception

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext as _

from core.changes import How, batch
from core.chunks import in_chunks
from core.languages import target_languages
from translations import xliff
from translations.models import (
    UNITS_AT_ONCE,
    TranslatedUnit,
    TranslationImport,
    TranslationImportQuerySet,
    fingerprint,
    is_same,
    lock_units,
    unit_models,
)

# 10,000 practices are some 50 documents of 3 MB each.
MOST_MEGABYTES = 100
MOST_MEGABYTES_OF_DOCUMENT = 20
MOST_DOCUMENTS = 200
MEGABYTE = 1_000_000
DOCUMENT_SUFFIXES = {".xlf", ".xliff"}
# What macOS adds to an archive.
NOT_DELIVERED = {"__MACOSX", ".DS_Store"}


class Refusal(TypedDict):
    """A text that was not taken. The report shows it."""

    unit: str
    path: str
    label: str
    reason: str
    source: str
    source_today: str
    target: str
    target_today: str


@dataclass
class DeliveredFile:
    """An uploaded file: an XLIFF document, or a ZIP archive of them.

    Its methods raise ValidationError, with a sentence for the person who uploaded it.
    """

    file: UploadedFile

    @property
    def name(self) -> str:
        return self.file.name or ""

    def check(self) -> str:
        """Read all documents once, so that a file is taken as a whole or not at all; returns their language."""
        if (self.file.size or 0) > MOST_MEGABYTES * MEGABYTE:
            raise ValidationError(_("The file is larger than %(number)d MB.") % {"number": MOST_MEGABYTES})
        languages = {document.language for _name, document in self.documents()}
        if not languages:
            raise ValidationError(_("The archive holds no XLIFF file."))
        if not languages <= set(target_languages()):
            raise ValidationError(_("The file is for a language that the portal does not have."))
        if len(languages) > 1:
            raise ValidationError(_("All files of an archive must be for the same language."))
        return languages.pop()

    def documents(self) -> Iterator[tuple[str, xliff.Document]]:
        """(name, document), one at a time."""
        self.file.seek(0)
        is_archive = self.file.read(4) == b"PK\x03\x04"
        self.file.seek(0)
        if not is_archive:
            yield self.name, read_document(self.name, self.file.read(MOST_MEGABYTES_OF_DOCUMENT * MEGABYTE + 1))
            return
        try:
            self.check_number_of_members()
            with ZipFile(self.file) as archive:
                for member in archive.infolist():
                    if is_document(member):
                        yield f"{self.name}/{member.filename}", read_member(archive, member)
        # Besides its own error, `zipfile` raises all of these for damaged fields.
        except (BadZipFile, ZlibError, EOFError, RuntimeError, OSError, ValueError, IndexError) as error:
            raise ValidationError(_("This is not a ZIP archive that we can read.")) from error

    def check_number_of_members(self) -> None:
        """`ZipFile` would read the entries of all members first. Each begins with these four bytes."""
        number = sum(piece.count(b"PK\x01\x02") for piece in self.file.chunks())
        self.file.seek(0)
        if number > MOST_DOCUMENTS:
            raise ValidationError(_("The archive has more than %(number)d files.") % {"number": MOST_DOCUMENTS})

    def import_documents(self, *, by: Any) -> TranslationImportQuerySet:
        """Import one document after the other, each in a transaction of its own; returns the reports."""
        reports = [import_document(name, document, by=by).pk for name, document in self.documents()]
        return TranslationImport.objects.filter(pk__in=reports).without_texts()


def is_document(member: ZipInfo) -> bool:
    """Raises ValidationError for what neither is a document nor may stand beside one."""
    path = PurePosixPath(member.filename)
    if member.is_dir() or NOT_DELIVERED & set(path.parts):
        return False
    if path.suffix.lower() not in DOCUMENT_SUFFIXES:
        raise ValidationError(
            _("The archive holds a file that is not XLIFF: %(name)s") % {"name": shortened(path.name)}
        )
    return True


def read_member(archive: ZipFile, member: ZipInfo) -> xliff.Document:
    # Other methods of compression may unpack without limit. The first bit says that the member is encrypted.
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or member.flag_bits & 1:
        raise BadZipFile
    # The archive may lie about the size, so we count what comes out.
    with archive.open(member) as stream:
        return read_document(member.filename, stream.read(MOST_MEGABYTES_OF_DOCUMENT * MEGABYTE + 1))


def read_document(name: str, content: bytes) -> xliff.Document:
    if len(content) > MOST_MEGABYTES_OF_DOCUMENT * MEGABYTE:
        sentence = _("%(name)s is larger than %(number)d MB.")
        raise ValidationError(sentence % {"name": shortened(name), "number": MOST_MEGABYTES_OF_DOCUMENT})
    try:
        return xliff.read(content)
    except xliff.NotXliffError as error:
        sentence = _("%(name)s is not an XLIFF file that we can read.")
        raise ValidationError(sentence % {"name": shortened(name)}) from error


def shortened(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"


def import_document(name: str, document: xliff.Document, *, by: Any) -> TranslationImport:
    """Take the texts whose original and translation have not changed since the export, and record the others.

    Locks the units that the document names, until its texts are taken.
    """
    record = TranslationImport(language=document.language, file_name=name[:200], content=document.content)
    record.imported_by = by
    by_unit: defaultdict[str, list[xliff.DeliveredText]] = defaultdict(list)
    for text in document.texts:
        by_unit[text.unit_label].append(text)
    with batch(by=by, how=How.IMPORT):
        units = lock_and_read(by_unit)
        taken = TakenTexts(document.language)
        for label, texts in by_unit.items():
            if label in units:
                record.refused += taken.add(units[label], texts)
            else:
                record.refused += [refusal(text, _("The portal does not have this object.")) for text in texts]
        taken.save()
        record.taken = taken.count
        record.save()
    return record


def lock_and_read(labels: Collection[str]) -> dict[str, TranslatedUnit]:
    """Label -> unit with its parts, locked; without the labels that the portal does not have."""
    slugs: defaultdict[str, list[str]] = defaultdict(list)
    for label in labels:
        model_label, _slash, slug = label.partition("/")
        # A NUL would be an error on PostgreSQL.
        if "\0" not in slug:
            slugs[model_label].append(slug)
    units: dict[str, TranslatedUnit] = {}
    for model in unit_models():
        keys: set[int] = set()
        for named in in_chunks(slugs[model._meta.label_lower], UNITS_AT_ONCE):
            keys.update(model._default_manager.filter(slug__in=named).order_by().values_list("pk", flat=True))
        # All of them before anything else, in the one order that everybody keeps.
        lock_units(model, keys)
        for some in in_chunks(sorted(keys), UNITS_AT_ONCE):
            units |= {xliff.unit_label(unit): unit for unit in model.with_parts().filter(pk__in=some)}
    return units


class TakenTexts:
    """The texts of a document that are taken, saved together."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.count = 0
        self.changed: defaultdict[tuple[type[models.Model], str], list[models.Model]] = defaultdict(list)
        """(model, column) -> the rows in which that column changes."""

    def add(self, unit: TranslatedUnit, texts: list[xliff.DeliveredText]) -> list[Refusal]:
        """Take those of `texts` that may be taken; returns the refusals of the others."""
        source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(self.language)
        fields = {path: (row, name) for path, row, name in unit.text_fields()}
        refused = []
        for text in texts:
            today, target_today = source.get(text.path), target.get(text.path, "")
            if text.path not in fields or today is None:
                refused.append(refusal(text, _("The object does not have this text any more.")))
            elif text.source.split() != today.split():
                # Blanks do not count: some tools change them at the ends of lines.
                refused.append(refusal(text, _("The original has changed in the meantime."), today))
            elif not is_new(text, target_today):
                continue
            elif text.exported_target not in ("", fingerprint(target_today)):
                reason = _("The translation has changed in the meantime.")
                refused.append(refusal(text, reason, today, target_today))
            else:
                row, name = fields[text.path]
                column: Any = row._meta.get_field(f"{name}_{self.language}")
                try:
                    cleaned = column.clean(text.target, row)
                except ValidationError as error:
                    refused.append(refusal(text, " ".join(error.messages), today))
                else:
                    setattr(row, column.name, cleaned)
                    self.changed[type(row), column.name].append(row)
                    self.count += 1
        return refused

    def save(self) -> None:
        for (model, column), rows in self.changed.items():
            # One column at a time: what another person has written into the others stays.
            model._base_manager.bulk_update(rows, [column])


def is_new(text: xliff.DeliveredText, today: str) -> bool:
    """Whether the translator wrote something: neither what stands here today, nor what was exported."""
    return bool(text.target) and not is_same(text.target, today) and fingerprint(text.target) != text.exported_target


def refusal(text: xliff.DeliveredText, reason: str, source_today: str = "", target_today: str = "") -> Refusal:
    return {
        "unit": text.unit_label,
        "path": text.path,
        "label": text.text_label,
        "reason": reason,
        "source": text.source,
        "source_today": source_today,
        "target": text.target,
        "target_today": target_today,
    }
