"""The real content: that it is whole, loads twice without change, and that each fact has its source."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils.html import strip_tags
from django.utils.translation import override

from contacts.models import Canton, Commune, Contact, Locality, Organisation
from core.languages import all_columns
from core.rich_text import clean
from gresil.management.commands.load_content import FIXTURES, SUBJECTS
from practices.models import (
    Audience,
    Practice,
    PracticeSection,
    SectionKind,
    ThemeBlock,
    Topic,
)
from practices.terms import vocabulary
from sessions_app.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]

SLUGS = [
    row["fields"]["slug"]
    for row in json.loads((FIXTURES / "practices.json").read_text())
    if row["model"] == "practices.practice"
]


def everything() -> dict[str, list]:
    """All rows of the content as the database holds them; with their keys, but for what is written anew each time, and
    without what is nothing but keys of that."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        if not model._meta.auto_created
        else sorted(model._default_manager.values_list(*(field.name for field in model._meta.fields[1:])))
        for label in ["contacts", "practices", "sessions_app"]
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    }


@pytest.mark.repeats
def test_loading_twice_changes_nothing():
    before = everything()

    call_command("loaddata", *(FIXTURES / f"{subject}.json" for subject in SUBJECTS), verbosity=0)
    call_command("rebuild_search")

    assert sum(len(rows) for rows in before.values()) > 1000
    assert everything() == before


def test_all_that_the_portal_opens_with_is_there():
    assert ThemeBlock.objects.count() == 4
    assert Canton.objects.count() == 12
    assert Commune.objects.current().count() == 100
    assert Commune.objects.exclude(successor=None).count() == 10
    assert Locality.objects.count() == 598
    assert Practice.objects.published().count() == 25
    assert Session.objects.published().count() == 12
    assert Contact.objects.count() == 34
    assert Organisation.objects.count() > 45


@pytest.mark.parametrize(("theme", "count"), [("housing", 4), ("pci", 4), ("living-together", 9), ("participation", 8)])
def test_each_theme_block_has_its_fiches(client, theme, count):
    response = client.get(f"/fr/practices/?theme={theme}")

    assert response.context["page"].paginator.count == count


@pytest.mark.parametrize("slug", SLUGS)
def test_each_fiche_has_its_sections_contact_territory_and_source(slug):
    practice = Practice.objects.get(slug=slug)

    assert practice.title_fr
    assert practice.summary_fr
    assert practice.topics.exists()
    assert practice.audiences.exists()
    assert practice.sections.filter(kind=SectionKind.DESCRIPTION).exists()
    assert practice.contacts.exists()
    assert practice.is_national or practice.communes.exists()
    assert practice.practice_organisations.filter(role="carrier").exists()
    for source in practice.practice_sources.all():
        # Slides and a web page have no pages.
        assert source.pages or source.document.slug in {"vdl-jaa-club-2017", "assises-web-2017"}
    assert practice.practice_sources.exists()


# Mission, description, results, target group, place, costs: what the fiches of the brochure share. What one of them
# leaves out is left out here too.
COMMON = {"objectives", "description", "results", "audience", "place", "costs"}
LEFT_OUT_BY_THE_SOURCE = {
    "integration-par-le-sport-esch": {"costs"},
    "lisko": {"results", "audience", "costs"},
    "pci-miselerland": {"costs"},
    "benevolat-accueil-dpi-dudelange": {"results", "place", "costs"},
    "brochure-accueil-dpi": {"place"},
    "betreit-wunnen-hesperange": {"results"},
    "projets-integration-remich": COMMON - {"description"},
    "rencontres-integration-jaa-club": {"costs"},
}


@pytest.mark.parametrize("slug", SLUGS)
def test_each_fiche_has_the_sections_of_its_source(slug):
    kinds = set(PracticeSection.objects.filter(practice__slug=slug).values_list("kind", flat=True))

    missing = COMMON - kinds

    assert missing <= LEFT_OUT_BY_THE_SOURCE.get(slug, set())


def test_the_assises_showed_24_of_the_fiches():
    presented = Session.objects.get(slug="assises-2").practices

    assert presented.count() == 24
    assert set(presented.values_list("slug", flat=True)) == set(SLUGS) - {"rencontres-integration-jaa-club"}


def test_every_session_is_reported_and_names_its_sources():
    for session in Session.objects.all():
        assert session.evidence == "reported"
        assert session.documents.filter(is_source=True).exists(), session.slug


def test_every_contact_is_public_and_of_its_year():
    for contact in Contact.objects.all():
        assert contact.is_public
        assert contact.confirmed_on is None
        contact.full_clean()


@pytest.mark.parametrize("model", [Practice, Organisation])
def test_every_text_is_as_short_as_its_column(model):
    # SQLite stores what is too long for PostgreSQL.
    assert model.objects.exists()
    for row in model.objects.all():
        row.full_clean()


def test_a_fiche_that_is_over_says_what_became_of_it():
    over = [practice for practice in Practice.objects.select_related("framework") if not practice.may_be_asked_for]

    assert len(over) == 9
    assert not [practice.slug for practice in over if not practice.history_note_fr]


def test_every_superseded_term_leads_to_one_that_holds_today():
    terms = vocabulary()
    superseded = [term for term in terms.terms if term.valid_to]

    assert len(superseded) > 10
    for term in superseded:
        today = terms.today(term)
        assert today, term.slug
        assert not [row.slug for row in today if row.valid_to], term.slug


@pytest.mark.parametrize("model", [ThemeBlock, Canton, Commune, Topic, Audience])
@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_vocabularies_and_places_have_a_name_in_every_language(model, language):
    field = "title" if model is ThemeBlock else "name"

    assert not [row.slug for row in model.objects.all() if not getattr(row, f"{field}_{language}")]


def test_a_merged_commune_has_a_successor_of_today():
    merged = Commune.objects.exclude(successor=None)

    assert {commune.slug: commune.successor.slug for commune in merged} == {
        "hobscheid": "habscht",
        "septfontaines": "habscht",
        "boevange-sur-attert": "helperknapp",
        "tuntange": "helperknapp",
        "mompach": "rosport-mompach",
        "rosport": "rosport-mompach",
        "grosbous": "groussbus-wal",
        "wahl": "groussbus-wal",
        "bous": "bous-waldbredimus",
        "waldbredimus": "bous-waldbredimus",
    }


def fixture_texts() -> list[tuple[str, str, str]]:
    """(file, field, text) of every text of the fixtures."""
    return [
        (path.stem, field, value)
        for path in sorted(FIXTURES.glob("*.json"))
        for row in json.loads(path.read_text())
        for field, value in row["fields"].items()
        if isinstance(value, str)
    ]


def test_texts_are_composed_trimmed_and_without_idle_blanks():
    texts = fixture_texts()

    assert len(texts) > 5000
    for file, field, text in texts:
        assert text == unicodedata.normalize("NFC", text), (file, field, text)
        assert text == text.strip(), (file, field, text)
        assert "  " not in text, (file, field, text)


def test_rich_texts_are_as_the_editor_would_leave_them():
    sections = PracticeSection.objects.select_related("practice")
    texts = [
        (section.practice.slug, getattr(section, column)) for section in sections for column in all_columns("body")
    ]

    assert len(texts) > 400
    for slug, text in texts:
        assert clean(text) == text, slug


def test_french_texts_have_french_typography():
    looked_at = 0
    for file, field, text in fixture_texts():
        if field.endswith("_fr") and file in {"practices", "themes", "sessions", "organisations"}:
            looked_at += 1
            words = re.sub(r"https?://\S+|\d:\d", "", strip_tags(text))
            assert not re.search(r" [:;!?»]|« ", words), (file, field, text)
            assert "'" not in words, (file, field, text)
    assert looked_at > 400


# Some facts of each fiche, in every form in which they may be written.
FACTS = {
    "ais-partenaire-des-communes": [
        "Larochette", "26 48 39 52", "gilles.hempel@ais.lu", "ais.lu",
    ],
    "betreit-wunnen-hesperange": [
        "18 ans", "30 ans", "450 €", "1/3", "470, route de Thionville", "661 36 02 88",
    ],
    "hauscare-canton-redange": [
        "18 000 habitants", "0,5 ETP", "24 mois", "janvier 2017", "621 887 941", "Wahl",
    ],
    "neien-ufank": [
        "120", "400 personnes", "18", "25 ans", "3 ans", "180 personnes", "Beggen", "40 21 31-523",
    ],
    "pci-esch-sur-alzette": [
        "4motion", "Brainiact", "2011", "septembre 2014", "2020", "daniel.codello@",
    ],
    "pci-miselerland": [
        "750 139", "joelle.golinski@miselerland.lu",
    ],
    "pci-luxembourg": [
        "70 %", "janvier 2015", "juin 2016", "691 964 447", "447 43-501", "ecornero@vdl.lu",
    ],
    "pci-strassen": [
        "Charte européenne", "Charte de la Diversité", "31 02 62-270|310 262-270",
    ],
    "formation-de-base-benevoles": [
        "Reech eng Hand", "mateneen", "26 12 10-1", "benevolat.lu", "4 fois|quatre fois",
    ],
    "contrat-accueil-integration-local": [
        "2016", "43 83 33-33", "8002 6006", "cai@olai.public.lu",
    ],
    "benevolat-accueil-dpi-dudelange": [
        "51 61 21-208", "accueildpi@dudelange.lu", "Jeannette Sinnes",
    ],
    "equigaart-junglinster": [
        "15", "30 familles", "3 000 €", "621 196 422", "691 787 615|691 787615", "Equiclic",
    ],
    "move-together": [
        "trimestriel", "arabe", "26 72 00 35", "aurelia.pattou@mecasbl.lu",
    ],
    "brochure-accueil-dpi": [
        "247-85752", "247-85753", "sandy.fournelle@olai.etat.lu",
    ],
    "cafe-de-babel-strassen": [
        "19 h", "21 h", "centaine", "russe", "Paul Barblé",
    ],
    "projets-integration-remich": [
        "Nopeschfest", "Poterowend", "Café social", "Ambassadeurs de voisinage",
    ],
    "rencontres-integration-jaa-club": [
        "47 %", "35 ambassadeurs", "8 h 30", "14 h", "42, place Guillaume II", "60", "Villa Vauban",
    ],
    "formation-multiplicateurs": [
        "8 octobre 2017", "17 %", "28 formations", "447 43-507",
    ],
    "wok-differdange": [
        "1535°C|1535 °C", "58 77 1-1558", "SingLoon.Cheung@differdange.lu", "differdange.lu/wok",
    ],
    "integration-par-le-sport-esch": [
        "120", "2011", "121", "26 54 34 34", "sports@villeesch.lu", "Nice",
    ],
    "lisko": [
        "1er avril 2016|1 avril 2016", "496", "1 262", "31", "40 ans", "25 ans", "64, rue Charles Martel",
        "2755-5602", "8 h 30",
    ],
    "integration-scolaire-luxembourg": [
        "Bambësch", "scolaria", "Kannernascht", "2 mois", "danielle.schammel@technolink.lu",
    ],
    "mesures-aide-sanem": [
        "65", "107,58 €", "100,00 €|100 €", "Eis Epicerie Zolwer", "FEAD", "59 30 75-898", "trois mois",
    ],
    "nice-to-meet-you": [
        "23 316 habitants", "9 communes", "27 80 27", "julia.gregor@resonord.lu", "6 ateliers",
    ],
    "kufika-strassen": [
        "100 nationalités", "3", "12 ans", "4", "5 fois",
    ],
}  # fmt: skip


@pytest.mark.parametrize("slug", SLUGS)
def test_a_fiche_shows_the_facts_of_its_source(slug):
    html = Client().get(f"/fr/practices/{slug}/").content.decode()
    page = re.sub(r"\s+", " ", strip_tags(html.replace("\u202f", " ").replace("\u00a0", " ")).replace("&#x27;", "’"))
    page += html
    # Kept, but shown to staff alone: nobody is to ring an office that is no more.
    for contact in Contact.objects.filter(practices__slug=slug, organisation__dissolved_on__isnull=False):
        page += f"{contact.phones} {contact.email}"

    assert FACTS[slug]
    for fact in FACTS[slug]:
        assert any(form in page for form in fact.split("|")), fact


def test_two_paragraphs_of_sanem_do_not_stand_in_nice_to_meet_you():
    results = PracticeSection.objects.get(practice__slug="nice-to-meet-you", kind="results").body_fr

    assert "retrouver" not in results
    assert "25 ans" not in results
    assert Practice.objects.get(slug="nice-to-meet-you").staff_note


def test_strassen_shows_its_three_fiches_and_sets_national_ones_apart(client):
    response = client.get("/fr/practices/?commune=strassen")

    here = {practice.slug for practice in response.context["practices"]}
    assert here == {"pci-strassen", "cafe-de-babel-strassen", "kufika-strassen"}
    assert len(response.context["national"]) == 8


def test_wahl_leads_to_groussbus_wal_and_shows_hauscare(client):
    html = client.get("/fr/communes/wahl/").content.decode()

    assert 'href="/fr/communes/groussbus-wal/"' in html
    assert 'href="/fr/practices/hauscare-canton-redange/"' in html


@pytest.mark.repeats
@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_every_page_opens_and_has_one_heading_of_the_first_rank(language):
    client = Client()
    with override(language):
        paths = [row.get_absolute_url() for row in [*Practice.objects.all(), *Commune.objects.all()]]
        paths += [row.get_absolute_url() for row in [*Organisation.objects.all(), *Session.objects.all()]]
    paths += [f"/{language}/{path}" for path in ["", "practices/", "communes/", "organisations/", "contacts/"]]
    paths += [f"/{language}/{path}" for path in ["sessions/", "about/"]]

    assert len(paths) > 190
    for path in paths:
        response = client.get(path)
        html = response.content.decode()
        assert response.status_code == 200, path
        assert len(re.findall(r"<h1[ >]", html)) == 1, path
        # The page in each language names it in all others, and one for everybody else.
        alternates = dict(
            re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="http://testserver(/[^"]*)">', html)
        )
        assert set(alternates) == {code for code, name in settings.LANGUAGES} | {"x-default"}, path
        assert alternates[language] == path
        assert response["Content-Language"] == language


@pytest.mark.repeats
def test_internal_links_lead_somewhere(client):
    seen, waiting = set(), ["/fr/"]
    while waiting:
        path = waiting.pop()
        response = client.get(path)
        assert response.status_code in {200, 302}, path
        for link in re.findall(r'href="(/fr/[^"#?]*)', response.content.decode()):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    assert len(seen) > 190


def test_the_readme_of_the_fixtures_names_every_file():
    readme = Path(FIXTURES, "README.md").read_text()

    for subject in SUBJECTS:
        assert f"`{subject}.json`" in readme
    assert {path.stem for path in FIXTURES.glob("*.json")} == set(SUBJECTS)
