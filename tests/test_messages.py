"""The words of the interface in all languages: nothing untranslated, nothing broken, nothing that bypasses gettext.

`make messages-check` runs this file.
"""

import datetime
import re
import shutil
import subprocess
from html import unescape
from itertools import combinations
from pathlib import Path

import polib
import pytest
from babel.dates import format_date
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import RecordEntry
from contacts.models import Commune
from desk.models import LinkCheck
from library.models import EmptySearch
from practices.models import PracticeSection, Term, Topic
from tests.factories import (
    make_audience,
    make_broken_link,
    make_canton,
    make_commune,
    make_contact,
    make_locality,
    make_merged_commune,
    make_organisation,
    make_practice,
    make_session,
    make_source_document,
    make_theme,
    make_topic,
)
from tests.test_house import FLOORS
from translations.models import Translation, TranslationImport

pytestmark = pytest.mark.any_database

RECORDS = {Translation, TranslationImport, EmptySearch, LinkCheck, RecordEntry}
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
    for name in [*FLOORS, "templates"]:
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


def without_code(html: str) -> str:
    return re.sub(r"<(script|style|svg|textarea)\b.*?</\1>|<!--.*?-->", " ", html, flags=re.DOTALL)


def spoken(html: str) -> list[str]:
    """The attributes that are read out, and the words on buttons."""
    buttons = re.findall(r'<input type="(?:submit|button|reset)"[^>]*\svalue="([^"]*)"', html)
    return buttons + re.findall(r'\s(?:aria-label|title|placeholder|alt)="([^"]*)"', html)


def visible_words(html: str) -> str:
    """What a page says to people: its text, and what is read out."""
    html = without_code(html)
    return unescape(" ".join([re.sub(r"<[^>]+>", " ", html), *spoken(html)]))


def without_marked(words: str) -> str:
    """What is left of `words` without the marked strings, some of which stand within others."""
    while (fewer := re.sub(r"⟦[^⟦⟧]*⟧", " ", words)) != words:
        words = fewer
    return words


# Content of the rows below, and what is the same in every language.
FIXED = "|".join(
    [
        r"ROW[\w-]*", r"row-\w+", r"row\.lu", r"[\w.]+@\w+", "agence-interculturelle", "Agence interculturelle", "md5",
        "GRESIL", "ASTI", "OLAI", "SYVICOL", "Forum fir d’Zesummeliewen an eise Gemengen", "https?", "www", "lu", "km²",
        "Groupe d’échange et de soutien en matière d’intégration au niveau local", "CEFIS", "Forum fir d’Zesummeliewen",
        "Ministère de la Famille, des Solidarités, du Vivre ensemble et de l’Accueil",
        # An address that is printed.
        r"/fr/(?:practices/|selection/\?practice=row-practice&practice=none)",
        "admin", "staff", "auth", "testserver", "example", "FR", "DE", "LB", "EN", "Français", "Deutsch", "English",
        "Lëtzebuergesch",
    ]
)  # fmt: skip


# Django takes these words from the code, in every language, and has no public way to say others.
LEFT_TO_DJANGO = "|".join(
    [
        r"\bTrue\b|\bFalse\b",  # the name of an icon for yes or no
        # The rows of a table between two models, on the page that asks whether to delete one of them.
        r"Relations? \w+-\w+(?:: \w+ object)?",
    ]
)


def everything_once() -> None:
    """One row of everything, whose texts all begin with ROW."""
    make_canton(slug="row-canton", name_fr="ROWcanton")
    successor = make_commune(slug="row-commune", name_fr="ROWcommune", population=1, area_km2="1.5")
    former = make_merged_commune(successor, slug="row-former", name_fr="ROWformer")
    old = make_organisation(slug="row-organisation", name_fr="ROWorganisation", description_fr="ROWtext")
    old.successors.add(make_organisation(slug="row-today", name_fr="ROWtoday", commune=successor))
    contact = make_contact(
        slug="agence-interculturelle", name="ROWname", organisation=old, role_fr="ROWrole", commune=successor
    )
    relay = make_contact(slug="row-relay", name="ROWrelay", organisation=old, display="relay")
    practice = make_practice(
        slug="row-practice",
        title_fr="ROWtitle",
        summary_fr="ROWsummary",
        theme=make_theme(slug="row-theme", title_fr="ROWtheme", short_title_fr="ROWtheme"),
        communes=(former,),
        topics=(make_topic(slug="row-topic", name_fr="ROWtopic"),),
        audiences=(make_audience(slug="row-audience", name_fr="ROWaudience"),),
        organisations=(old,),
        contacts=(contact, relay),
        body="<p>ROWbody</p>",
        status="running",
        cost_band="low",
    )
    practice.practice_sources.create(
        document=make_source_document(slug="row-document", title_fr="ROWdocument"), pages="7"
    )
    make_practice(slug="row-national", title_fr="ROWnational", summary_fr="ROWsummary", territory="national")
    session = make_session(slug="row-session", title_fr="ROWsession", series_name="ROWseries", edition=4)
    session.practices.add(practice)
    session.speakers.create(name="ROWspeaker", role="talk")
    session.partners.create(organisation=old, role="host")


PUBLIC = [
    "", "practices/", "practices/?commune=row-commune&q=ROW", "practices/?theme=nonsense", "practices/?q=ROWnothing",
    "practices/?q=ROWsession", "helpdesk/", "selection/", "selection/?practice=row-practice&practice=none",
    "practices/row-practice/", "communes/", "communes/?q=zzz", "communes/row-commune/", "communes/row-former/",
    "organisations/", "organisations/row-organisation/", "contacts/", "contacts/?q=zzz", "sessions/", "helpdesk/",
    "sessions/row-session/", "glossary/", "glossary/?q=zzz", "communes/?theme=row-theme", "about/", "privacy/",
    "accessibility/", "nowhere/",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("marked_strings")
def test_no_string_of_a_public_page_bypasses_gettext(client):
    everything_once()
    unmarked = {}

    for path in PUBLIC:
        words = without_marked(visible_words(client.get(f"/fr/{path}").content.decode()))
        left = re.findall(r"[^\W\d_]{2,}", re.sub(FIXED, " ", words))
        if left:
            unmarked[path] = sorted(set(left))

    assert not unmarked


@pytest.fixture
def desk(staff, client) -> list[str]:
    """The addresses of all admin pages, each with something to show; `client` is signed in."""
    everything_once()
    today = Term.objects.create(slug="row-pact", name_fr="ROWpact")
    Term.objects.create(slug="row-plan", name_fr="ROWplan").successors.add(today)
    PracticeSection.objects.update(body_fr="<p>ROWbody, ROWplan</p>")
    make_locality(Commune.objects.get(slug="row-commune"), name_fr="ROWlocality")
    TranslationImport.objects.create(file_name="ROWfile", language="de")
    EmptySearch.objects.create(query="ROWwords", language="de")
    make_broken_link("https://row.lu/")
    topic = Topic.objects.get()
    changes = {"name_fr": "ROWtopic", "name_de": "ROWtopic", "slug": "row-topic"}
    # Follows, so that the sentence about it is read before the tests begin.
    assert client.post(f"/admin/practices/topic/{topic.pk}/change/", changes, follow=True).redirect_chain
    paths = [
        "/admin/", "/admin/practices/", "/admin/password_change/",
        "/admin/translations/translation/import/",
        f"/admin/practices/topic/{topic.pk}/history/",
    ]  # fmt: skip
    for model in admin.site._registry:
        label = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        paths += [label, f"{label}?q=zzz"] if model in RECORDS else [label, f"{label}?q=zzz", f"{label}add/"]
        for row in model._default_manager.order_by("pk")[:1]:
            # An account is closed, not deleted.
            pages = ["change", "history"] if model in {*RECORDS, User} else ["change", "history", "delete"]
            paths += [f"{label}{row.pk}/{page}/" for page in pages]
    return paths


def without_choices(html: str) -> str:
    """A page without the rows of the database that a form offers."""
    return re.sub(r'<select[^>]* name="(?!action).*?</select>', " ", html, flags=re.DOTALL)


@pytest.mark.repeats
@pytest.mark.ignore_template_errors
def test_no_string_of_an_admin_page_bypasses_gettext(client, desk, marked_strings):
    unmarked = {}

    for path in desk:
        response = client.get(path, headers={"accept-language": "fr"})
        assert response.status_code == 200, path
        words = without_marked(visible_words(without_choices(response.content.decode())))
        # What is left of a password's hash, and codes of languages behind the label of a field.
        words = re.sub(r"[\w/+.]+\*+|\[?\b(?:fr|de|lb|en)\b\]?", " ", re.sub(f"{FIXED}|{LEFT_TO_DJANGO}", " ", words))
        if left := re.findall(r"[^\W\d_]{2,}", words):
            unmarked[path] = sorted(set(left))

    assert len(desk) > 90
    assert not unmarked


@pytest.mark.repeats
@pytest.mark.ignore_template_errors
def test_no_english_or_french_word_is_left_on_an_admin_page_of_another_language(client, desk):
    """Compares each page with itself in the other languages: what is the same in two was not translated. Single words
    may be, outside of attributes; and German and Luxembourgish share whole sentences."""
    same = {}

    def sentences(path: str, language: str) -> set[str]:
        html = without_choices(client.get(path, headers={"accept-language": language}).content.decode())
        html = without_code(html)
        texts = [(unescape(text).strip(), 2) for text in re.findall(r">([^<>]+)<", html)]
        texts += [(unescape(text).strip(), 1) for text in spoken(html)]
        untold = f"{FIXED}|{LEFT_TO_DJANGO}"
        return {text for text, least in texts if len(re.findall(r"[^\W\d_]{3,}", re.sub(untold, " ", text))) >= least}

    for path in desk:
        said = {language: sentences(path, language) for language in LANGUAGES}
        for one, other in combinations(LANGUAGES, 2):
            if {one, other} != {"de", "lb"} and (both := said[one] & said[other]):
                same.setdefault((one, other), set()).update(both)

    assert len(desk) > 90
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
