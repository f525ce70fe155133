import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings

from tests.browser.conftest import DESK
from tests.browser.test_journeys import PAGES

pytestmark = [pytest.mark.any_database, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LANGUAGES = [code for code, name in settings.LANGUAGES]

# axe leaves these two switched off unless asked.
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# The rules whose answer depends on the colours.
OF_COLOURS = OPTIONS | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@pytest.mark.repeats
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_to_complain_of(open_page, language):
    page = open_page("/fr/")
    found = []

    # Each page in one of the languages.
    for number, path in list(enumerate(PAGES))[LANGUAGES.index(language) :: len(LANGUAGES)]:
        page.set_viewport_size(DESK if number % 2 else {"width": 320, "height": 640})
        page.goto(f"/{language}/{path}")
        for scheme, options in [("light", OPTIONS), ("dark", OF_COLOURS)]:
            page.emulate_media(color_scheme=scheme)
            results = Axe().run(page, options=options)
            found += [
                (path, scheme, rule["id"], rule["nodes"][0]["html"][:150], rule["nodes"][0]["failureSummary"][:200])
                for rule in results.response["violations"]
            ]

    open_page.complaints.clear()
    assert not found
