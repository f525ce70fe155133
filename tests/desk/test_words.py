"""The desk speaks of the things by the words of the house."""

import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertInHTML

from practices.models import Topic
from tests.factories import make_broken_link, make_practice, make_topic
from tests.test_messages import everything_once, visible_words

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Behind "(" stands the name that Django gives a row between two models.
OBJECT = {"fr": r"\bobjets?\b", "de": r"\bObjekte?[ns]?\b", "lb": r"\bObjet(?:en)?\b", "en": r"\bobjects?\b(?! \()"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_of_the_desk_speaks_of_objects(client, language):
    everything_once()
    make_broken_link()
    spoken = {}
    for model in admin.site._registry:
        if model._meta.app_label not in {"practices", "contacts", "sessions_app", "desk"}:
            continue
        row = model._default_manager.order_by("pk").first()
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        pages = ["", "add/", f"{row.pk}/change/", f"{row.pk}/delete/"] if row else ["", "add/"]
        for page in pages:
            words = visible_words(client.get(address + page, headers={"accept-language": language}).content.decode())
            if found := re.findall(f".{{0,40}}{OBJECT[language]}.{{0,20}}", words, flags=re.IGNORECASE):
                spoken[address + page] = found[:3]

    assert not spoken


@pytest.mark.parametrize(
    ("language", "plural", "add"),
    [
        ("fr", "Fiches", "Fiche\u00a0: ajouter"),
        ("de", "Praxisblätter", "Praxisblatt hinzufügen"),
        ("lb", "Fichen", "Fiche derbäisetzen"),
        ("en", "Factsheets", "Add factsheet"),
    ],
)
def test_a_factsheet_has_one_name(client, language, plural, add):
    make_practice()

    page = client.get("/admin/practices/practice/", headers={"accept-language": language})
    form = client.get("/admin/practices/practice/add/", headers={"accept-language": language})

    assertInHTML(f"<h1>{plural}</h1>", page.content.decode())
    assertInHTML(f'<a href="/admin/practices/practice/add/" class="addlink">{add}</a>', page.content.decode())
    assertInHTML(f"<h1>{add}</h1>", form.content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_to_a_page_names_each_thing_once(client, language):
    topic = make_topic(name_fr="sport")

    page = client.get(f"/admin/practices/topic/{topic.pk}/change/", headers={"accept-language": language})

    way = re.search(r'<div class="breadcrumbs">(.*?)</div>', page.content.decode(), flags=re.DOTALL)
    with override(language):
        plural = capfirst(str(Topic._meta.verbose_name_plural))
    assert way
    steps = [step.strip() for step in re.sub(r"<[^>]+>", "", way[1]).split("&rsaquo;")]
    assert steps[1:] == [plural, "sport"]


def test_a_sentence_about_what_was_saved_needs_no_article(client):
    client.post("/admin/practices/topic/add/", {"slug": "sport", "name_fr": "Sport"})

    page = client.get("/admin/practices/topic/")

    assertContains(page, "c’est ajouté")
