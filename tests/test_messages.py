"""The words of the interface in all languages: nothing untranslated, nothing broken, nothing that bypasses gettext.

`make messages-check` runs this file.
"""

import datetime
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import polib
import pytest
from babel.dates import format_date
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from django.utils.formats import date_format

from practices.models import EmptySearch
from tests.factories import (
    make_audience,
    make_canton,
    make_commune,
    make_contact,
    make_merged_commune,
    make_organisation,
    make_practice,
    make_session,
    make_source_document,
    make_theme,
    make_topic,
)
from translations.models import Translation, TranslationImport

RECORDS = {Translation, TranslationImport, EmptySearch}
LANGUAGES = [code for code, name in settings.LANGUAGES]
CATALOGUES = sorted(Path(settings.BASE_DIR, "gresil").glob("locale*/*/LC_MESSAGES/*.po"))
OUR_CATALOGUES = [path for path in CATALOGUES if "locale_overrides" not in path.parts]
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif%]|\{\w*\}|<[^>]+>")
PLURALS = {"fr": "n > 1"}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: f"{path.parts[-4]}-{path.parts[-3]}-{path.stem}")
def test_a_catalogue_is_complete_and_keeps_placeholders(path):
    catalogue = polib.pofile(str(path))

    assert len(catalogue) > 2
    assert not catalogue.untranslated_entries()
    assert not catalogue.fuzzy_entries()
    assert not catalogue.obsolete_entries()
    for entry in catalogue:
        translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        allowed = [sorted(PLACEHOLDER.findall(text)) for text in [entry.msgid, entry.msgid_plural] if text]
        assert len(translations) == len(allowed) or not entry.msgid_plural
        for text in translations:
            assert text.strip(), entry.msgid
            if "python-format" in entry.flags or "%" in entry.msgid:
                assert sorted(PLACEHOLDER.findall(text)) in allowed, entry.msgid


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_of_the_language(language):
    catalogue = polib.pofile(str(Path(settings.BASE_DIR, "gresil/locale", language, "LC_MESSAGES/django.po")))

    rule = catalogue.metadata["Plural-Forms"].replace("(", "").replace(")", "")
    assert rule.strip(" ;") == f"nplurals=2; plural={PLURALS.get(language, 'n != 1')}"


def test_every_language_has_the_same_messages():
    ids = [{(entry.msgctxt, entry.msgid) for entry in polib.pofile(str(path))} for path in OUR_CATALOGUES]

    assert len(ids) == len(LANGUAGES)
    assert all(messages == ids[0] for messages in ids)


@pytest.mark.skipif(not shutil.which("xgettext"), reason="needs gettext, to read the strings out of the code")
def test_the_catalogues_know_every_string_of_the_code(tmp_path):
    root = Path(settings.BASE_DIR)
    for name in ["gresil", "practices", "contacts", "sessions_app", "translations", "templates"]:
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("locale*", "__pycache__"))
    (tmp_path / "locale").mkdir()
    subprocess.run(
        ["django-admin", "makemessages", "-l", "en", "--no-location"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={"PATH": f"{root / '.venv/bin'}:/usr/bin:/bin"},
    )
    found = {(e.msgctxt, e.msgid) for e in polib.pofile(str(tmp_path / "locale/en/LC_MESSAGES/django.po"))}
    known = {(e.msgctxt, e.msgid) for e in polib.pofile(str(OUR_CATALOGUES[0]))}

    assert len(found) > 400
    assert found == known


@pytest.fixture
def marked_strings(monkeypatch):
    """A pseudo-locale: every string that goes through gettext comes out between ⟦ and ⟧."""
    trans = translation._trans

    def marked(function):
        return lambda *args: f"⟦{function(*args)}⟧"

    for name in ["gettext", "ngettext", "pgettext", "npgettext"]:
        monkeypatch.setattr(trans, name, marked(getattr(trans, name)))


def visible_words(html: str) -> str:
    """What a page says to people: its text, and the attributes that are read out."""
    html = re.sub(r"<(script|style|svg|textarea)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.DOTALL)
    spoken = re.findall(r'\s(?:aria-label|title|placeholder|alt)="([^"]*)"', html)
    return unescape(" ".join([re.sub(r"<[^>]+>", " ", html), *spoken]))


# Content of the rows below, and what is the same in every language.
FIXED = "|".join(
    [
        r"ROW[\w-]*", r"row-\w+", r"[\w.]+@\w+", "agence-interculturelle", "Agence interculturelle", "pbkdf2_sha256",
        "GRESIL", "ASTI", "OLAI", "SYVICOL", "Forum fir d’Zesummeliewen an eise Gemengen", "https?", "www", "lu", "km²",
        "admin", "staff", "auth", "testserver", "example", "FR", "DE", "LB", "EN", "Français", "Deutsch", "English",
        "Lëtzebuergesch",
    ]
)  # fmt: skip


def everything_once() -> None:
    """One row of everything, whose texts all begin with ROW."""
    make_canton(name_fr="ROWcanton")
    successor = make_commune(slug="row-commune", name_fr="ROWcommune", population=1, area_km2="1.5")
    former = make_merged_commune(successor, slug="row-former", name_fr="ROWformer")
    old = make_organisation(slug="row-organisation", name_fr="ROWorganisation", description_fr="ROWtext")
    old.successors.add(make_organisation(name_fr="ROWtoday", commune=successor))
    contact = make_contact(
        slug="agence-interculturelle", name="ROWname", organisation=old, role_fr="ROWrole", commune=successor
    )
    relay = make_contact(name="ROWrelay", organisation=old, display="relay")
    practice = make_practice(
        slug="row-practice",
        title_fr="ROWtitle",
        summary_fr="ROWsummary",
        theme=make_theme(slug="row-theme", title_fr="ROWtheme", short_title_fr="ROWtheme"),
        communes=(former,),
        topics=(make_topic(name_fr="ROWtopic"),),
        audiences=(make_audience(name_fr="ROWaudience"),),
        organisations=(old,),
        contacts=(contact, relay),
        body="<p>ROWbody</p>",
        status="running",
        cost_band="low",
    )
    practice.practice_sources.create(document=make_source_document(title_fr="ROWdocument"), pages="7")
    make_practice(title_fr="ROWnational", summary_fr="ROWsummary", territory="national")
    session = make_session(slug="row-session", title_fr="ROWsession", series_name="ROWseries", edition=4)
    session.practices.add(practice)
    session.speakers.create(name="ROWspeaker", role="talk")
    session.partners.create(organisation=old, role="host")


PUBLIC = [
    "", "practices/", "practices/?commune=row-commune&q=ROW", "practices/?theme=nonsense", "practices/?q=ROWnothing",
    "practices/row-practice/", "communes/", "communes/?q=zzz", "communes/row-commune/", "communes/row-former/",
    "organisations/", "organisations/row-organisation/", "contacts/", "contacts/?q=zzz", "sessions/",
    "sessions/row-session/", "glossary/", "glossary/?q=zzz", "communes/?theme=row-theme", "about/", "privacy/",
    "accessibility/", "nowhere/",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("marked_strings")
def test_no_string_of_a_public_page_bypasses_gettext(client):
    everything_once()
    unmarked = {}

    for path in PUBLIC:
        words = visible_words(client.get(f"/fr/{path}").content.decode())
        while "⟦" in words:
            words, before = re.sub(r"⟦[^⟦⟧]*⟧", " ", words), words
            if words == before:
                break
        left = re.findall(r"[^\W\d_]{2,}", re.sub(FIXED, " ", words))
        if left:
            unmarked[path] = sorted(set(left))

    assert not unmarked


@pytest.mark.django_db
@pytest.mark.ignore_template_errors
def test_no_english_word_is_left_on_an_admin_page(staff):
    """Compares each page with its English one: a sentence that is the same in both was not translated."""
    everything_once()
    client = Client()
    client.force_login(staff)
    paths = ["/admin/"]
    for model in admin.site._registry:
        label = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        paths += [label] if model in RECORDS else [label, f"{label}add/"]
        paths += [f"{label}{row.pk}/change/" for row in model._default_manager.all()[:1]]
    same = {}

    def sentences(path: str, language: str) -> set[str]:
        html = client.get(path, headers={"accept-language": language}).content.decode()
        html = re.sub(r"<(script|style|svg|textarea)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.DOTALL)
        html = re.sub(r'<select name="(?!action).*?</select>', " ", html, flags=re.DOTALL)
        texts = {unescape(text).strip() for text in re.findall(r">([^<>]+)<", html)}
        return {text for text in texts if len(re.findall(r"[^\W\d_]{3,}", re.sub(FIXED, " ", text))) > 1}

    for path in paths:
        english = sentences(path, "en")
        for language in ["fr", "de", "lb"]:
            if both := english & sentences(path, language):
                same.setdefault(language, set()).update(both)

    assert len(paths) > 40
    assert not same


@pytest.mark.parametrize("language", ["de", "lb", "en"])
def test_dates_read_as_the_unicode_consortium_says(language):
    for month in range(1, 13):
        day = datetime.date(2026, month, 9)
        with translation.override(language):
            ours = date_format(day, "DATE_FORMAT")
        theirs = format_date(day, format="long", locale="en_GB" if language == "en" else language)
        assert ours == theirs
    with translation.override(language):
        assert date_format(datetime.date(2026, 3, 9), "SHORT_DATE_FORMAT") in {"09.03.2026", "09/03/2026"}


def test_compiling_makes_a_catalogue_anew_when_it_is_older_than_its_source(tmp_path, settings):
    source = tmp_path / "lb" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "a"\nmsgstr "b"\n')
    settings.LOCALE_PATHS = [tmp_path]

    call_command("compile_messages")

    assert polib.mofile(str(source.with_suffix(".mo"))).find("a").msgstr == "b"
