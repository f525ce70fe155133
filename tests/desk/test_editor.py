"""The words of the editor's scripts."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from desk.editor import WORDS, counted_words

SCRIPTS = ["editor.js", "pasted.js", "addresses.js"]


def test_the_catalogue_has_every_word_of_the_scripts():
    scripts = "".join(Path(settings.BASE_DIR, "static/js", name).read_text(encoding="utf-8") for name in SCRIPTS)
    words = set(re.findall(r'\bgettext\(\s*"((?:[^"\\]|\\.)*)"', scripts))
    counted = set(re.findall(r'\b(?:ngettext|counted)\("([^"]*)", "', scripts))

    assert len(words) > 20
    assert words <= set(WORDS)
    assert counted == set(counted_words(1))


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("fr", "Gras"), ("de", "Fett"), ("lb", "Fett"), ("en", "Bold")])
def test_the_browser_gets_them_in_the_language_of_the_person(client, staff, language, word):
    client.cookies["django_language"] = language

    script = client.get("/admin/jsi18n/").content.decode()

    assert f'"Bold": "{word}"' in script
    assert '"%s picture": [' in script
