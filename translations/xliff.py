"""Writes and reads the texts of one language as XLIFF 1.2 (OASIS standard, 2008): a <file> for each unit, in it a
<trans-unit> for each text. Written with the standard library, read with defusedxml."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser
from django.conf import settings

from translations.models import TranslatedUnit, Translation, TranslationState, fingerprint

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
XLIFF_STATES: dict[str, str] = {
    TranslationState.REVIEWED: "signed-off",
    TranslationState.DRAFT: "needs-review-translation",
}
# Texts of one document. A unit has some 25, and an exported document at most UNITS_AT_ONCE units.
MOST_TEXTS = 50_000


class NotXliffError(ValueError):
    pass


@dataclass
class DeliveredText:
    """A text of a document, as the translator sends it back."""

    unit_label: str
    path: str = ""
    text_label: str = ""
    source: str = ""
    target: str = ""
    notes: str = ""

    @property
    def exported_target(self) -> str:
        """Fingerprint of the translation at the time of the export; empty in a document from elsewhere."""
        # Translators' tools drop the attributes of a note, and some make one note of several.
        found = re.search(r"gresil-target:([0-9a-f]+)", self.notes)
        return found[1] if found else ""


@dataclass
class Document:
    language: str
    texts: list[DeliveredText]
    content: str
    """The whole document, as it was delivered."""


def unit_label(unit: TranslatedUnit) -> str:
    """Label of the model and slug: "practices.practice/lisko"."""
    return f"{unit._meta.label_lower}/{unit.natural_key()[0]}"


def write(language: str, translations: Iterable[Translation]) -> bytes:
    """A document with the originals of these translations, and what is translated so far.

    In a note stands the earlier original of a text that is outdated, in another one the fingerprint of its translation.
    """
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}xliff", version="1.2")
    for translation in translations:
        unit = translation.unit
        source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(language)
        outdated = translation.outdated_originals(source)
        attributes = {
            "original": unit_label(unit),
            "source-language": settings.LANGUAGE_CODE,
            "target-language": language,
            "datatype": "htmlbody",
        }
        body = ET.SubElement(ET.SubElement(root, f"{{{NAMESPACE}}}file", attributes), f"{{{NAMESPACE}}}body")
        for path, row, name in unit.text_fields():
            if path not in source:
                continue
            label = unit.text_label(row, name)
            trans_unit = ET.SubElement(body, f"{{{NAMESPACE}}}trans-unit", id=path, resname=label)
            ET.SubElement(trans_unit, f"{{{NAMESPACE}}}source").text = source[path]
            state = (
                "needs-translation" if path in outdated else XLIFF_STATES.get(translation.state, "needs-translation")
            )
            ET.SubElement(trans_unit, f"{{{NAMESPACE}}}target", state=state).text = target.get(path, "")
            if path in outdated:
                ET.SubElement(trans_unit, f"{{{NAMESPACE}}}note").text = outdated[path][0]
            note = ET.SubElement(trans_unit, f"{{{NAMESPACE}}}note", {"from": "gresil", "annotates": "target"})
            note.text = f"gresil-target:{fingerprint(target.get(path, ''))}"
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def read(content: bytes) -> Document:
    """Raises NotXliffError for anything but an XLIFF 1.2 document in UTF-8, with one target language."""
    reader = Reader()
    try:
        # A parser that builds no tree: elements that we do not know cost no memory.
        parser = XMLParser(target=reader)
        parser.feed(content)
        parser.close()
        whole = content.decode()
    except (ET.ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise NotXliffError from error
    if len(reader.languages) != 1:
        raise NotXliffError
    return Document(reader.languages.pop(), reader.texts, whole)


@dataclass
class Reader:
    """Takes what the parser finds. Of the elements of a <trans-unit> it reads the outermost, with all their text."""

    languages: set[str] = field(default_factory=set)
    texts: list[DeliveredText] = field(default_factory=list)
    unit_label: str = ""
    text: DeliveredText | None = None
    depth: int = 0
    """Open elements within the <trans-unit>."""
    words: list[str] = field(default_factory=list)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.removeprefix(f"{{{NAMESPACE}}}")
        if self.text is not None:
            self.depth += 1
            if self.depth == 1:
                self.words = []
        elif name == "file":
            self.unit_label = attributes.get("original", "")
            self.languages.add(attributes.get("target-language", ""))
        elif name == "trans-unit":
            if len(self.texts) == MOST_TEXTS:
                raise NotXliffError
            path = attributes.get("id", "")
            self.text = DeliveredText(self.unit_label, path, attributes.get("resname") or path)
            self.texts.append(self.text)

    def data(self, words: str) -> None:
        if self.depth:
            self.words.append(words)

    def end(self, tag: str) -> None:
        if self.text is None:
            return
        if self.depth == 0:
            self.text = None
            return
        self.depth -= 1
        if self.depth == 0:
            name, words = tag.removeprefix(f"{{{NAMESPACE}}}"), "".join(self.words)
            if name == "source":
                self.text.source = words
            elif name == "target":
                self.text.target = words.strip()
            elif name == "note":
                self.text.notes += f" {words}"

    def close(self) -> None:
        pass
