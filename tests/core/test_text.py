import pytest

from contacts.models import Commune
from core.text import fold, plain
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
