import datetime
import re

import pytest
from django.utils import timezone, translation
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from contacts.models import Commune, Display
from gresil.communes import MOST_AT_ONCE, MOST_IDEAS, MOST_PRACTICES, MOST_SERVICES
from gresil.surroundings import Nearness, band_of, circles_around
from library.sets import Library
from tests.factories import (
    make_canton,
    make_commune,
    make_contact,
    make_merged_commune,
    make_organisation,
    make_practice,
    make_theme,
)
from tests.pages import main_of

pytestmark = pytest.mark.django_db

PATH = "/fr/communes/strassen/"


def section(client, heading: str, path: str = PATH) -> str:
    """The HTML of the section of a page that a heading of this id names; empty when there is none."""
    html = client.get(path).content.decode()
    _before, _mark, after = html.partition(f'aria-labelledby="{heading}"')
    return after.partition("</section>")[0]


def ideas_of(client, path: str = "/en/communes/strassen/") -> list[tuple[str, str]]:
    """(title, reason) of the ideas from near by, as the page shows them."""
    html = section(client, "ideas-heading", path)
    titles = re.findall(r'practice-card-title"><a href="[^"]+">(?:<span lang="fr">)?([^<]+)', html)
    reasons = re.findall(r'practice-card-reason">([^<]+)<', html)
    return list(zip(titles, reasons, strict=True))


def make_helpdesk(**fields):
    return make_contact(**{"slug": "agence-interculturelle", "name": "", "desk_fr": "Agence interculturelle"} | fields)


def test_people_come_first_then_what_there_is_ideas_the_country_and_the_facts(client):
    strassen = make_commune(slug="strassen", population=9_000)
    near = make_commune()
    strassen.neighbours.add(near)
    make_practice(communes=(strassen,))
    make_practice(communes=(strassen, make_commune()), territory="regional")
    make_practice(communes=(near,))
    make_practice(territory="national")

    html = client.get(PATH).content.decode()

    headings = re.findall(r'<section[^>]* aria-labelledby="([\w-]+)-heading"', html)
    assert headings == ["people", "practices", "regional", "ideas", "national", "facts"]


def test_fiches_of_the_commune_of_its_region_and_of_the_country_stand_apart(client):
    strassen = make_commune(slug="strassen")
    make_practice(communes=(strassen,), title_fr="Le café")
    make_practice(communes=(strassen, make_commune()), territory="regional", title_fr="Le réseau")
    make_practice(territory="national", title_fr="La ligne")

    parts = [section(client, f"{name}-heading") for name in ("practices", "regional", "national")]

    for title, part in zip(["Le café", "Le réseau", "La ligne"], parts, strict=True):
        assert title in part
        assert not [other for other in parts if other != part and title in other]


def test_a_commune_with_regional_fiches_only_does_not_say_that_it_has_none(client):
    make_practice(communes=(make_commune(slug="strassen"),), territory="regional", title_fr="Le réseau")

    assert "Le réseau" in section(client, "regional-heading")
    assert not section(client, "practices-heading")


def test_a_commune_names_its_canton_its_other_names_and_its_neighbours(client):
    strassen = make_commune(
        slug="strassen", name_fr="Strassen", name_de="Strassen", name_lb="Stroossen",
        canton=make_canton(slug="luxembourg", name_fr="Luxembourg"),
    )  # fmt: skip
    strassen.neighbours.add(make_commune(slug="bertrange", name_fr="Bertrange"))
    make_commune(name_fr="Clervaux")

    response = client.get(PATH)

    assertContains(response, 'href="/fr/communes/#luxembourg"')
    assertInHTML('<p class="commune-names"><span lang="lb">Stroossen</span></p>', response.content.decode())
    assertInHTML('<li><a href="/fr/communes/bertrange/">Bertrange</a></li>', response.content.decode())
    assertNotContains(response, "Clervaux")


def test_a_commune_of_one_name_has_no_others(client):
    make_commune(slug="strassen", name_fr="Strassen", name_de="Strassen")

    assertNotContains(client.get(PATH), "commune-names")


def test_the_outline_of_a_commune_is_its_emblem_and_one_that_is_not_drawn_has_none(client):
    today = make_commune(slug="strassen", code="0309")
    make_merged_commune(today, slug="alt", code="0309-2017")

    assertContains(client.get(PATH), '<use href="/static/img/communes.svg#c0309" />')
    assertNotContains(client.get("/fr/communes/alt/"), "emblem")


def test_whom_to_talk_to_are_the_communes_people_its_website_and_its_organisations(client):
    strassen = make_commune(slug="strassen", website="https://www.strassen.lu/")
    contact = make_contact(commune=strassen, name="Luiza Sosna", phones="+352 310 262-270")
    make_practice(slug="cafe", communes=(strassen,), contacts=(contact,), title_fr="Café de Babel")
    make_organisation(commune=strassen, slug="amis", name_fr="Les Amis")
    make_contact(name="Marc Ailleurs")

    html = section(client, "people-heading")

    assert "Luiza Sosna" in html
    assert 'href="tel:+352310262270"' in html
    assert '<a href="https://www.strassen.lu/" rel="external">strassen<wbr>.lu</a>' in html
    assert '<a href="/fr/practices/cafe/">Café de Babel</a>' in html
    assert '<a href="/fr/organisations/amis/">Les Amis</a>' in html
    assert "Marc Ailleurs" not in html


def test_the_people_of_a_regional_service_stand_on_each_of_its_communes(client):
    redange, ell = make_commune(slug="strassen"), make_commune(slug="ell")
    regional, hidden = make_contact(name="Monique Mahowald"), make_contact(name="Cachée", display=Display.HIDDEN)
    make_practice(communes=(redange, ell), territory="regional", contacts=(regional, hidden), title_fr="HausCaRe")

    for path in (PATH, "/fr/communes/ell/"):
        html = section(client, "people-heading", path)
        assert "Monique Mahowald" in html
        assert "HausCaRe" in html
        assert "Cachée" not in html


def test_the_helpdesk_stands_among_the_people_of_each_commune(client):
    make_commune(slug="strassen")
    make_helpdesk(phones="+352 43 83 33-1")

    html = section(client, "people-heading")

    assert html.count('href="tel:+3524383331"') == 1
    assert 'href="/fr/helpdesk/"' in html


def test_no_number_of_a_body_that_is_no_more_is_given_but_whom_to_ask_today(client):
    today = make_organisation(slug="ona", name_fr="Office national de l’accueil")
    gone = make_organisation(dissolved_on=datetime.date(2019, 12, 31), dissolved_precision="year")
    gone.successors.add(today)
    strassen = make_commune(slug="strassen")
    make_contact(commune=strassen, organisation=gone, phones="+352 247-85752", email="a@olai.lu")

    response = client.get(PATH)

    assertNotContains(response, "tel:")
    assertNotContains(response, "a@olai.lu")
    assert "/fr/organisations/ona/" in section(client, "people-heading")


def test_more_than_three_people_of_a_commune_are_shown_on_demand(client):
    strassen = make_commune(slug="strassen")
    for number in range(5):
        make_contact(commune=strassen, name=f"Personne {number}", sort_name=f"{number}")

    at_once, on_demand = section(client, "people-heading").split("<details>")

    assert [number for number in range(5) if f"Personne {number}" in at_once] == [0, 1, 2]
    assert [number for number in range(5) if f"Personne {number}" in on_demand] == [3, 4]


def test_a_former_neighbour_gives_way_to_the_commune_of_today(client):
    strassen, today = make_commune(slug="strassen"), make_commune(name_fr="Habscht")
    strassen.neighbours.add(make_merged_commune(today, name_fr="Hobscheid"))

    assert client.get(PATH).context["neighbours"] == []


def test_where_there_is_nothing_yet_the_helpdesk_and_ideas_help_on(client):
    strassen, bertrange = make_commune(slug="strassen"), make_commune()
    strassen.neighbours.add(bertrange)
    for number in range(MOST_IDEAS + 2):
        make_practice(communes=(bertrange,), title_fr=f"Projet {number}")

    assert len(ideas_of(client)) == MOST_IDEAS == 6
    assert 'href="/fr/helpdesk/"' in section(client, "practices-heading")


def test_each_idea_stands_once_with_its_reason_neighbours_before_communes_alike(client):
    here, there = make_canton(), make_canton()
    strassen = make_commune(slug="strassen", canton=here, population=9_000)
    bertrange = make_commune(name_fr="Bertrange", canton=here, population=8_900)
    mamer = make_commune(name_fr="Mamer", canton=there, population=10_000)
    strassen.neighbours.add(bertrange, mamer)
    same = make_commune(name_fr="Walferdange", canton=here, population=8_000)
    canton = make_commune(name_fr="Luxembourg", canton=here, population=130_000)
    dalheim = make_commune(name_fr="Dalheim", canton=there, population=9_001)
    manternach = make_commune(name_fr="Manternach", canton=there, population=9_100)
    make_practice(communes=(dalheim, manternach), title_fr="Taille")
    make_practice(communes=(canton,), title_fr="Canton")
    make_practice(communes=(same,), title_fr="Les deux")
    make_practice(communes=(bertrange, mamer, dalheim), title_fr="Voisines")
    make_practice(communes=(mamer, same), title_fr="Voisine")
    make_practice(communes=(make_commune(canton=there, population=100),), title_fr="Trop loin")

    assert sorted(ideas_of(client)[:2]) == [
        ("Voisine", "Neighbouring municipality: Mamer"),
        ("Voisines", "Neighbouring municipalities: Bertrange, Mamer"),
    ]
    assert ideas_of(client)[2:] == [
        ("Les deux", "Same canton, similar size: Walferdange"),
        ("Canton", "Same canton: Luxembourg"),
        ("Taille", "Similar size: Dalheim, Manternach"),
    ]


def test_no_idea_is_what_the_commune_has_or_the_whole_country(client):
    strassen, bertrange = make_commune(slug="strassen"), make_commune()
    strassen.neighbours.add(bertrange)
    make_practice(communes=(strassen, bertrange), territory="regional")
    make_practice(communes=(bertrange,), territory="national")

    assert not section(client, "ideas-heading")


def test_no_more_than_three_communes_are_the_reason_of_an_idea(client):
    make_commune(slug="strassen")
    others = [make_commune(name_fr=name) for name in "ABCDE"]
    make_practice(communes=tuple(others), title_fr="Partout")

    assert ideas_of(client) == [("Partout", "Same canton: A, B, C")]


def test_what_a_commune_does_not_do_is_said_nowhere(client):
    strassen, bertrange = make_commune(slug="strassen"), make_commune()
    strassen.neighbours.add(bertrange)
    make_practice(communes=(bertrange,), theme=make_theme(slug="housing"))

    html = main_of(client.get(PATH))

    assert "missing" not in html
    assert "pas encore" not in html.replace("Aucune fiche ne parle encore", "")


def test_a_draft_is_shown_to_no_commune(client):
    canton = make_canton()
    strassen, bertrange = make_commune(slug="strassen", canton=canton), make_commune(canton=canton)
    strassen.neighbours.add(bertrange)
    make_practice(communes=(bertrange,), state="draft", title_fr="Brouillon")
    make_practice(territory="national", state="draft", title_fr="Brouillon")

    assertNotContains(client.get(PATH), "Brouillon")


def test_what_may_be_asked_for_in_the_whole_country_stands_apart_from_what_is_over(client):
    make_commune(slug="strassen")
    lisko = make_organisation(name_fr="Croix-Rouge")
    make_practice(territory="national", title_fr="LISKO", organisations=(lisko,))
    make_practice(territory="national", title_fr="La brochure", status="ended")
    make_practice(
        territory="national", title_fr="La revue", ended_on=datetime.date(2018, 12, 31), ended_precision="day"
    )

    at_once, on_demand = section(client, "national-heading").split("<details>")

    assert "LISKO" in at_once
    assert "Croix-Rouge" in at_once
    assert "2017" in at_once
    for title in ("La brochure", "La revue"):
        assert title in on_demand
        assert title not in at_once


@pytest.mark.parametrize(
    ("population", "band"),
    [
        (None, None),
        (0, (0, 2_000)),
        (1_999, (0, 2_000)),
        (2_000, (2_000, 5_000)),
        (9_999, (5_000, 10_000)),
        (10_000, (10_000, 20_000)),
        (20_000, (20_000, None)),
        (136_000, (20_000, None)),
    ],
)
def test_communes_are_of_like_size_within_bands(population, band):
    assert band_of(population) == band


def near(commune: Commune) -> list[tuple[Nearness, list[str]]]:
    with translation.override("en"):
        circles = circles_around(commune, Library())
        return [(circle.nearness, [other.name for other in circle.communes]) for circle in circles if circle.communes]


def test_the_circles_around_a_commune_hold_each_other_once_the_most_alike_first():
    here, there = make_canton(), make_canton()
    strassen = make_commune(canton=here, population=9_000)
    strassen.neighbours.add(make_commune(name_fr="Voisine", canton=here, population=9_000))
    for name, canton, population in [
        ("Moins", here, 6_000),
        ("Plus", here, 8_900),
        ("Grande", here, 30_000),
        ("Inconnue d'ici", here, None),
        ("Taille", there, 9_999),
        ("Rien", there, 10_000),
        ("Inconnue", there, None),
    ]:
        make_commune(name_fr=name, canton=canton, population=population)

    assert near(strassen) == [
        (Nearness.NEIGHBOUR, ["Voisine"]),
        (Nearness.CANTON_AND_SIZE, ["Plus", "Moins"]),
        (Nearness.CANTON, ["Inconnue d'ici", "Grande"]),
        (Nearness.SIZE, ["Taille"]),
    ]


def test_a_commune_of_unknown_size_has_those_of_its_canton():
    here = make_canton()
    strassen = make_commune(canton=here)
    make_commune(name_fr="Canton", canton=here)
    make_commune(name_fr="Ailleurs", canton=make_canton())

    assert near(strassen) == [(Nearness.CANTON, ["Canton"])]


def test_the_largest_communes_are_alike_however_large():
    strassen = make_commune(canton=make_canton(), population=20_000)
    make_commune(name_fr="Luxembourg", canton=make_canton(), population=136_000)

    assert near(strassen) == [(Nearness.SIZE, ["Luxembourg"])]


def test_a_commune_near_another_answers_for_those_that_merged_into_it(client):
    make_commune(slug="strassen")
    today = make_commune(name_fr="Groussbus-Wal")
    grosbous, wahl = make_merged_commune(today), make_merged_commune(today)
    make_practice(communes=(grosbous, wahl, today), title_fr="Une fois")

    assert ideas_of(client) == [("Une fois", "Same canton: Groussbus-Wal")]


def test_a_merged_commune_leads_to_its_successor_instead_of_ideas(client):
    today = make_commune(slug="habscht", name_fr="Habscht")
    merged = make_merged_commune(today, slug="hobscheid", name_fr="Hobscheid")
    make_practice(communes=(make_commune(),))

    assert circles_around(merged, Library()) == []
    assertContains(client.get("/fr/communes/hobscheid/"), 'href="/fr/communes/habscht/"')
    assertContains(client.get("/fr/communes/habscht/"), 'href="/fr/communes/hobscheid/"')
    assertNotContains(client.get("/fr/communes/hobscheid/"), 'id="ideas-heading"')


def test_a_commune_with_many_fiches_shows_some_on_demand_and_with_very_many_leads_to_the_library(client):
    strassen = make_commune(slug="strassen")
    for days in range(MOST_PRACTICES):
        published_at = timezone.now() - datetime.timedelta(days=days)
        make_practice(communes=(strassen,), published_at=published_at)
    assertNotContains(client.get(PATH), 'href="/fr/practices/?commune=strassen"')

    make_practice(communes=(strassen,))

    at_once, on_demand = section(client, "practices-heading").split('<details class="on-demand">')
    assert at_once.count("<article") == MOST_AT_ONCE == 8
    assert on_demand.count("<article") == MOST_PRACTICES - MOST_AT_ONCE
    assertContains(client.get(PATH), 'href="/fr/practices/?commune=strassen"')


def test_the_people_of_the_newest_regional_services_are_named(client):
    strassen = make_commune(slug="strassen")
    for number in range(MOST_SERVICES + 1):
        people = (make_contact(name=f"Ada {number}"),)
        published_at = timezone.now() - datetime.timedelta(days=9 - number)
        make_practice(communes=(strassen,), territory="regional", contacts=people, published_at=published_at)

    people = section(client, "people-heading")

    assert [number for number in range(MOST_SERVICES + 1) if f"Ada {number}" in people] == [1, 2, 3]


@pytest.mark.parametrize("has_own", [True, False], ids=["with fiches", "without"])
def test_a_commune_asks_the_database_as_often_among_many_neighbours_as_among_few(
    client, django_assert_max_num_queries, has_own
):
    strassen = make_commune(slug="strassen", population=3_000)
    make_helpdesk()
    make_practice(communes=(strassen,) if has_own else (), theme=make_theme())

    def add_neighbours(count: int) -> None:
        for number in range(count):
            neighbour = make_commune(population=3_000)
            strassen.neighbours.add(neighbour)
            make_practice(communes=(neighbour,), theme=make_theme())
            regional = (strassen, neighbour) if has_own else (neighbour, make_commune())
            people, carriers = (make_contact(),), (make_organisation(),)
            make_practice(communes=regional, territory="regional", title_fr=f"Réseau {number}", contacts=people)
            make_practice(territory="national", organisations=carriers)
            make_contact(commune=strassen)
            make_organisation(commune=strassen)

    add_neighbours(2)
    with django_assert_max_num_queries(15) as small:
        client.get(PATH)
    add_neighbours(18)
    with django_assert_max_num_queries(15) as full:
        client.get(PATH)

    assert len(full) == len(small)
