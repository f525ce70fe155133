"""One language to an outside translator and back, as XLIFF 1.2 (OASIS standard, 2008): one <file> per object, one
<trans-unit> per text. Its six elements are written with the standard library and read with defusedxml."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.changes import batch
from core.chunks import in_chunks
from translations.models import (
    UNITS_AT_ONCE,
    TranslatedUnit,
    Translation,
    TranslationImport,
    TranslationState,
    fingerprint,
    unit_models,
)

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
XLIFF_STATES: dict[str, str] = {
    TranslationState.REVIEWED: "signed-off",
    TranslationState.DRAFT: "needs-review-translation",
}


class NotXliffError(ValueError):
    pass


@dataclass
class Text:
    unit: str
    """Label of the model and slug: "practices.practice/lisko"."""
    path: str
    label: str
    source: str
    target: str
    exported_target: str
    """Fingerprint of the translation as the file took it along; empty in a file from elsewhere."""


@dataclass
class Document:
    language: str
    texts: list[Text]
    content: str


def export(language: str, translations: Iterable[Translation]) -> bytes:
    """The texts of `translations` with what is translated so far, each with a label that people understand.

    One <note> tells what the original was before, another holds the fingerprint of the translation.
    """
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}xliff", version="1.2")
    for translation in translations:
        unit = translation.unit.fresh()
        labels = {path: unit.label_of(row, name) for path, row, name in unit.text_fields()}
        source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(language)
        stale = translation.stale(source)
        attributes = {
            "original": label_of(unit),
            "source-language": settings.LANGUAGE_CODE,
            "target-language": language,
            "datatype": "htmlbody",
        }
        body = ET.SubElement(ET.SubElement(root, f"{{{NAMESPACE}}}file", attributes), f"{{{NAMESPACE}}}body")
        for path, text in source.items():
            trans_unit = ET.SubElement(body, f"{{{NAMESPACE}}}trans-unit", id=path, resname=labels[path])
            ET.SubElement(trans_unit, f"{{{NAMESPACE}}}source").text = text
            state = "needs-translation" if path in stale else XLIFF_STATES.get(translation.state, "needs-translation")
            ET.SubElement(trans_unit, f"{{{NAMESPACE}}}target", state=state).text = target.get(path, "")
            if path in stale:
                ET.SubElement(trans_unit, f"{{{NAMESPACE}}}note").text = stale[path][0]
            note = ET.SubElement(trans_unit, f"{{{NAMESPACE}}}note", {"from": "gresil", "annotates": "target"})
            note.text = f"gresil-target:{fingerprint(target.get(path, ''))}"
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def label_of(unit: TranslatedUnit) -> str:
    return f"{unit._meta.label_lower}/{unit.natural_key()[0]}"


def read(content: bytes) -> Document:
    """Raises NotXliffError for anything else than an XLIFF 1.2 file in one target language."""
    try:
        root = fromstring(content)
        text = content.decode()
    except (ET.ParseError, DefusedXmlException, UnicodeDecodeError, LookupError, ValueError) as error:
        raise NotXliffError from error
    files = root.findall(f"{{{NAMESPACE}}}file")
    languages = {file.get("target-language", "") for file in files}
    if len(languages) != 1:
        raise NotXliffError
    texts = [
        Text(
            file.get("original", ""),
            trans_unit.get("id", ""),
            trans_unit.get("resname") or trans_unit.get("id", ""),
            trans_unit.findtext(f"{{{NAMESPACE}}}source") or "",
            (trans_unit.findtext(f"{{{NAMESPACE}}}target") or "").strip(),
            exported_target(trans_unit),
        )
        for file in files
        for trans_unit in file.iter(f"{{{NAMESPACE}}}trans-unit")
    ]
    return Document(languages.pop(), texts, text)


def exported_target(trans_unit: Any) -> str:
    # Translators' tools drop the attributes of a note, and some make one note of several.
    notes = " ".join(note.text or "" for note in trans_unit.iter(f"{{{NAMESPACE}}}note"))
    found = re.search(r"gresil-target:([0-9a-f]+)", notes)
    return found[1] if found else ""


def import_document(file_name: str, document: Document, *, by: Any) -> TranslationImport:
    """Take every text of which original and translation are still the same; refuse the others, and keep all of it on
    record. Locks the objects that the file names, and nothing else."""
    record = TranslationImport(language=document.language, file_name=file_name[:200], content=document.content)
    record.imported_by = by
    by_unit: dict[str, list[Text]] = {}
    for text in document.texts:
        by_unit.setdefault(text.unit, []).append(text)
    with batch(by=by):
        units = units_of(by_unit)
        for label, texts in by_unit.items():
            if label in units:
                import_texts(record, units[label], texts)
            else:
                record.refused += [refusal(text, _("The portal does not have this object.")) for text in texts]
        record.save()
    return record


def import_texts(record: TranslationImport, unit: TranslatedUnit, texts: list[Text]) -> None:
    source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(record.language)
    fields = {path: (row, name) for path, row, name in unit.text_fields()}
    for text in texts:
        today, target_today = source.get(text.path), target.get(text.path, "")
        if text.path not in fields or today is None:
            record.refused.append(refusal(text, _("The object does not have this text any more.")))
        elif not same(text.source, today):
            record.refused.append(refusal(text, _("The original has changed in the meantime."), today))
        elif is_new(text, target_today) and text.exported_target not in ("", fingerprint(target_today)):
            reason = _("The translation has changed in the meantime.")
            record.refused.append(refusal(text, reason, today, target_today))
        elif is_new(text, target_today):
            row, name = fields[text.path]
            column: Any = row._meta.get_field(f"{name}_{record.language}")
            try:
                setattr(row, column.name, column.clean(text.target, row))
            except ValidationError as error:
                record.refused.append(refusal(text, " ".join(error.messages), today))
            else:
                row.save(update_fields=[column.name])
                record.taken += 1


def units_of(labels: Iterable[str]) -> dict[str, TranslatedUnit]:
    """Label -> the object that it names, locked and with its parts; only those that the portal has."""
    models: dict[str, Any] = {model._meta.label_lower: model for model in unit_models()}
    slugs: dict[str, list[str]] = {}
    for label in labels:
        model_label, _slash, slug = label.partition("/")
        if model_label in models:
            slugs.setdefault(model_label, []).append(slug)
    found: dict[str, TranslatedUnit] = {}
    for model_label in sorted(slugs):
        for some in in_chunks(slugs[model_label], UNITS_AT_ONCE):
            units = models[model_label]._default_manager.filter(slug__in=some)
            units.lock()
            for unit in units.prefetch_related(*models[model_label].parts_to_fetch()):
                found[label_of(unit)] = unit
    return found


def same(delivered: str, today: str) -> bool:
    """Whether two originals are the same, whatever a translator's tool did to blanks at line ends."""
    return delivered.split() == today.split()


def is_new(text: Text, today: str) -> bool:
    """Whether the translator wrote something: not what stands here anyhow, and not what the file took along."""
    return bool(text.target) and text.target != today and fingerprint(text.target) != text.exported_target


def refusal(text: Text, reason: str, source_today: str = "", target_today: str = "") -> dict[str, str]:
    return {
        "unit": text.unit,
        "path": text.path,
        "label": text.label,
        "reason": reason,
        "source": text.source,
        "source_today": source_today,
        "target": text.target,
        "target_today": target_today,
    }
