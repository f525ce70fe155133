import random
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from django.utils import translation

from core.rich_text import RICH_TEXT, clean, removed_links, shown

KEPT = {
    "words alone": ("Bonjour", "<p>Bonjour</p>"),
    "marks": ("<p><b>a</b> <i>b</i> m<sup>2</sup></p>", "<p><strong>a</strong> <em>b</em> m<sup>2</sup></p>"),
    "marks side by side": ("<p><b>a</b><strong>b</strong></p>", "<p><strong>ab</strong></p>"),
    "a mark around blocks": (
        "<b><p>a</p><p>b</p></b>",
        "<p><strong>a</strong></p><p><strong>b</strong></p>",
    ),
    "empty paragraphs": ("<p>a</p><p></p><p>&nbsp;</p><p><br></p><p>b</p>", "<p>a</p><p>b</p>"),
    "a list within a list": (
        "<ul><li>a</li><ul><li>b</li></ul></ul>",
        "<ul><li>a<ul><li>b</li></ul></li></ul>",
    ),
    "an item of two paragraphs": (
        "<ul><li><p>a</p><p>b</p></li></ul>",
        "<ul><li><p>a</p><p>b</p></li></ul>",
    ),
    "an item without its list": ("<p>a</p><li>b</li>", "<p>a</p><p>b</p>"),
    "a paragraph cut by an item": ("<p>a<object><li>b</li></object>c</p>", "<p>a</p><p>b</p><p>c</p>"),
    "a list that goes on": ('<ol start="3"><li>c</li></ol>', '<ol start="3"><li>c</li></ol>'),
    "headings": ("<h1><b>a</b></h1><h2>b</h2><h6>c</h6>", "<h3>a</h3><h3>b</h3><h3>c</h3>"),
    "a heading in an item": ("<ul><li><h2>a</h2></li></ul>", "<ul><li>a</li></ul>"),
    "a table": (
        '<table border="1"><thead><tr><th>Année</th><th colspan="2">Nombre</th></tr></thead><tr><td>2023<td>120<td>'
        "</table>",
        '<table><tbody><tr><th>Année</th><th colspan="2">Nombre</th></tr>'
        "<tr><td>2023</td><td>120</td><td></td></tr></tbody></table>",
    ),
    "a table in a table": (
        "<table><tr><td>a<table><tr><td>b</td></tr></table></td></tr></table>",
        "<table><tbody><tr><td><p>a</p><p>b</p></td></tr></tbody></table>",
    ),
    "a link": ('<p><a href="http://www.x.lu" title="t" target="_blank">x</a></p>', '<p><a href="https://www.x.lu">x</a></p>'),
    "a link to nowhere": ("<p>a <a href='javascript:alert(1)'>b</a> <a>c</a> d</p>", "<p>a b c d</p>"),
    "no-break spaces": ("<p>a&nbsp;: b\u202f!</p>", "<p>a\u00a0: b\u202f!</p>"),
    "a decomposed letter": ("<p>e&#769;te\u0301</p>", "<p>été</p>"),
    "a stroke that would open a tag": ("<p>\u0338 onfocus=alert(1) autofocus</p>", "<p>onfocus=alert(1) autofocus</p>"),
    "scripts": ("<script>alert(1)</script><p onclick=x()>a<style>b</style></p>", "<p>a</p>"),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_a_rich_text_has_one_form(case):
    written, kept = KEPT[case]

    assert clean(written) == kept


def test_the_links_that_are_lost_are_named():
    html = (
        "<p><a href='www.x.lu'>kept</a> <a>the <b>first</b></a> <a href='C:\\x.doc'>second</a> <a href='x'></a></p>"
        f"<ul><li><a href='data:,'>{'long ' * 30}</a></li></ul>"
    )

    assert removed_links(html) == ["the first", "second", ("long " * 30)[:59] + "…"]
    assert removed_links(clean(html)) == []


@pytest.mark.parametrize("language", ["fr", "lb"])
def test_a_link_to_an_own_page_leads_to_the_page_in_the_language_of_the_reader(language):
    html = clean('<h2>T</h2><p><a href="/de/practices/lisko/">L</a> <a href="https://x.lu/">x</a></p>')

    with translation.override(language):
        page = shown(html, heading=4)

    assert f'<a href="/{language}/practices/lisko/">L</a>' in page
    assert '<a href="https://x.lu/">x</a>' in page
    assert "<h4>T</h4>" in page


PIECES = [
    *(f"<{tag}>" for tag in ("p", "ul", "ol", "li", "b", "strong", "em", "i", "sup", "sub", "h1", "h3", "h6", "div")),
    *(f"</{tag}>" for tag in ("p", "ul", "ol", "li", "b", "strong", "em", "i", "sup", "sub", "h1", "h3", "h6", "div")),
    *(f"<{tag}>" for tag in ("table", "tbody", "tr", "td", "th", "caption", "colgroup", "col", "br", "hr", "o:p")),
    *(f"</{tag}>" for tag in ("table", "tbody", "tr", "td", "th", "caption", "a", "span", "br")),
    *(f"<{tag}>" for tag in ("svg", "math", "mtext", "mglyph", "foreignObject", "desc", "annotation-xml", "title")),
    *(f"<{tag}>" for tag in ("style", "noscript", "template", "select", "option", "textarea", "form", "object")),
    *(f"</{tag}>" for tag in ("svg", "math", "style", "noscript", "template", "select", "textarea", "form", "object")),
    '<a href="https://x.lu/?a=1&b=2">', '<a href="www.x.lu">', '<a href="javascript:alert(1)">', "<a>", "<a name=x>",
    '<a href="/fr/practices/lisko/">', '<a href="jav&#x09;ascript:alert(1)">', "<a href='data:text/html,x'>",
    '<td colspan="2" rowspan=3>', '<ol start="5">', "<ol start=-1>", '<p onclick="alert(1)" style="color:red">',
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "<!-- -->", "<!--", "-->", "<![CDATA[", "]]>", "<![if !supportLists]>", "<![endif]>", "<?xml:namespace>", "</", "<",
    ">", "&", "&lt;", "&gt;", "&amp;lt;", "&nbsp;", "&#0;", "&#x338;", "\u0338", "\u0301", "e\u0301", "é", "\u037e",
    "\u202e", "\ufeff", "\x00", "\x0b", "\r\n", "\n", "\t", " ", "   ", "\u00a0", "mot", "deux mots", '"', "'", "`",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "=", "/", "x onfocus=alert(1) ",
]  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "ol": {"start"}}
KEPT_TAGS = {"p", "h3", "ul", "ol", "li", "table", "tbody", "tr", "th", "td", "br"} | {
    "strong",
    "em",
    "sup",
    "sub",
    "a",
}


class Executable(HTMLParser):
    """Collects all tags and attributes that a rich text must not have."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in KEPT_TAGS or {name for name, _value in attrs} - ATTRIBUTES.get(tag, set()):
            self.found.append((tag, attrs))
        self.found += [value for name, value in attrs if name == "href" and not is_safe(value)]

    def handle_comment(self, data):
        self.found.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def is_safe(address: str) -> bool:
    return bool(re.match(r"https://[^/]|mailto:|tel:|/(?!/)", address))


@pytest.mark.repeats
def test_three_thousand_inputs_give_nothing_that_executes_and_stay_as_they_are():
    chance = random.Random(10)

    for _ in range(3000):
        html = "".join(chance.choices(PIECES, k=chance.randint(1, 40)))
        once = clean(html)
        assert not Executable(once).found, html
        assert clean(once) == once, html
        # As a row is composed when it is saved.
        assert unicodedata.normalize("NFC", once) == once, html
        assert not removed_links(once), html


def test_the_negative_control_of_that_test_finds_what_executes():
    bad = ["<p onclick=x>", "<img src=x>", '<a href="//x.lu">', '<a href="javascript:x">', "<p≯ onfocus=x>", "<!-- -->"]

    assert all(Executable(html).found for html in bad)


@pytest.mark.parametrize("piece", ["<b>", "<ul><li>", "<table><tr><td>", "<a href='https://x.lu'><b>"])
def test_a_text_that_is_nested_without_end_is_cleaned(piece):
    once = clean(piece * 1500 + "x")

    assert "x" in once
    assert clean(once) == once


def test_the_editor_offers_what_is_kept():
    assert {"Heading", "Table", "Superscript", "PortalLink", "PortalPaste"} <= set(RICH_TEXT)
