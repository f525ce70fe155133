"""Rich text in a document of XLIFF: tags as tags, out and back."""

from xml.etree import ElementTree as ET

import pytest

from practices.models import PracticeSection
from tests.factories import make_practice
from translations import inline, xliff
from translations.imports import import_document
from translations.models import Translation, TranslationImport

pytestmark = pytest.mark.django_db
G, X = f"{{{xliff.NAMESPACE}}}g", f"{{{xliff.NAMESPACE}}}x"
BODY = (
    '<h3>Un titre</h3><p>Un <strong>deux <em>trois</em></strong> &amp; <a href="https://x.lu/?a=1&amp;b=2">lien</a>'
    "&nbsp;:<br>fin</p><table><tbody><tr><td>1 &lt; 2</td></tr></tbody></table><p>H<sub>2</sub>O</p>"
)


@pytest.fixture
def section():
    practice = make_practice(slug="cafe", title_fr="Café", body="<p>x</p>")
    return practice.sections.get()


def document(language: str = "lb") -> ET.Element:
    rows = Translation.objects.filter(language=language, content_type__model="practice")
    return ET.fromstring(xliff.write(language, rows.with_units()))


def body_of(root: ET.Element) -> tuple[ET.Element, ET.Element]:
    """<source> and <target> of the text of the section."""
    for unit in root.iter(f"{{{xliff.NAMESPACE}}}trans-unit"):
        if unit.get("id", "").endswith("body"):
            source, target = (unit.find(f"{{{xliff.NAMESPACE}}}{name}") for name in ("source", "target"))
            assert source is not None
            assert target is not None
            return source, target
    raise AssertionError("no text of a section")


def take(root: ET.Element) -> TranslationImport:
    return import_document("lb.xlf", xliff.read(ET.tostring(root, encoding="utf-8")), by=None)


def with_source(section: PracticeSection, html: str, **texts: str) -> None:
    PracticeSection.objects.filter(pk=section.pk).update(body_fr=html, **texts)


def test_a_translator_sees_words_and_tags(section):
    with_source(section, '<p>Un <a href="https://x.lu">lien</a>.</p>')

    source, target = body_of(document())

    assert [element.tag for element in source.iter()][1:] == [G, G]
    paragraph, link = source.iter(G)
    assert (paragraph.get("id"), paragraph.get("ctype"), paragraph.text) == ("1", "x-html-p", "Un ")
    assert (link.get(f"{{{inline.XHTML}}}href"), link.text, link.tail) == ("https://x.lu", "lien", ".")
    assert (target.text or "", list(target)) == ("", [])


@pytest.mark.parametrize(
    "html", [BODY, "<p>Un\N{NO-BREAK SPACE}mot</p>", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"]
)
def test_any_tags_go_out_and_come_back_as_they_were(section, html):
    with_source(section, html, body_lb=html.replace("Un", "Een"))

    source, target = (ET.tostring(element) for element in body_of(document()))
    [text] = [text for text in xliff.read(ET.tostring(document())).texts if text.path.endswith("body")]

    assert b"&lt;p" not in source + target
    assert inline.comparable(text.source) == inline.comparable(html)
    assert inline.comparable(text.target) == inline.comparable(html.replace("Un", "Een"))
    assert take(document()).refused == []


def test_a_translation_with_tags_is_taken(section):
    with_source(section, '<p>Un <a href="https://x.lu">lien</a></p>')
    root = document()
    source, target = body_of(root)
    target[:] = [ET.fromstring(ET.tostring(child)) for child in source]
    target[0].text, target[0][0].text = "E ", "Link"

    report = take(root)

    section.refresh_from_db()
    assert (report.taken, section.body_lb) == (1, '<p>E <a href="https://x.lu">Link</a></p>')


def test_numbers_alone_are_enough(section):
    with_source(section, '<p>Un <a href="https://x.lu">lien</a></p>')
    root = document()
    _source, target = body_of(root)
    paragraph = ET.SubElement(target, G, id="1")
    ET.SubElement(paragraph, G, id="2").text = "Link"

    take(root)

    section.refresh_from_db()
    assert section.body_lb == '<p><a href="https://x.lu">Link</a></p>'


def test_words_that_look_like_marks_are_words(section):
    with_source(section, "<p>1 &lt; 2 &amp;amp; 3</p>")
    root = document()
    source, target = body_of(root)
    assert source[0].text == "1 < 2 &amp; 3"
    ET.SubElement(target, G, id="1").text = "<b>1</b> & 2"

    take(root)

    section.refresh_from_db()
    assert section.body_lb == "<p>&lt;b&gt;1&lt;/b&gt; &amp; 2</p>"


@pytest.mark.parametrize(
    ("tag", "attributes", "sentence"),
    [
        ("g", {"id": "9"}, "une balise que son original n’a pas"),
        ("g", {"id": "1", "ctype": "x-html-script"}, "<script>"),
        ("g", {"id": "1", "ctype": "x-html-a", f"{{{inline.XHTML}}}href": "javascript:alert(1)"}, "<a>"),
        ("x", {"id": "7", "ctype": "x-html-img", f"{{{inline.XHTML}}}onerror": "alert(1)"}, "<img>"),
        ("bpt", {"id": "1"}, "<bpt>"),
        ("ph", {"id": "1"}, "<ph>"),
    ],
)
def test_a_broken_or_foreign_tag_is_refused_with_its_reason_and_the_text_is_kept(section, tag, attributes, sentence):
    with_source(section, "<p>Un texte</p>", body_lb="<p>Een Text</p>")
    root = document()
    _source, target = body_of(root)
    for child in list(target):
        target.remove(child)
    paragraph = ET.SubElement(target, G, id="1")
    ET.SubElement(paragraph, f"{{{xliff.NAMESPACE}}}{tag}", attributes).text = "Gutt"

    report = take(root)

    section.refresh_from_db()
    assert section.body_lb == "<p>Een Text</p>"
    [refusal] = report.refused
    assert sentence in refusal["reason"]
    assert refusal["is_broken"]
    assert "Gutt" in report.content


def test_tags_that_are_nested_without_end_are_refused(section):
    lines = ["<g id='1'>"] * 3_000 + ["Gutt"] + ["</g>"] * 3_000
    whole = ET.tostring(document()).decode()
    content = whole.replace('<target state="needs-translation" />', f"<target>{''.join(lines)}</target>")
    content = content.replace("<ns0:", "<").replace("</ns0:", "</").replace("xmlns:ns0", "xmlns")

    report = import_document("lb.xlf", xliff.read(content.encode()), by=None)

    assert report.taken == 0
    assert report.refused


@pytest.mark.parametrize("html", ["<p>Un texte", "<p>Un <!-- mot --> texte</p>", "Un texte &amp; un mot"])
def test_what_cannot_be_told_in_tags_goes_out_as_it_is(section, html):
    with_source(section, html)

    source, _target = body_of(document())

    assert (source.text, list(source)) == (html, [])


def test_a_document_of_before_is_taken(section):
    with_source(section, "<p>Un &amp; deux</p>", body_lb="<p>Een</p>")
    root = document()
    source, target = body_of(root)
    for element, words in [(source, "<p>Un &amp; deux</p>"), (target, "<p>Een &amp; zwee</p>")]:
        for child in list(element):
            element.remove(child)
        element.text = words

    report = take(root)

    section.refresh_from_db()
    assert (report.taken, report.refused, section.body_lb) == (1, [], "<p>Een &amp; zwee</p>")


def test_a_text_without_end_of_nesting_can_be_exported(section):
    with_source(section, "<ul><li>" * 500 + "x" + "</li></ul>" * 500)

    source, _target = body_of(document())

    assert not list(source)
