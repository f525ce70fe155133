"""Writes and reads the texts of one language as XLIFF 1.2 (OASIS standard, 2008): a <file> for each unit, in it a
<trans-unit> for each text. Written with the standard library, read with defusedxml."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import XMLParser
from django.conf import settings
from django.utils.translation import gettext as _

from core.text import plain
from translations import inline
from translations.models import TranslatedUnit, Translation, TranslationState, fingerprint, renamed_path

NAMESPACE = "urn:oasis:names:tc:xliff:document:1.2"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
XLIFF_STATES: dict[str, str] = {
    TranslationState.REVIEWED: "signed-off",
    TranslationState.DRAFT: "needs-review-translation",
}
# Texts of one document. A unit has some 25, and an exported document at most UNITS_AT_ONCE units.
MOST_TEXTS = 50_000
# The tags of rich text, and the mark that tools set around words, which changes nothing.
INLINE = {"g", "x"}
MARK = "mrk"
HTML_TAG = re.compile(r"</?[a-z][^<>]*>")


class NotXliffError(ValueError):
    """`reason` is a sentence for the person who delivered it, where there is more to say."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class DeliveredText:
    """A text of a document, as the translator sends it back. Rich text is HTML, whichever form the document has."""

    unit_label: str
    path: str = ""
    text_label: str = ""
    source: str = ""
    target: str = ""
    notes: str = ""
    problem: str = ""
    """Why the translation cannot be taken, in words: its tags make no text."""
    has_tags: bool = False

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
    """Label of the model and slug: "practices.practice/lisko". A draft has that of the public one."""
    unit = unit.known_as()
    return f"{unit._meta.label_lower}/{unit.natural_key()[0]}"


def write(language: str, translations: Iterable[Translation]) -> bytes:
    """A document with the originals of these translations, and what is translated so far.

    In a note stands the earlier original of a text that is outdated, in another one the fingerprint of its translation.
    """
    ET.register_namespace("", NAMESPACE)
    ET.register_namespace("xhtml", inline.XHTML)
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
        parts = unit.parts_known_as()
        body = ET.SubElement(ET.SubElement(root, f"{{{NAMESPACE}}}file", attributes), f"{{{NAMESPACE}}}body")
        for path, row, name in unit.text_fields():
            if path not in source:
                continue
            label = unit.text_label(row, name)
            attributes = {"id": renamed_path(path, parts), "resname": label, SPACE: "preserve"}
            trans_unit = ET.SubElement(body, f"{{{NAMESPACE}}}trans-unit", attributes)
            is_rich = hasattr(row._meta.get_field(name), "sanitize")
            written = ET.SubElement(trans_unit, f"{{{NAMESPACE}}}source")
            state = (
                "needs-translation" if path in outdated else XLIFF_STATES.get(translation.state, "needs-translation")
            )
            translated = ET.SubElement(trans_unit, f"{{{NAMESPACE}}}target", state=state)
            write_texts(written, translated, source[path], target.get(path, ""), is_rich=is_rich)
            if path in outdated:
                old = outdated[path][0]
                ET.SubElement(trans_unit, f"{{{NAMESPACE}}}note").text = plain(old) if is_rich else old
            note = ET.SubElement(trans_unit, f"{{{NAMESPACE}}}note", {"from": "gresil", "annotates": "target"})
            note.text = f"gresil-target:{fingerprint(inline.comparable(target.get(path, '')))}"
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def write_texts(source: ET.Element, target: ET.Element, original: str, translation: str, *, is_rich: bool) -> None:
    """Write an original and its translation into their elements: rich text with tags, or as it is where it has none."""
    pieces = inline.pieces_of(original, translation) if is_rich else None
    if pieces is None:
        source.text, target.text = original, translation
        return
    inline.write(source, pieces[0], NAMESPACE)
    inline.write(target, pieces[1], NAMESPACE, source=inline.tags_of(pieces[0]))


def read(content: bytes) -> Document:
    """Raises NotXliffError for anything but an XLIFF 1.2 document in UTF-8, with one target language."""
    reader = Reader()
    try:
        # A parser that builds no tree: elements that we do not know cost no memory.
        parser = XMLParser(target=reader)
        parser.feed(content)
        parser.close()
        whole = content.decode()
    except NotXliffError:
        raise
    except (ET.ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise NotXliffError from error
    if len(reader.languages) != 1:
        raise NotXliffError
    return Document(reader.languages.pop(), reader.texts, whole)


@dataclass
class Reader:
    """Takes what the parser finds. Of a <trans-unit> it reads the outermost elements, with their words and tags."""

    languages: set[str] = field(default_factory=set)
    texts: list[DeliveredText] = field(default_factory=list)
    unit_label: str = ""
    text: DeliveredText | None = None
    depth: int = 0
    """Open elements within the <trans-unit>."""
    delivered: inline.Delivered = field(default_factory=inline.Delivered)
    source: inline.Delivered = field(default_factory=inline.Delivered)
    target: inline.Delivered = field(default_factory=inline.Delivered)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.removeprefix(f"{{{NAMESPACE}}}")
        if self.text is not None:
            self.depth += 1
            if self.depth == 1:
                self.delivered = inline.Delivered()
            elif name in INLINE:
                self.delivered.pieces.append(inline.read_tag(attributes))
            elif name != MARK and not self.delivered.unknown:
                self.delivered.unknown = name[:40]
        elif name == "file":
            self.unit_label = attributes.get("original", "")
            self.languages.add(attributes.get("target-language", ""))
        elif name == "trans-unit":
            if len(self.texts) == MOST_TEXTS:
                sentence = _("The file has more than %(number)d texts.")
                raise NotXliffError(sentence % {"number": MOST_TEXTS})
            path = attributes.get("id", "")
            self.text = DeliveredText(self.unit_label, path, attributes.get("resname") or path)
            self.source, self.target = inline.Delivered(), inline.Delivered()
            self.texts.append(self.text)

    def data(self, words: str) -> None:
        if self.depth:
            self.delivered.pieces.append(words)

    def end(self, tag: str) -> None:
        if self.text is None:
            return
        if self.depth == 0:
            finish(self.text, self.source, self.target)
            self.text = None
            return
        self.depth -= 1
        name = tag.removeprefix(f"{{{NAMESPACE}}}")
        if self.depth:
            if name in INLINE:
                self.delivered.pieces.append(None)
        elif name == "source":
            self.source = self.delivered
        elif name == "target":
            self.target = self.delivered
        elif name == "note":
            self.text.notes += f" {self.delivered.words}"

    def close(self) -> None:
        pass


def finish(text: DeliveredText, source: inline.Delivered, target: inline.Delivered) -> None:
    """Set the texts. A document of before has rich text as escaped HTML, so it has no tags and is taken as it is."""
    text.has_tags = source.has_tags or target.has_tags
    text.source, text.target = source.words, target.words.strip()
    if target.unknown:
        text.problem = _("The translation has a tag that we do not know: %(name)s.") % {"name": f"<{target.unknown}>"}
    if not text.has_tags:
        return
    known = source.tags()
    try:
        text.source = inline.html_of(list(source.resolved(known)))
        # Somebody wrote it with an editor of text, as HTML.
        if not target.has_tags and HTML_TAG.search(text.target):
            text.has_tags = False
            return
        text.target = inline.html_of(list(target.resolved(known))).strip()
    except inline.NotInlineError:
        text.problem = text.problem or _("The translation has a tag that its original does not have.")
