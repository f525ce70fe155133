import datetime

import pytest
from django.utils import timezone, translation
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from contacts.models import Commune
from gresil.communes import MOST_PRACTICES
from gresil.surroundings import (
    MOST_COMMUNES,
    band_of,
    neighbourhood,
    similar_communes,
)
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

pytestmark = pytest.mark.django_db


def section(client, path: str, heading: str) -> str:
    """The HTML of the section of a page that a heading of this id names; empty when there is none."""
    html = client.get(path).content.decode()
    _before, _mark, after = html.partition(f'aria-labelledby="{heading}"')
    return after.partition("</section>")[0]


def test_fiches_of_the_commune_of_its_region_and_of_the_country_stand_apart(client):
    strassen = make_commune(slug="strassen")
    make_practice(communes=(strassen,), title_fr="Le café")
    make_practice(communes=(strassen, make_commune()), territory="regional", title_fr="Le réseau")
    make_practice(territory="national", title_fr="La ligne")

    parts = [
        section(client, "/fr/communes/strassen/", f"{name}-heading") for name in ("practices", "regional", "national")
    ]

    for title, part in zip(["Le café", "Le réseau", "La ligne"], parts, strict=True):
        assert title in part
        assert not [other for other in parts if other != part and title in other]


def test_a_commune_with_regional_fiches_only_does_not_say_that_it_has_none(client):
    make_practice(communes=(make_commune(slug="strassen"),), territory="regional", title_fr="Le réseau")

    assert "Le réseau" in section(client, "/fr/communes/strassen/", "regional-heading")
    assert not section(client, "/fr/communes/strassen/", "practices-heading")
    assert not section(client, "/fr/communes/strassen/", "by-neighbours-heading")


def test_a_commune_names_its_canton_neighbours_people_and_organisations(client):
    strassen = make_commune(slug="strassen", canton=make_canton(slug="luxembourg", name_fr="Luxembourg"))
    strassen.neighbours.add(make_commune(slug="bertrange", name_fr="Bertrange"))
    make_commune(name_fr="Clervaux")
    make_contact(commune=strassen, name="Luiza Sosna")
    make_organisation(commune=strassen, slug="amis", name_fr="Les Amis")

    response = client.get("/fr/communes/strassen/")

    assertContains(response, 'href="/fr/communes/#luxembourg"')
    assertInHTML('<li><a href="/fr/communes/bertrange/">Bertrange</a></li>', response.content.decode())
    assertContains(response, "Luiza Sosna")
    assertContains(response, '<a href="/fr/organisations/amis/">Les Amis</a>')
    assertNotContains(response, "Clervaux")


def test_a_former_neighbour_gives_way_to_the_commune_of_today(client):
    strassen, today = make_commune(slug="strassen"), make_commune(name_fr="Habscht")
    strassen.neighbours.add(make_merged_commune(today, name_fr="Hobscheid"))

    assert client.get("/fr/communes/strassen/").context["neighbours"] == []


def test_where_there_is_nothing_yet_neighbours_and_the_helpdesk_help_on(client):
    strassen, bertrange = make_commune(slug="strassen"), make_commune()
    strassen.neighbours.add(bertrange)
    for number in range(8):
        make_practice(communes=(bertrange,), title_fr=f"Projet {number}")
    make_practice(communes=(make_commune(),), title_fr="Trop loin")
    make_contact(slug="agence-interculturelle", desk_fr="Agence interculturelle", name="")

    html = section(client, "/fr/communes/strassen/", "by-neighbours-heading")

    assert html.count("<article") == 6
    assert "Trop loin" not in html
    assertContains(client.get("/fr/communes/strassen/"), 'href="#helpdesk-heading"')


def test_a_commune_with_a_fiche_needs_no_help_of_its_neighbours(client):
    strassen, bertrange = make_commune(slug="strassen"), make_commune()
    strassen.neighbours.add(bertrange)
    make_practice(communes=(bertrange,))
    make_practice(communes=(strassen,))

    assert not section(client, "/fr/communes/strassen/", "by-neighbours-heading")


def test_a_draft_is_shown_to_no_commune(client):
    canton = make_canton()
    strassen, bertrange = make_commune(slug="strassen", canton=canton), make_commune(canton=canton)
    strassen.neighbours.add(bertrange)
    make_practice(communes=(bertrange,), theme=make_theme(title_fr="Logement"), state="draft", title_fr="Brouillon")

    response = client.get("/fr/communes/strassen/")

    assertNotContains(response, "Brouillon")
    for name in ("by-neighbours", "missing", "similar"):
        assertNotContains(response, f'id="{name}-heading"')


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


def alike(commune: Commune) -> list[tuple[str, list[str]]]:
    with translation.override("en"):
        return [(row.commune.name, row.reasons) for row in similar_communes(commune, Library())]


def test_communes_alike_share_canton_or_size_and_say_which():
    here, there = make_canton(), make_canton()
    strassen = make_commune(canton=here, population=9_000)
    for name, canton, population in [
        ("Les deux", here, 6_000),
        ("Canton", here, 30_000),
        ("Canton seul connu", here, None),
        ("Taille", there, 9_999),
        ("Rien", there, 10_000),
        ("Inconnue", there, None),
    ]:
        make_practice(communes=(make_commune(name_fr=name, canton=canton, population=population),))
    make_commune(name_fr="Sans fiche", canton=here, population=9_000)

    assert alike(strassen) == [
        ("Les deux", ["same canton", "similar size"]),
        ("Canton seul connu", ["same canton"]),
        ("Canton", ["same canton"]),
        ("Taille", ["similar size"]),
    ]


def test_a_commune_of_unknown_size_has_those_of_its_canton():
    here = make_canton()
    strassen = make_commune(canton=here)
    make_practice(communes=(make_commune(name_fr="Canton", canton=here),))
    make_practice(communes=(make_commune(name_fr="Ailleurs", canton=make_canton()),))

    assert alike(strassen) == [("Canton", ["same canton"])]


def test_the_largest_communes_are_alike_however_large():
    strassen = make_commune(canton=make_canton(), population=20_000)
    make_practice(communes=(make_commune(name_fr="Luxembourg", canton=make_canton(), population=136_000),))

    assert alike(strassen) == [("Luxembourg", ["similar size"])]


def test_no_more_than_five_communes_are_alike_with_their_three_newest_fiches(client):
    make_commune(slug="strassen")
    others = [make_commune() for _ in range(7)]
    for days in range(5):
        published_at = timezone.now() - datetime.timedelta(days=days)
        make_practice(communes=tuple(others), title_fr=f"Il y a {days}", published_at=published_at)

    rows = client.get("/fr/communes/strassen/").context["similar"]

    assert len(rows) == MOST_COMMUNES == 5
    assert [practice.title for practice in rows[0][1]] == ["Il y a 0", "Il y a 1", "Il y a 2"]


def test_a_fiche_that_serves_the_commune_itself_makes_no_other_commune_alike():
    strassen, bertrange = make_commune(), make_commune()
    make_practice(communes=(strassen, bertrange), territory="regional")

    assert similar_communes(strassen, Library()) == []


def test_a_commune_like_another_answers_for_those_that_merged_into_it(client):
    make_commune(slug="strassen")
    today = make_commune(name_fr="Groussbus-Wal")
    grosbous, wahl = make_merged_commune(today), make_merged_commune(today)
    make_practice(communes=(grosbous, wahl, today), title_fr="Une fois")

    rows = client.get("/fr/communes/strassen/").context["similar"]

    assert [(other.commune.name, [practice.title for practice in practices]) for other, practices in rows] == [
        ("Groussbus-Wal", ["Une fois"])
    ]


def test_a_merged_commune_leads_to_its_successor_instead_of_likenesses(client):
    today = make_commune(slug="habscht", name_fr="Habscht")
    merged = make_merged_commune(today, slug="hobscheid", name_fr="Hobscheid")
    make_practice(communes=(make_commune(),))

    assert similar_communes(merged, Library()) == []
    assertContains(client.get("/fr/communes/hobscheid/"), 'href="/fr/communes/habscht/"')
    assertContains(client.get("/fr/communes/habscht/"), 'href="/fr/communes/hobscheid/"')
    assertNotContains(client.get("/fr/communes/hobscheid/"), 'id="similar-heading"')


def test_communes_alike_are_links_with_their_fiches(client):
    make_commune(slug="strassen")
    make_practice(slug="jardin", title_fr="Le jardin", communes=(make_commune(slug="mersch", name_fr="Mersch"),))

    french = section(client, "/fr/communes/strassen/", "similar-heading")
    english = section(client, "/en/communes/strassen/", "similar-heading")

    assert '<a href="/fr/communes/mersch/">Mersch</a>' in french
    assert '<a href="/fr/practices/jardin/">Le jardin</a>' in french
    assert "<small>same canton</small>" in english
    assert '<a href="/en/practices/jardin/"><span lang="fr">Le jardin</span></a>' in english


def test_themes_of_the_neighbours_that_a_commune_lacks_lead_to_the_library(client):
    strassen = make_commune(slug="strassen")
    near, other = make_commune(slug="bertrange", name_fr="Bertrange"), make_commune(slug="mamer", name_fr="Mamer")
    strassen.neighbours.add(near, other)
    housing = make_theme(slug="housing", code="1a", title_fr="Logement")
    pci = make_theme(slug="pci", code="1b", title_fr="Plan")
    participation = make_theme(slug="participation", code="3", title_fr="Participation")
    make_practice(theme=housing, communes=(near,))
    make_practice(theme=housing, communes=(other,))
    make_practice(theme=pci, communes=(near,))
    make_practice(theme=pci, communes=(strassen,))
    make_practice(theme=participation, communes=(make_commune(),))

    html = section(client, "/fr/communes/strassen/", "missing-heading")

    assert 'href="/fr/practices/?theme=housing&amp;commune=bertrange"' in html
    assert 'href="/fr/practices/?theme=housing&amp;commune=mamer"' in html
    assert "theme=pci" not in html
    assert "theme=participation" not in html


def test_a_theme_counts_as_covered_through_a_region_or_a_former_commune():
    strassen, near = make_commune(), make_commune()
    housing, pci = make_theme(slug="housing"), make_theme(slug="pci")
    make_practice(theme=housing, communes=(near,))
    make_practice(theme=pci, communes=(make_merged_commune(near),))
    make_practice(theme=housing, communes=(make_merged_commune(strassen),))

    strassen.neighbours.add(near)
    neighbours, missing = neighbourhood(strassen, Library())

    assert [(neighbour, neighbour.practice_count) for neighbour in neighbours] == [(near, 2)]
    assert [(row.theme, row.neighbours) for row in missing] == [(pci, [near])]


def test_a_commune_that_lacks_nothing_says_nothing_of_it(client):
    strassen, near = make_commune(slug="strassen"), make_commune()
    strassen.neighbours.add(near)
    make_practice(communes=(strassen, near))

    assert not section(client, "/fr/communes/strassen/", "missing-heading")


def test_a_commune_with_very_many_fiches_leads_to_the_library(client):
    strassen = make_commune(slug="strassen")
    for _ in range(MOST_PRACTICES):
        make_practice(communes=(strassen,))
    assertNotContains(client.get("/fr/communes/strassen/"), 'href="/fr/practices/?commune=strassen"')

    make_practice(communes=(strassen,))

    response = client.get("/fr/communes/strassen/")
    assertContains(response, 'href="/fr/practices/?commune=strassen"')
    assert len(response.context["practices"]) == MOST_PRACTICES


@pytest.mark.parametrize("has_own", [True, False], ids=["with fiches", "without"])
def test_a_commune_asks_the_database_as_often_among_many_neighbours_as_among_few(
    client, django_assert_max_num_queries, has_own
):
    strassen = make_commune(slug="strassen", population=3_000)
    make_practice(communes=(strassen,) if has_own else (), theme=make_theme())

    def add_neighbours(count: int) -> None:
        for number in range(count):
            neighbour = make_commune(population=3_000)
            strassen.neighbours.add(neighbour)
            make_practice(communes=(neighbour,), theme=make_theme())
            make_practice(communes=(neighbour, make_commune()), territory="regional", title_fr=f"Réseau {number}")

    add_neighbours(2)
    with django_assert_max_num_queries(15) as small:
        client.get("/fr/communes/strassen/")
    add_neighbours(18)
    with django_assert_max_num_queries(15) as full:
        client.get("/fr/communes/strassen/")

    assert len(full) == len(small)
