import pytest

from contacts.models import Commune
from core.text import fold, plain, word_difference
from tests.factories import make_canton, make_commune


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Käerjeng", "kaerjeng"),
        ("Esch-sur-Alzette", "esch sur alzette"),
        ("L’Œuvre d'ÉTÉ", "l oeuvre d ete"),
        ("Strasse / Straße", "strasse strasse"),
        ("e\u0301cole", "ecole"),
        ("%\x00 _", ""),
    ],
)
def test_folding_ignores_case_accents_and_signs(written, folded):
    assert fold(written) == folded


def test_plain_text_keeps_words_of_neighbouring_paragraphs_apart():
    assert plain("<p>Un &amp; deux</p><ul><li>trois</li><li>quatre</li></ul>") == "Un & deux trois quatre"


@pytest.mark.django_db
def test_names_with_accents_stand_in_their_place_in_the_alphabet():
    canton = make_canton()
    for name in ["Zolver", "Éischen", "Esch", "eich", "Ettelbruck"]:
        make_commune(name_fr=name, canton=canton)

    names = [commune.name for commune in Commune.objects.by_name()]

    assert names == ["eich", "Éischen", "Esch", "Ettelbruck", "Zolver"]


def test_the_difference_of_two_texts_is_told_word_by_word():
    assert word_difference("un café pour tous", "un grand café pour toutes") == [
        ("same", "un"),
        ("added", "grand"),
        ("same", "café pour"),
        ("removed", "tous"),
        ("added", "toutes"),
    ]
    assert word_difference("", "deux mots") == [("added", "deux mots")]


def test_of_what_stayed_the_same_only_the_words_beside_a_difference_are_told():
    words = [f"m{number}" for number in range(40)]
    changed = [*words[:20], "neuf", *words[20:]]

    assert word_difference(" ".join(words), " ".join(changed)) == [
        ("same", "… m14 m15 m16 m17 m18 m19"),
        ("added", "neuf"),
        ("same", "m20 m21 m22 m23 m24 m25 …"),
    ]


def test_plain_text_keeps_words_whole_whatever_marks_are_in_them():
    html = '<h3>T</h3><p>le 1<sup>er</sup> <strong>M</strong>ot <a href="https://x.lu/?a=1&amp;b">l</a>ien</p>'

    assert (
        plain(f"{html}<table><tbody><tr><td>2023</td><td>120</td></tr></tbody></table>") == "T le 1er Mot lien 2023 120"
    )
