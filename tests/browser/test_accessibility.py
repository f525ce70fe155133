import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from tests.browser.test_journeys import PAGES

pytestmark = [pytest.mark.any_database, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LANGUAGES = [code for code, name in settings.LANGUAGES]
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 800}

# axe leaves these two switched off unless asked.
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}, "identical-links-same-purpose": {"enabled": True}},
    "resultTypes": ["violations", "incomplete"],
}
# The rules whose answer depends on the colours.
OF_COLOURS = OPTIONS | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}

# What axe leaves to a person, and what a person saw. Anything else that it cannot decide fails.
REVIEWED = {
    "color-contrast": [
        "<text",  # names on the map: ink with a seam in the colour of the paper
        "facet-chosen",  # a single figure, the colours of a button
        "<strong>GRESIL</strong>", 'id="site-map-heading"',  # plain text in the footer of the home page
    ],
    "identical-links-same-purpose": [
        "/practices/?theme=", "/practices/?topic=",  # a theme and a subject of the same name
        "/communes/",  # a canton and the commune of its name
        "/organisations/", 'rel="external"',  # an organisation here and its own site
    ],
}  # fmt: skip


# A bar or panel that stays at the foot of a phone lies over the text that scrolls below it.
OVER_TEXT = "partially overlaps"


def complaints(page, options: dict) -> list[tuple]:
    """What axe found, and what it left open and nobody has looked at."""
    response = Axe().run(page, options=options).response
    open_ones = [
        (rule["id"], node["html"][:150], node["failureSummary"][:200])
        for rule in response["incomplete"]
        for node in rule["nodes"]
        if OVER_TEXT not in node["failureSummary"]
        and not any(seen in node["html"] for seen in REVIEWED.get(rule["id"], []))
    ]
    found = [
        (rule["id"], node["html"][:150], node["failureSummary"][:200])
        for rule in response["violations"]
        for node in rule["nodes"]
    ]
    return found + open_ones


@pytest.mark.repeats
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_to_complain_of(open_page, language):
    page = open_page("/fr/")
    found = []

    # Each page in one of the languages, and in another one at the other width.
    for number, path in enumerate(PAGES):
        for turn, viewport in enumerate([NARROW, WIDE]):
            if (number + turn) % len(LANGUAGES) != LANGUAGES.index(language):
                continue
            page.set_viewport_size(viewport)
            page.goto(f"/{language}/{path}")
            for scheme, options in [("light", OPTIONS), ("dark", OF_COLOURS)]:
                page.emulate_media(color_scheme=scheme)
                found += [(path, viewport["width"], scheme, *complaint) for complaint in complaints(page, options)]

    open_page.complaints.clear()
    assert not found


@pytest.mark.repeats
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_opens_on_a_phone(open_page, scheme):
    page = open_page("/de/practices/", viewport=NARROW, color_scheme=scheme)
    found = []

    page.locator(".filter-sheet > summary").click()
    page.evaluate("document.querySelectorAll('.filter-groups details').forEach((part) => { part.open = true; })")
    found += complaints(page, OPTIONS)
    page.goto("/lb/practices/equigaart-junglinster/")
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    page.get_by_role("button", name="A meng Auswiel leeën").click()
    found += complaints(page, OPTIONS)
    page.locator(".menu-button").click()
    found += complaints(page, OF_COLOURS)
    page.goto("/fr/selection/")
    page.wait_for_url("**/selection/?practice=*")
    found += complaints(page, OPTIONS)

    open_page.complaints.clear()
    assert not found
