import datetime
import gzip
import re
from itertools import accumulate, pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from contacts.map import DARKEST, Step, box_of, drawing, outlines, steps
from contacts.models import Canton, Commune
from tests.factories import make_canton, make_commune, make_merged_commune, make_practice, make_theme

STATIC = Path(settings.BASE_DIR) / "static"
FILE = STATIC / "img" / "communes.svg"


def on_the_map(
    code: str = "0101", name: str = "Dippach", local_count: int = 0, regional_count: int = 0
) -> SimpleNamespace:
    canton = SimpleNamespace(code="01", name="Capellen", name_fr="Capellen")
    return SimpleNamespace(
        code=code,
        slug=name.lower(),
        name=name,
        name_fr=name,
        practice_count=local_count + regional_count,
        local_count=local_count,
        regional_count=regional_count,
        newest_practices=[],
        canton=canton,
        get_absolute_url=f"/fr/communes/{name.lower()}/",
    )


def test_the_outlines_are_small_and_leave_their_colour_to_the_page():
    svg = FILE.read_text()

    assert len(gzip.compress(svg.encode(), 9)) <= 25_000
    for kind in "chp":
        assert len(re.findall(rf'id="{kind}\d{{4}}"', svg)) == len(outlines().boxes) == 100
    assert svg.count('id="cantons"') == 1
    assert "fill" not in svg
    assert "<style" not in svg
    assert "ACT), CC0" in svg
    assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.usefixtures("content")
def test_every_commune_of_today_is_drawn_and_no_other():
    assert set(outlines().boxes) == set(Commune.objects.current().values_list("code", flat=True))
    assert set(outlines().chief_towns) == set(Canton.objects.values_list("code", flat=True))


def points_of(path: str) -> list[tuple[int, int]]:
    """All corners of an outline, those of its second ring behind those of its first."""
    points = []
    for ring in filter(None, path.split("z")):
        numbers = [int(number) for number in re.findall(r"-?\d+", ring)]
        points += list(zip(accumulate(numbers[0::2]), accumulate(numbers[1::2]), strict=True))
    return points


def test_the_borders_of_the_cantons_run_along_those_of_communes():
    svg = FILE.read_text()
    corners = {point for path in re.findall(r'id="c\d{4}" d="([^"]+)"', svg) for point in points_of(path)}
    [borders] = re.findall(r'id="cantons" d="([^"]+)"', svg)
    lines = [points_of(line) for line in borders.split("M") if line]

    assert len(lines) > 20
    assert not {point for line in lines for point in line} - corners


def test_the_box_of_a_commune_holds_its_outline_with_a_rim():
    assert box_of("M10 20l5 0 0 10-5 0zM40 50l2 0 0 2z") == "7 17 38 38"


def test_each_commune_has_its_point_within_its_box():
    for code, (x, y) in outlines().centres.items():
        left, top, width, height = map(int, outlines().boxes[code].split())
        assert left < x < left + width
        assert top < y < top + height


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([], []),
        ([0, 0], []),
        ([0, 7, 7], [(4, 7, 7)]),
        ([1, 2], [(2, 1, 1), (4, 2, 2)]),
        ([1, 2, 9], [(1, 1, 1), (2, 2, 2), (4, 9, 9)]),
        ([1, 2, 3, 4, 5, 6, 7, 8], [(1, 1, 2), (2, 3, 4), (3, 5, 6), (4, 7, 8)]),
        ([3, 900, 1000, 1100, 1200], [(1, 3, 3), (2, 900, 900), (3, 1000, 1000), (4, 1100, 1200)]),
    ],
)
def test_shades_follow_the_numbers_and_the_highest_is_darkest(counts, expected):
    assert steps(counts) == [Step(0, 0, 0), *(Step(*step) for step in expected)]


def test_a_commune_that_is_not_drawn_stands_in_the_table_only():
    new = on_the_map(code="9999", name="Neuve", local_count=2)

    result = drawing([on_the_map(), new])

    assert [place.commune.name for place in result.places] == ["Dippach"]
    html = render_to_string("components/map.html", {"communes": [on_the_map(), new]})
    assert "#c9999" not in html
    assertInHTML('<th scope="row"><a href="/fr/communes/neuve/">Neuve</a> <small>Capellen</small></th>', html)


def test_a_fiche_of_the_commune_is_a_dot_one_of_a_region_is_hatched_and_both_have_a_legend():
    local = render_to_string("components/map.html", {"communes": [on_the_map(local_count=2)]})
    regional = render_to_string("components/map.html", {"communes": [on_the_map(regional_count=2)]})
    none = render_to_string("components/map.html", {"communes": [on_the_map()]})

    assert "communes.svg#p0101" in local
    assert "communes.svg#h0101" not in local
    assert "communes.svg#h0101" in regional
    assert "communes.svg#p0101" not in regional
    assert [html.count('<svg class="swatch"') for html in (local, regional, none)] == [1, 1, 0]
    assert "<td>2</td> <td>0</td>" in " ".join(local.split())
    assert "<td>0</td> <td>2</td>" in " ".join(regional.split())


def test_the_cantons_have_outlines_and_the_names_of_their_chief_towns():
    html = render_to_string("components/map.html", {"communes": [on_the_map()]})

    assert "communes.svg#cantons" in html
    assert re.search(r'<text x="\d+" y="\d+">Capellen</text>', html)


@pytest.mark.django_db
def test_the_panel_has_the_newest_fiches_of_each_commune_and_the_way_to_its_page(client):
    strassen = make_commune(code="0309", slug="strassen", name_fr="Strassen")
    for days in range(5):
        published_at = timezone.now() - datetime.timedelta(days=days)
        make_practice(communes=(strassen,), title_fr=f"Il y a {days}", published_at=published_at)

    html = client.get("/fr/communes/").content.decode()

    [detail] = re.findall(r'<template data-code="0309">(.*?)</template>', html, flags=re.DOTALL)
    assert [days for days in range(5) if f"Il y a {days}" in detail] == [0, 1, 2]
    assert 'href="/fr/communes/strassen/"' in detail


@pytest.mark.django_db
def test_what_serves_the_whole_country_counts_for_no_commune_of_the_map(client):
    make_practice(communes=(make_commune(code="0404", name_fr="Larochette"),), territory="national")

    [commune] = client.get("/fr/communes/").context["on_the_map"]

    assert (commune.practice_count, commune.local_count, commune.regional_count) == (0, 0, 0)


def test_the_map_asks_the_database_nothing(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        render_to_string("components/map.html", {"communes": [on_the_map(local_count=3)]})


@pytest.mark.django_db
def test_each_commune_is_a_link_with_its_name_and_number(client):
    strassen = make_commune(code="0301", slug="strassen", name_fr="Strassen")
    make_commune(code="0302", slug="bertrange", name_fr="Bertrange")
    for _ in range(3):
        make_practice(communes=(strassen,))

    html = " ".join(client.get("/fr/communes/").content.decode().split())

    label = re.search(
        r'<a class="shade-4" href="/fr/communes/strassen/" aria-label="([^"]+)" data-code="0301" >'
        r" <title>([^<]+)</title>",
        html,
    )
    assert label[1] == label[2]
    assert re.sub(r"\s", " ", label[1]).replace(" :", ":") == "Strassen: 3 fiches"
    assert '<use href="/static/img/communes.svg#c0301" />' in html
    assert re.search(r'<a class="shade-0" href="/fr/communes/bertrange/" aria-label="Bertrange\s?: 0', html)
    assert re.search(r"Strassen</a> <small>[^<]+</small> </th> <td>3</td> <td>0</td>", html)


@pytest.mark.django_db
def test_the_map_comes_in_the_order_of_the_alphabet_whatever_the_canton(client):
    make_commune(code="0101", name_fr="Zoufftgen", canton=make_canton(name_fr="A"))
    make_commune(code="0102", name_fr="Échternach", canton=make_canton(name_fr="B"))
    make_commune(code="0103", name_fr="Esch", canton=make_canton(name_fr="C"))

    shown = client.get("/fr/communes/").context["on_the_map"]

    assert [commune.name for commune in shown] == ["Échternach", "Esch", "Zoufftgen"]


@pytest.mark.django_db
def test_the_map_follows_the_themes(client):
    strassen, mersch = make_commune(name_fr="Strassen"), make_commune(name_fr="Mersch")
    housing, pci, other = make_theme(slug="housing"), make_theme(slug="pci"), make_theme(slug="participation")
    make_practice(theme=housing, communes=(strassen,))
    make_practice(theme=pci, communes=(strassen, mersch), territory="regional")
    make_practice(theme=other, communes=(mersch,))

    def counts(query: str) -> dict[str, int]:
        shown = client.get(f"/fr/communes/{query}").context["on_the_map"]
        return {commune.name: commune.practice_count for commune in shown}

    assert counts("") == {"Strassen": 2, "Mersch": 2}
    assert client.get("/fr/communes/?theme=").content == client.get("/fr/communes/").content
    assert counts("?theme=housing") == {"Strassen": 1, "Mersch": 0}
    assert counts("?theme=pci") == {"Strassen": 1, "Mersch": 1}
    assert counts("?theme=housing&theme=pci") == {"Strassen": 2, "Mersch": 1}


@pytest.mark.django_db
def test_fiches_of_a_merged_commune_shade_the_commune_of_today_once(client):
    today = make_commune(name_fr="Groussbus-Wal", code="0810")
    grosbous, wahl = make_merged_commune(today), make_merged_commune(today)
    make_practice(theme=make_theme(slug="housing"), communes=(grosbous, wahl, today))
    make_practice(theme=make_theme(slug="pci"), communes=(wahl,))
    make_practice(communes=(wahl,), state="draft")

    shown = client.get("/fr/communes/?theme=housing").context["on_the_map"]

    assert [(commune.name, commune.practice_count) for commune in shown] == [("Groussbus-Wal", 1)]


@pytest.mark.django_db
def test_one_theme_lends_the_map_its_colour_and_several_do_not(client):
    make_commune()
    make_theme(slug="housing"), make_theme(slug="pci")

    html = client.get("/fr/communes/?theme=housing").content.decode()

    assert '<div class="map theme-housing">' in html
    assertContains(client.get("/fr/communes/?theme=housing&theme=pci"), '<div class="map">')
    assertInHTML('<input type="checkbox" name="theme" value="housing" checked>', html)
    assertInHTML('<input type="checkbox" name="theme" value="pci">', html)


@pytest.mark.django_db
@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
@pytest.mark.parametrize("query", ["theme=nonsense", "theme=housing&theme=x", "theme=%00", "theme=%3Cscript%3E"])
def test_a_theme_that_does_not_exist_is_answered_with_a_sentence_and_no_map(client, language, query):
    make_commune(name_fr="Strassen", code="0301")
    make_theme(slug="housing")

    response = client.get(f"/{language}/communes/?{query}")

    assertContains(response, 'role="alert"', status_code=400)
    assertNotContains(response, 'class="map"', status_code=400)
    assertNotContains(response, "<script>", status_code=400)


def colours() -> dict[str, tuple[str, str]]:
    """Name of a custom property -> its colour in light and in dark."""
    css = (STATIC / "css" / "portal.css").read_text()
    return {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)}


def rgb(colour: str) -> list[float]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def luminance(channels: list[float]) -> float:
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[float], other: list[float]) -> float:
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("hue", ["accent", "housing", "pci", "living-together", "participation"])
def test_the_border_stands_out_from_every_shade_and_each_shade_from_the_next(hue, scheme):
    css = (STATIC / "css" / "portal.css").read_text()
    named = {name: rgb(pair[scheme]) for name, pair in colours().items()}
    shares = re.findall(
        r"--shade: light-dark\(color-mix\(in srgb, var\(--hue\) (\d+)%, var\(--surface\)\), "
        r"color-mix\(in srgb, var\(--hue\) (\d+)%, var\(--surface\)\)\)",
        css,
    )

    assert "--map-line: var(--ink);" in css
    assert len(shares) == DARKEST
    shades = [named["surface"]]
    for share in shares:
        part = int(share[scheme]) / 100
        shades.append([h * part + s * (1 - part) for h, s in zip(named[hue], named["surface"], strict=True)])
    assert min(contrast(named["ink"], shade) for shade in shades) >= 3
    assert contrast(named["ink"], named["paper"]) >= 3
    assert min(contrast(one, other) for one, other in pairwise(shades)) >= 1.15
