"""Rich text: what the editor offers, and all that is kept of what comes from it, from the desk or from a file.

nh3 reads the HTML as a browser does and takes away all that may do harm. What it leaves is written anew in the one form
that the editor itself gives: so a text that was cleaned once is cleaned for good.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

import nh3
from django.conf import settings
from django.urls import get_script_prefix, reverse_lazy
from django.utils.text import Truncator

from core.addresses import usable_address
from core.languages import active_language
from core.text import composed

# The visual editor; `static/js/editor.js` has those that begin with "Portal".
RICH_TEXT = {
    "Menu": {"groups": [{"group": name} for name in ["headings", "lists", "marks", "link", "table", "history"]]},
    "Heading": {"levels": [3]},
    "Bold": True,
    "Italic": True,
    "Superscript": True,
    "Subscript": True,
    "HardBreak": True,
    "BulletList": True,
    "OrderedList": {"enableListAttributes": False},
    "ListItem": True,
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "PortalLink": {
        "languages": [code for code, _name in settings.LANGUAGES],
        "pages": reverse_lazy("admin:linkable_pages"),
    },
    "PortalPaste": True,
    "PortalToolbar": True,
}

# Other names for what is kept; a heading stands below that of its section.
MARKS = {"strong": "strong", "b": "strong", "em": "em", "i": "em", "sup": "sup", "sub": "sub"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
LISTS = {"ul", "ol"}
ROW_GROUPS = {"thead", "tbody", "tfoot"}
CELLS = {"td", "th"}
BOXES = {"div", "blockquote"}
TAGS = {"p", "li", "a", "br", "table", "tr", *MARKS, *HEADINGS, *LISTS, *ROW_GROUPS, *CELLS, *BOXES}
# From the outermost mark to the innermost, as the editor writes them.
ORDER = ["a", "strong", "em", "sup", "sub"]
SPANS = ("colspan", "rowspan")
MOST_CELLS = 50
DEEPEST_LIST = 4
# What lies deeper is read without its tags.
DEEPEST_ELEMENT = 60
# Composed with the `>` of a tag before it, this sign would make another letter of it, and no tag.
STROKE = "\u0338"

CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={"a": {"href"}, "td": set(SPANS), "th": set(SPANS), "ol": {"start"}},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)

Mark = tuple[str, str]
"""Its tag, and the address of a link."""
Run = tuple[frozenset[Mark], str]
LINE_BREAK = "\n\0"
BLANKS = " \t\n\r\f"


@dataclass
class Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def words(self) -> str:
        return "".join(child if isinstance(child, str) else child.words for child in self.children)


class Tree(HTMLParser):
    """The elements of what nh3 wrote, in which every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("")]
        self.feed(html)
        self.close()

    @property
    def root(self) -> Element:
        return self.open[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self.open[-1]
        element = Element(tag, {name: value or "" for name, value in attrs})
        if tag == "br" or len(self.open) < DEEPEST_ELEMENT:
            parent.children.append(element)
        if tag != "br":
            self.open.append(element if len(self.open) < DEEPEST_ELEMENT else parent)

    def handle_endtag(self, tag: str) -> None:
        if tag != "br":
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def tree_of(html: str) -> Element:
    return Tree(CLEANER.clean(html)).root


def clean(html: str) -> str:
    """All of `html` that may be kept, in its one form."""
    return "".join(blocks(tree_of(html)))


def removed_links(html: str) -> list[str]:
    """The words of the links that `clean()` makes plain text of, because they lead nowhere."""
    return [Truncator(words).chars(60) for words in lost_links(tree_of(html)) if words]


def lost_links(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, Element):
            if child.tag == "a" and not usable_address(child.attributes.get("href", "")):
                yield " ".join(child.words.split())
            yield from lost_links(child)


class Blocks:
    """The blocks of an element, one after the other. Words that stand between them become a paragraph."""

    def __init__(self, *, in_cell: bool = False, depth: int = 0) -> None:
        self.written: list[str] = []
        self.runs: list[Run] = []
        self.in_cell, self.depth = in_cell, depth

    def read(self, element: Element, marks: frozenset[Mark] = frozenset()) -> None:
        for child in element.children:
            if isinstance(child, str):
                self.runs.append((marks, child))
            elif child.tag == "br":
                self.runs.append((marks, LINE_BREAK))
            elif child.tag in MARKS:
                self.read(child, marks | {(MARKS[child.tag], "")})
            elif child.tag == "a":
                address = usable_address(child.attributes.get("href", ""))
                outer = frozenset(mark for mark in marks if mark[0] != "a")
                self.read(child, outer | {("a", address)} if address else marks)
            else:
                self.end_paragraph()
                self.read_block(child, marks)

    def read_block(self, element: Element, marks: frozenset[Mark]) -> None:
        if element.tag in HEADINGS and not (self.in_cell or self.depth):
            inner = Blocks()
            inner.read(element, marks)
            # A heading is bold by itself.
            inner.runs = [
                (frozenset(mark for mark in of if mark[0] not in ("strong", "em")), words) for of, words in inner.runs
            ]
            inner.end_paragraph("h3")
            self.written += inner.written
        elif element.tag in LISTS and self.depth < DEEPEST_LIST:
            self.written += written_list(element, marks, in_cell=self.in_cell, depth=self.depth + 1)
        elif element.tag == "table" and not (self.in_cell or self.depth):
            self.written += written_table(element, marks)
        else:
            self.read(element, marks)
            self.end_paragraph()

    def end_paragraph(self, tag: str = "p") -> None:
        words = written_runs(self.runs)
        if words:
            self.written.append(f"<{tag}>{words}</{tag}>")
        self.runs = []


def blocks(
    element: Element, marks: frozenset[Mark] = frozenset(), *, in_cell: bool = False, depth: int = 0
) -> list[str]:
    reader = Blocks(in_cell=in_cell, depth=depth)
    reader.read(element, marks)
    reader.end_paragraph()
    return reader.written


def written_list(element: Element, marks: frozenset[Mark], *, in_cell: bool, depth: int) -> list[str]:
    items: list[list[str]] = []
    for child in element.children:
        if isinstance(child, str):
            part = Element("li", children=[child])
        elif child.tag in LISTS and items and depth < DEEPEST_LIST:
            # Word and Google put a list within a list beside its item.
            items[-1] += written_list(child, marks, in_cell=in_cell, depth=depth + 1)
            continue
        else:
            part = child if child.tag == "li" else Element("li", children=[child])
        if written := blocks(part, marks, in_cell=in_cell, depth=depth):
            items.append(written)
    start = number_in(element.attributes.get("start", ""), 2, 9999) if element.tag == "ol" else 0
    opening = f'<ol start="{start}">' if start else f"<{element.tag}>"
    return [f"{opening}{''.join(f'<li>{bare(item)}</li>' for item in items)}</{element.tag}>"] if items else []


def bare(written: list[str]) -> str:
    """The blocks of an item or a cell; an only paragraph without its tags."""
    first, *others = written or [""]
    if first.startswith("<p>") and not any(block.startswith("<p>") for block in others):
        first = first.removeprefix("<p>").removesuffix("</p>")
    return "".join([first, *others])


def rows_of(element: Element) -> Iterator[Element]:
    for child in element.children:
        if isinstance(child, Element):
            if child.tag == "tr":
                yield child
            elif child.tag in ROW_GROUPS:
                yield from rows_of(child)


def written_table(element: Element, marks: frozenset[Mark]) -> list[str]:
    rows = []
    for row in rows_of(element):
        cells = [child for child in row.children if isinstance(child, Element) and child.tag in CELLS][:MOST_CELLS]
        if cells:
            rows.append(f"<tr>{''.join(written_cell(cell, marks) for cell in cells)}</tr>")
    if not any(words for words in rows if re.sub("<[^>]+>", "", words)):
        return []
    return [f"<table><tbody>{''.join(rows)}</tbody></table>"]


def written_cell(cell: Element, marks: frozenset[Mark]) -> str:
    spans = ((name, number_in(cell.attributes.get(name, ""), 2, MOST_CELLS)) for name in SPANS)
    attributes = "".join(f' {name}="{span}"' for name, span in spans if span)
    return f"<{cell.tag}{attributes}>{bare(blocks(cell, marks, in_cell=True))}</{cell.tag}>"


def number_in(text: str, least: int, most: int) -> int:
    """The number that `text` is, if it is one from `least` to `most`; else 0."""
    return int(text) if re.fullmatch("[0-9]{1,4}", text) and least <= int(text) <= most else 0


def written_runs(runs: list[Run]) -> str:
    """Words with their marks, none of which is opened twice for words that stand side by side; without blanks and line
    ends around them. Nothing, if only blanks are left."""
    written: list[str] = []
    open_marks: list[Mark] = []
    for marks, words in [*trimmed(joined(runs)), (frozenset(), "")]:
        wanted = sorted(marks, key=lambda mark: ORDER.index(mark[0]))
        same = 0
        while same < min(len(open_marks), len(wanted)) and open_marks[same] == wanted[same]:
            same += 1
        written += [f"</{tag}>" for tag, _address in reversed(open_marks[same:])]
        written += [opening(mark) for mark in wanted[same:]]
        open_marks = wanted
        written.append("<br>" if words == LINE_BREAK else escape(words, quote=False))
    return "".join(written)


def joined(runs: list[Run]) -> list[Run]:
    """`runs` with composed letters, one for all words that have the same marks."""
    together: list[Run] = []
    for marks, words in runs:
        is_more = together and together[-1][0] == marks and LINE_BREAK not in (words, together[-1][1])
        if is_more:
            together[-1] = (marks, together[-1][1] + words)
        else:
            together.append((marks, words))
    # Each run follows a tag.
    composed_runs = (
        (marks, words if words == LINE_BREAK else composed(words).lstrip(STROKE)) for marks, words in together
    )
    return [(marks, words) for marks, words in composed_runs if words]


def trimmed(runs: list[Run]) -> list[Run]:
    while runs and not runs[-1][1].strip(BLANKS + "\0\u00a0"):
        runs = runs[:-1]
    while runs and not (first := runs[0][1].lstrip(BLANKS + STROKE)).strip(BLANKS + "\0\u00a0"):
        runs = runs[1:]
    if not runs:
        return []
    runs = [(runs[0][0], first), *runs[1:]]
    return [*runs[:-1], (runs[-1][0], runs[-1][1].rstrip(BLANKS))]


def opening(mark: Mark) -> str:
    tag, address = mark
    return f'<a href="{escape(address)}">' if tag == "a" else f"<{tag}>"


def shown(html: str, heading: int = 3) -> str:
    """A stored rich text as a page shows it: links to our own pages in the language of the page, and its headings at
    the level `heading`."""
    html = html.replace('<a href="/', f'<a href="{get_script_prefix()}{active_language()}/')
    return html if heading == 3 else re.sub("(</?)h3>", rf"\g<1>h{heading}>", html)
