"""Takes the translations of an uploaded file, one document after the other."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, TypedDict
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 - it is an exception

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.translation import gettext as _

from accounts.record import note
from core.changes import How, batch
from core.chunks import in_chunks
from core.languages import target_languages
from translations import inline, xliff
from translations.inline import comparable
from translations.models import (
    UNITS_AT_ONCE,
    Texts,
    TranslatedUnit,
    TranslationImport,
    TranslationImportQuerySet,
    fingerprint,
    is_same,
    lock_units,
    unit_for_work,
    unit_models,
)

# 10,000 practices are some 50 documents of 3 MB each.
MOST_MEGABYTES = 100
MOST_MEGABYTES_OF_DOCUMENT = 20
MOST_DOCUMENTS = 200
# Objects that were deleted since the export. A file with more of them comes from elsewhere.
MOST_UNKNOWN = 1_000
MEGABYTE = 1_000_000
DOCUMENT_SUFFIXES = {".xlf", ".xliff"}
# What macOS adds to an archive.
NOT_DELIVERED = {"__MACOSX", ".DS_Store"}


class Taken(TypedDict):
    """A text that was taken. The report names it."""

    unit: str
    path: str
    label: str


class Refusal(TypedDict):
    """A text that was not taken. The report shows it."""

    unit: str
    path: str
    label: str
    reason: str
    is_broken: bool
    """Whether the text itself is wrong, so that nobody can take it as it is."""
    taken_by: str
    """Who has taken it all the same, by name."""
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
    rich_texts: list[str] = field(default_factory=list)
    """Those that were taken, as they were delivered."""

    @property
    def name(self) -> str:
        return self.file.name or ""

    def check(self) -> str:
        """Read all documents once, so that a file is taken as a whole or not at all; returns their language."""
        if (self.file.size or 0) > MOST_MEGABYTES * MEGABYTE:
            raise ValidationError(_("The file is larger than %(number)d MB.") % {"number": MOST_MEGABYTES})
        languages: set[str] = set()
        labels: set[str] = set()
        for _name, document in self.documents():
            languages.add(document.language)
            labels.update(text.unit_label for text in document.texts)
        if not languages:
            raise ValidationError(_("The archive holds no XLIFF file."))
        if not languages <= set(target_languages()):
            raise ValidationError(_("The file is for a language that the portal does not have."))
        if len(languages) > 1:
            raise ValidationError(_("All files of an archive must be for the same language."))
        # No file names more objects than there are, so most need not be looked for.
        there_are = sum(model._default_manager.count() for model in unit_models())
        if len(labels) - there_are > MOST_UNKNOWN or len(labels) - len(known_units(labels)) > MOST_UNKNOWN:
            sentence = _("The file names more than %(number)d objects that the portal does not have.")
            raise ValidationError(sentence % {"number": MOST_UNKNOWN})
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
        reports = [
            import_document(name, document, by=by, rich_texts=self.rich_texts).pk for name, document in self.documents()
        ]
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
        sentence = _("%(name)s is not an XLIFF file that we can read.") % {"name": shortened(name)}
        raise ValidationError(f"{sentence} {error.reason}".strip()) from error


def shortened(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"


def import_document(
    name: str, document: xliff.Document, *, by: Any, rich_texts: list[str] | None = None
) -> TranslationImport:
    """Take the texts whose original and translation have not changed since the export, and record the others.

    Everything is read first without a lock. Then the units in which a text is to be taken are locked and read again,
    and no others.
    """
    report = TranslationImport(language=document.language, file_name=name[:200], content=document.content)
    report.imported_by = by
    by_unit: defaultdict[str, list[xliff.DeliveredText]] = defaultdict(list)
    for text in document.texts:
        by_unit[text.unit_label].append(text)
    units = read_units(known_units(by_unit))
    refused = {
        label: [refusal(text, _("The portal does not have this object.")) for text in texts]
        for label, texts in by_unit.items()
        if label not in units
    }
    foreseen = TakenTexts(document.language)
    concerned: dict[str, TranslatedUnit] = {}
    for label, unit in units.items():
        before = len(foreseen.texts)
        refused[label] = foreseen.add(unit, by_unit[label])
        if len(foreseen.texts) > before:
            concerned[label] = unit
    with batch(by=by, how=How.IMPORT):
        taken = TakenTexts(document.language)
        locked = lock_and_read(concerned)
        for label in concerned:
            if label in locked:
                refused[label] = taken.add(locked[label], by_unit[label])
            else:
                refused[label] = [refusal(text, _("The portal does not have this object.")) for text in by_unit[label]]
        taken.save()
        report.taken, report.taken_texts = len(taken.texts), taken.texts
        report.refused = [one for label in by_unit for one in refused[label]]
        report.save()
        details = {"language": report.language, "file": name[:100], "taken": report.taken}
        note("imported", by=by, about=report, refused=len(report.refused), **details)
    if rich_texts is not None:
        rich_texts += taken.rich_texts
    return report


def known_units(labels: Collection[str]) -> dict[str, tuple[type[TranslatedUnit], int]]:
    """Label -> model and key, without the labels that the portal does not have."""
    slugs: defaultdict[str, list[str]] = defaultdict(list)
    for label in labels:
        model_label, _slash, slug = label.partition("/")
        # A NUL would be an error on PostgreSQL, and no slug is as long.
        if "\0" not in slug and len(slug) <= 100:
            slugs[model_label].append(slug)
    known: dict[str, tuple[type[TranslatedUnit], int]] = {}
    for model in unit_models():
        name = model._meta.label_lower
        for some in in_chunks(slugs[name], UNITS_AT_ONCE):
            rows = model._default_manager.filter(slug__in=some).order_by().values_list("slug", "pk")
            known |= {f"{name}/{slug}": (model, key) for slug, key in rows}
    return known


def read_units(known: Mapping[str, tuple[type[TranslatedUnit], int]]) -> dict[str, TranslatedUnit]:
    """Label -> the unit that is worked on, with its parts."""
    return {label: unit_for_work(unit) for label, unit in units_of(known).items()}


def units_of(known: Mapping[str, tuple[type[TranslatedUnit], int]]) -> dict[str, TranslatedUnit]:
    """Label -> unit with its parts, without those that are deleted by now."""
    by_model: defaultdict[type[TranslatedUnit], dict[int, str]] = defaultdict(dict)
    for label, (model, key) in known.items():
        by_model[model][key] = label
    units: dict[str, TranslatedUnit] = {}
    for model, labels in by_model.items():
        for some in in_chunks(sorted(labels), UNITS_AT_ONCE):
            units |= {labels[unit.pk]: unit for unit in model.with_parts().filter(pk__in=some)}
    return units


def lock_and_read(units: Mapping[str, TranslatedUnit]) -> dict[str, TranslatedUnit]:
    """The same units as they are once they are locked; without those that are deleted by now."""
    known = {label: (type(unit), unit.pk) for label, unit in units.items()}
    # All of them before anything else, in the one order that everybody keeps.
    for model in unit_models():
        lock_units(model, {key for of, key in known.values() if of is model})
    return units_of(known)


class TakenTexts:
    """The texts of a document that are taken, saved together."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.texts: list[Taken] = []
        self.rich_texts: list[str] = []
        """As they were delivered."""
        self.changed: defaultdict[tuple[type[models.Model], str], list[models.Model]] = defaultdict(list)
        """(model, column) -> the rows in which that column changes."""

    def add(self, unit: TranslatedUnit, texts: list[xliff.DeliveredText]) -> list[Refusal]:
        """Take those of `texts` that may be taken; returns the refusals of the others."""
        source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(self.language)
        fields = {path: (row, name) for path, row, name in unit.text_fields()}
        known = unit.known_paths()
        # Those of which nothing was delivered under their own name.
        others = {known_path: source[path] for known_path, path in known.items() if path in source}
        for text in texts:
            others.pop(text.path, None)
        refused = []
        for delivered in texts:
            text = delivered
            if known.get(text.path, text.path) not in source and (moved := moved_to(text, others)):
                del others[moved]
                text = replace(text, path=moved)
            path = known.get(text.path, text.path)
            today, target_today = source.get(path), target.get(path, "")
            if path not in fields or today is None:
                refused.append(refusal(text, _("The object does not have this text any more.")))
                continue
            row, name = fields[path]
            column: Any = row._meta.get_field(f"{name}_{self.language}")
            is_rich = hasattr(column, "sanitize") or text.has_tags
            if is_other_source(text, today, is_rich=is_rich):
                refused.append(refusal(text, _("The original has changed in the meantime."), today, target_today))
            elif not is_new(text, target_today, is_rich=is_rich):
                continue
            elif text.problem:
                refused.append(refusal(text, text.problem, today, target_today, is_broken=True))
            elif text.exported_target not in ("", fingerprint(target_today), fingerprint(comparable(target_today))):
                reason = _("The translation has changed in the meantime.")
                refused.append(refusal(text, reason, today, target_today))
            else:
                try:
                    cleaned = clean(column, row, text)
                except ValidationError as error:
                    reason = " ".join(error.messages)
                    refused.append(refusal(text, reason, today, target_today, is_broken=True))
                else:
                    setattr(row, column.name, cleaned)
                    self.changed[type(row), column.name].append(row)
                    self.texts.append({"unit": text.unit_label, "path": text.path, "label": text.text_label})
                    if hasattr(column, "sanitize"):
                        self.rich_texts.append(text.target)
        return refused

    def save(self) -> None:
        for (model, column), rows in self.changed.items():
            # One column at a time: what another person has written into the others stays.
            model._base_manager.bulk_update(rows, [column])


def moved_to(text: xliff.DeliveredText, others: Texts) -> str:
    """Where among the `others` the same original stands today, in a part of the same kind: staff have made the part
    anew, or given it another heading. Empty if it is not one place."""
    kind, name = text.path.partition("/")[0], text.path.rpartition("/")[2]
    found = [
        path for path, today in others.items()
        if path.startswith(f"{kind}/") and path.endswith(f"/{name}") and not is_other_source(text, today, is_rich=True)
    ]  # fmt: skip
    return found[0] if len(found) == 1 else ""


def is_other_source(text: xliff.DeliveredText, today: str, *, is_rich: bool) -> bool:
    """Whether the original of today is another one than the translator saw. Blanks do not count: some tools change them
    at the ends of lines."""
    if is_rich:
        return comparable(text.source).split() != comparable(today).split()
    return text.source.split() != today.split()


def is_new(text: xliff.DeliveredText, today: str, *, is_rich: bool) -> bool:
    """Whether the translator wrote something: neither what stands here today, nor what was exported."""
    if not text.target and not text.problem:
        return False
    same = comparable if is_rich else str
    exported = {fingerprint(text.target), fingerprint(same(text.target))}
    return not is_same(same(text.target), same(today)) and text.exported_target not in exported


def clean(column: Any, row: models.Model, text: xliff.DeliveredText) -> str:
    """The text as it is stored. Raises ValidationError, also for a tag that would be lost on the way."""
    if not text.has_tags:
        return column.clean(text.target, row)
    cleaned = column.clean(text.target, row)
    lost = Counter(inline.marks_in(text.target)) - Counter(inline.marks_in(cleaned))
    if lost:
        names = ", ".join(f"<{name}>" for name in sorted({name for name, _address in lost}))
        raise ValidationError(_("The portal does not keep these tags: %(names)s.") % {"names": names})
    return cleaned


def refusal(
    text: xliff.DeliveredText, reason: str, source_today: str = "", target_today: str = "", *, is_broken: bool = False
) -> Refusal:
    return {
        "unit": text.unit_label,
        "path": text.path,
        "label": text.text_label,
        "reason": reason,
        "is_broken": is_broken,
        "taken_by": "",
        "source": text.source,
        "source_today": source_today,
        "target": text.target,
        "target_today": target_today,
    }
