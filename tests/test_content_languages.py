"""The content in all languages: complete, in the language that it claims, with every fact kept."""

import re
from collections import Counter

import pytest
from django.conf import settings
from django.utils.translation import override
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from contacts.models import Organisation
from core.languages import target_languages
from core.text import fold, plain
from practices.models import Practice, Term, ThemeBlock
from sessions_app.models import Session
from translations.models import Translation, TranslationState, unit_models

pytestmark = [pytest.mark.any_database, pytest.mark.django_db, pytest.mark.usefixtures("content")]
LANGUAGES = [code for code, name in settings.LANGUAGES]


def units():
    for model in unit_models():
        yield from model._default_manager.prefetch_related(*model.parts_to_fetch())


def words(texts: dict[str, str]) -> str:
    return " ".join(plain(text) for text in texts.values())


@pytest.mark.parametrize("language", target_languages())
def test_every_text_is_there_and_is_a_machine_draft(language):
    missing = [
        f"{unit._meta.model_name}/{unit.slug}: {path}"
        for unit in units()
        for path in unit.texts(settings.LANGUAGE_CODE)
        if path not in unit.texts(language) and path != "aliases"
    ]

    assert not missing
    states = Counter(Translation.objects.filter(language=language).values_list("state", flat=True))
    assert states[TranslationState.DRAFT] > 150
    assert set(states) == {TranslationState.DRAFT}


def numbers(text: str) -> Counter:
    """The numbers of a text as `plain()` gives it, whatever groups, decimals and hours look like in its language."""
    text = re.sub(r"(?<!\d)(\d{1,3})[., ](?=\d{3}(?!\d))", r"\1", text)
    text = re.sub(r"(\d{1,2}) ?h ?(\d\d)", r"\1:\2", text)
    text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    found = re.findall(r"\d+(?:[.:]\d+)?", text)
    return Counter(re.sub(r"^0(?=\d)|[:.]0+$", "", number) for number in found)


def addresses(text: str) -> set[str]:
    return set(re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+|(?:www\.|https?://)[\w./-]+\w", text))


@pytest.mark.parametrize("language", target_languages())
def test_figures_and_addresses_survive_translation(language):
    compared, lost = 0, []
    for unit in units():
        source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(language)
        for path, text in source.items():
            if path == "aliases":
                continue
            compared += 1
            here, there = plain(text), plain(target[path])
            if numbers(here) - numbers(there):
                lost.append((unit.slug, path, dict(numbers(here) - numbers(there))))
            if addresses(here) - addresses(there):
                lost.append((unit.slug, path, addresses(here) - addresses(there)))
    assert compared > 700
    assert not lost


# Names that no language changes.
NAMES = [
    "ASTI", "SYVICOL", "OLAI", "CEFIS", "LISKO", "WOK", "KUFIKA", "HausCaRe", "Neien", "Ufank", "SLEMO", "CASNA",
    "RMG", "SNHBM", "AIS", "LISEL", "Equigaart", "Equiclic", "Nopeschfest", "Poterowend", "Caritas", "RESONORD",
    "Kannernascht", "Bambësch", "scolaria", "Zolwer", "FEAD", "mateneen", "JAA", "Mudam", "Ara", "Knuedler",
    "Brainiact", "4motion", "Barblé", "Phantasyworld", "Europart", "Beggen", "Wunnengshëllef", "ADEM", "MENJE",
]  # fmt: skip


@pytest.mark.parametrize("language", target_languages())
def test_names_survive_translation(language):
    compared, lost = 0, []
    for practice in Practice.objects.prefetch_related(*Practice.parts_to_fetch()):
        source, target = words(practice.texts(settings.LANGUAGE_CODE)), fold(words(practice.texts(language)))
        for name in NAMES:
            if re.search(rf"\b{name}\b", source):
                compared += 1
                if fold(name) not in target:
                    lost.append((practice.slug, name))
    assert compared > 50
    assert not lost


@pytest.mark.repeats
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_text_is_in_the_language_that_it_claims(language):
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(LANGUAGES)
    checked, foreign = 0, []
    for unit in [
        *Practice.objects.all(),
        *ThemeBlock.objects.all(),
        *Session.objects.all(),
        *Organisation.objects.all(),
    ]:
        for path, text in unit.texts(language).items():
            sentence = plain(text)
            if language != settings.LANGUAGE_CODE:
                # Names that stand in the original too say nothing about the language.
                original = set(plain(unit.texts(settings.LANGUAGE_CODE)[path]).split())
                sentence = " ".join(word for word in sentence.split() if word not in original)
            if len(sentence) < 120 or path.startswith("links"):
                continue
            checked += 1
            told, _score = identifier.classify(sentence)
            if told != language:
                foreign.append((unit.slug, path, told, sentence[:60]))
    assert checked > 150
    assert not foreign


@pytest.mark.parametrize("language", target_languages())
def test_terms_of_the_field_are_translated_as_the_glossary_says(language):
    source_language = settings.LANGUAGE_CODE

    def forms(term: Term, code: str) -> list[str]:
        aliases = (getattr(term, f"aliases_{code}") or "").splitlines()
        return [fold(form) for form in [getattr(term, f"name_{code}"), *aliases] if form]

    terms = [(term, forms(term, source_language), forms(term, language)) for term in Term.objects.all()]
    compared, other = 0, []
    for practice in Practice.objects.prefetch_related(*Practice.parts_to_fetch()):
        source = f" {fold(words(practice.texts(source_language)))} "
        target = fold(words(practice.texts(language)))
        for term, here, there in terms:
            if any(f" {form} " in source for form in here):
                compared += 1
                accepted = [*there, fold(term.abbreviation)] if term.abbreviation else there
                if not any(form in target for form in accepted):
                    other.append((practice.slug, term.slug))
    assert compared > 80
    assert not other


@pytest.mark.parametrize("language", target_languages())
def test_german_and_luxembourgish_have_no_french_typography(language):
    looked_at = 0
    for unit in units():
        for path, text in unit.texts(language).items():
            looked_at += 1
            assert not re.search("[«»]|[\u00a0\u202f][:;!?]| [;!?:](?=\\s|$)", plain(text)), (unit.slug, path)
    assert looked_at > 700


def pages(client, language):
    """(path, what it holds between header and footer) of every fiche, session and organisation."""
    with override(language):
        rows = [*Practice.objects.all(), *Session.objects.all(), *Organisation.objects.all()]
        paths = [row.get_absolute_url() for row in rows]
    assert len(paths) > 80
    for path in paths:
        yield path, client.get(path).content.decode().split('<main id="content"')[1].split("</main>")[0]


def without_names_of_series(html: str) -> str:
    """Series of sessions keep their name in every language."""
    for language, name in set(Session.objects.values_list("series_language", "series_name")):
        html = html.replace(f'<span lang="{language}">{name}</span>', "")
    return html


@pytest.mark.repeats
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_says_that_a_translation_is_missing(client, language):
    foreign = []
    for path, main in pages(client, language):
        html = re.sub(r'hreflang="\w\w"', "", without_names_of_series(main))
        inner = set(re.findall(r'lang="(\w\w)"', html)) - {language}
        if inner:
            foreign.append((path, inner))
    assert not foreign


@pytest.mark.repeats
def test_no_page_shows_the_marks_of_its_html_to_readers(client):
    assert not [path for path, main in pages(client, settings.LANGUAGE_CODE) if re.search("&(amp;)?lt;", main)]
