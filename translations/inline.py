"""Rich text as inline tags of XLIFF 1.2, so that a translator's tool keeps them as tags and shows words alone.

An element is a <g>, one without content an <x/>; its name stands in `ctype`, its attributes in the namespace of XHTML,
as the representation guide for HTML says. Nothing here knows which elements there are: what may be stored the field
itself says, when it cleans the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

XHTML = "http://www.w3.org/1999/xhtml"
CTYPE = "x-html-"
VOID = frozenset({"br", "hr", "img", "wbr", "col"})
NAME = re.compile(r"[a-z][a-z0-9-]*")
# No text that a person writes is nested deeper.
MOST_DEPTH = 40

Attributes = tuple[tuple[str, str], ...]


class NotInlineError(ValueError):
    """A text that cannot be told in tags, or tags that make no text."""


@dataclass(frozen=True)
class Tag:
    """The beginning of an element."""

    name: str
    attributes: Attributes = ()


@dataclass(frozen=True)
class End:
    name: str


Piece = str | Tag | End


class Pieces(HTMLParser):
    """The pieces of rich text. Only what opens and closes everything in order can be told in tags."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        if self.open:
            raise NotInlineError

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not all(NAME.fullmatch(name) for name in [tag, *(name for name, _value in attrs)]):
            raise NotInlineError
        self.pieces.append(Tag(tag, tuple((name, value or "") for name, value in attrs)))
        if tag not in VOID:
            self.open.append(tag)
            if len(self.open) > MOST_DEPTH:
                raise NotInlineError

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise NotInlineError
        self.pieces.append(End(tag))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    def handle_comment(self, data: str) -> None:
        raise NotInlineError

    def handle_decl(self, decl: str) -> None:
        raise NotInlineError

    def handle_pi(self, data: str) -> None:
        raise NotInlineError

    def unknown_decl(self, data: str) -> None:
        raise NotInlineError


def html_of(pieces: list[Piece]) -> str:
    """As the sanitizer of the fields writes it."""
    return "".join(html_of_piece(piece) for piece in pieces)


def html_of_piece(piece: Piece) -> str:
    if isinstance(piece, End):
        return f"</{piece.name}>"
    if isinstance(piece, Tag):
        attributes = [f' {name}="{escaped(value, is_value=True)}"' for name, value in piece.attributes]
        return f"<{piece.name}{''.join(attributes)}>"
    return escaped(piece)


def escaped(text: str, *, is_value: bool = False) -> str:
    text = text.replace("&", "&amp;").replace("\N{NO-BREAK SPACE}", "&nbsp;")
    return text.replace('"', "&quot;") if is_value else text.replace("<", "&lt;").replace(">", "&gt;")


def pieces_of(*texts: str) -> list[list[Piece]] | None:
    """The pieces of these texts, an original and its translation; None if they have to be told as they are: neither has
    tags, or one of them would not come back as it is."""
    try:
        found = [Pieces(html).pieces for html in texts]
    except NotInlineError:
        return None
    has_tags = any(isinstance(piece, Tag) for pieces in found for piece in pieces)
    comes_back = all(comparable(html_of(pieces)) == comparable(html) for pieces, html in zip(found, texts, strict=True))
    return found if has_tags and comes_back else None


def comparable(html: str) -> str:
    """The same for two rich texts that differ only in how a no-break space is written."""
    return html.replace("&nbsp;", "\N{NO-BREAK SPACE}")


def tags_of(pieces: list[Piece]) -> list[Tag]:
    return [piece for piece in pieces if isinstance(piece, Tag)]


def write(parent: ET.Element, pieces: list[Piece], namespace: str, *, source: list[Tag] | None = None) -> None:
    """Write `pieces` into `parent`. The tags of a translation have the numbers of those of the `source` that are like
    them."""
    numbers = Numbers(source or [])
    open_elements = [parent]
    last: ET.Element | None = None
    for piece in pieces:
        if isinstance(piece, Tag):
            attributes = {f"{{{XHTML}}}{name}": value for name, value in piece.attributes}
            kind = "x" if piece.name in VOID else "g"
            element = ET.SubElement(
                open_elements[-1],
                f"{{{namespace}}}{kind}",
                {"id": str(numbers.number(piece)), "ctype": f"{CTYPE}{piece.name}", **attributes},
            )
            last = element if kind == "x" else None
            if kind == "g":
                open_elements.append(element)
        elif isinstance(piece, End):
            last = open_elements.pop()
        elif last is not None:
            last.tail = f"{last.tail or ''}{piece}"
        else:
            open_elements[-1].text = f"{open_elements[-1].text or ''}{piece}"


class Numbers:
    """The numbers of tags: those of the source in turn; a translation takes the number of a like one."""

    def __init__(self, source: list[Tag]) -> None:
        self.free = dict(enumerate(source, start=1))
        self.next = len(source)

    def number(self, tag: Tag) -> int:
        alike = [number for number, other in self.free.items() if other == tag]
        alike += [number for number, other in self.free.items() if other.name == tag.name]
        if alike:
            del self.free[alike[0]]
            return alike[0]
        self.next += 1
        return self.next


@dataclass
class Delivered:
    """A <source> or <target> as it comes back, piece by piece."""

    pieces: list["str | DeliveredTag | None"] = field(default_factory=list)
    """Words, the beginning of a tag, or None for the end of the one that was opened last."""
    unknown: str = ""
    """An element that we do not know, by its name."""

    @property
    def has_tags(self) -> bool:
        return any(isinstance(piece, DeliveredTag) for piece in self.pieces)

    @property
    def words(self) -> str:
        return "".join(piece for piece in self.pieces if isinstance(piece, str))

    def tags(self) -> dict[str, Tag]:
        """Number -> tag, for those that say what they are."""
        found = (piece for piece in self.pieces if isinstance(piece, DeliveredTag))
        return {tag.number: tag.tag for tag in found if tag.tag}

    def resolved(self, known: dict[str, Tag]) -> Iterator[Piece]:
        """Raises NotInlineError for a tag that neither says what it is, nor has a number that is known."""
        names: list[str] = []
        for piece in self.pieces:
            if isinstance(piece, DeliveredTag):
                tag = piece.in_words_of(known.get(piece.number))
                yield tag
                names.append(tag.name)
                if len(names) > MOST_DEPTH:
                    raise NotInlineError
            elif piece is None:
                name = names.pop()
                if name not in VOID:
                    yield End(name)
            else:
                yield piece


@dataclass(frozen=True)
class DeliveredTag:
    number: str
    tag: Tag | None
    """None where a tool gave back only the number."""

    def in_words_of(self, original: Tag | None) -> Tag:
        tag = self.tag or original
        if tag is None:
            raise NotInlineError
        # Tools keep the name of a tag, but not every tool its attributes.
        is_bare = original is not None and tag.name == original.name and not tag.attributes
        return original if is_bare and original else tag


def read_tag(attributes: dict[str, str]) -> DeliveredTag:
    name = attributes.get("ctype", "").removeprefix(CTYPE)
    own = {
        key.removeprefix(f"{{{XHTML}}}"): value for key, value in attributes.items() if key.startswith(f"{{{XHTML}}}")
    }
    is_named = attributes.get("ctype", "").startswith(CTYPE) and NAME.fullmatch(name)
    has_names = all(NAME.fullmatch(key) for key in own)
    tag = Tag(name, tuple(own.items())) if is_named and has_names else None
    return DeliveredTag(attributes.get("id", ""), tag)


def marks_in(html: str) -> Iterator[tuple[str, str]]:
    """Name of each tag in rich text, with the address to which a link leads."""
    for tag in tags_of(Pieces(html).pieces):
        yield tag.name, dict(tag.attributes).get("href", "")
