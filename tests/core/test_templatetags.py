import datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from core.templatetags.core_tags import day, figure, host, language_links, partial_date, phone_uri
from tests.factories import make_practice, make_session, make_theme


def render(source: str, **context) -> str:
    return Template("{% load core_tags %}" + source).render(Context(context))


@pytest.mark.django_db
def test_a_text_in_another_language_carries_its_own_lang():
    theme = make_theme(title_fr="Logement", title_de="Wohnen & mehr")

    with translation.override("de"):
        assert render("{% text theme 'title' %}", theme=theme) == "Wohnen &amp; mehr"
    with translation.override("lb"):
        assert render("{% text theme 'title' %}", theme=theme) == '<span lang="fr">Logement</span>'


@pytest.mark.django_db
def test_a_rich_text_keeps_its_marks_and_says_its_language():
    section = make_practice(body="<p>Un <strong>mot</strong></p>").sections.get()

    with translation.override("en"):
        html = render("{% rich_text section 'body' %}", section=section)

    assert html == '<div class="prose" lang="fr"><p>Un <strong>mot</strong></p></div>'


@pytest.mark.django_db
def test_a_plain_text_keeps_its_lines_and_escapes_what_looks_like_a_mark():
    item = make_session().agenda_items.create(title_fr="Accueil", description_fr="Café\n<b>thé</b>")

    with translation.override("en"):
        html = render("{% text_lines item 'description' %}", item=item)

    assert html == '<div class="prose" lang="fr"><p>Café<br>&lt;b&gt;thé&lt;/b&gt;</p></div>'


@pytest.mark.parametrize(
    ("precision", "language", "shown"),
    [
        ("year", "fr", "2016"),
        ("month", "fr", "mars 2016"),
        ("day", "fr", "9 mars 2016"),
        ("day", "de", "9. März 2016"),
        ("day", "lb", "9. Mäerz 2016"),
        ("day", "en", "9 March 2016"),
    ],
)
def test_a_date_shows_as_much_as_its_source_tells(precision, language, shown):
    with translation.override(language):
        assert partial_date(datetime.date(2016, 3, 9), precision) == shown


def test_an_unknown_date_shows_nothing():
    assert partial_date(None, "") == ""


@pytest.mark.parametrize(
    ("language", "shown"), [("fr", "1\u202f262"), ("de", "1.262"), ("lb", "1.262"), ("en", "1,262")]
)
def test_a_figure_is_grouped_as_the_language_writes_it(language, shown):
    with translation.override(language):
        assert figure(Decimal("1262.00")).replace("\xa0", "\u202f") == shown


def test_a_figure_keeps_its_decimals():
    with translation.override("fr"):
        assert figure(Decimal("0.50")) == "0,5"


def test_a_telephone_number_can_be_called():
    assert phone_uri("+352 43 83 33-1") == "tel:+3524383331"


def test_a_web_address_is_shown_as_people_read_it():
    assert host("https://www.differdange.lu/wok/") == "differdange.lu/wok"


@pytest.mark.parametrize(
    ("language", "shown"),
    [("fr", "1er avril 2016"), ("de", "1. April 2016"), ("lb", "1. Abrëll 2016"), ("en", "1 April 2016")],
)
def test_the_first_of_a_month_is_written_as_the_language_does(language, shown):
    with translation.override(language):
        assert day(datetime.date(2016, 4, 1)) == shown


def test_a_kept_part_is_made_once_for_each_value_of_its_inputs():
    made = []
    template = Template("{% load core_tags %}{% kept language %}{{ make }} in {{ language }}{% endkept %}")

    pages = [
        template.render(Context({"language": language, "make": lambda: made.append(1) or len(made)}))
        for language in ["fr", "de", "fr", "de"]
    ]

    assert pages == ["1 in fr", "2 in de", "1 in fr", "2 in de"]


def test_a_page_that_does_not_exist_is_the_same_address_in_each_language(rf):
    request = rf.get("/fr/nothing/")

    with translation.override("fr"):
        links = language_links(Context({"request": request}))

    assert {link["address"] for link in links} == {"/fr/nothing/"}
