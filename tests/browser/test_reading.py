"""What people read on a phone: soon, and with an end."""

import gzip
import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from practices.models import Practice

pytestmark = [pytest.mark.any_database, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HIGHEST = 8000
PATHS = [
    "", "practices/", "practices/?q=sport", "communes/", "communes/luxembourg/", "communes/winseler/",
    "communes/strassen/", "contacts/", "organisations/", "organisations/asti/", "organisations/olai/", "sessions/",
    "sessions/assises-2/", "helpdesk/", "about/", "glossary/", "selection/", "accessibility/", "privacy/",
]  # fmt: skip
SMALL_PHONE = {"width": 360, "height": 740}
# How far down, in pixels, a small phone shows the first of what somebody came for, at most.
FIRST = {
    "practices/": (".practice-card", 420),
    "practices/?q=sport": (".practice-card", 420),
    "practices/?theme=housing": (".practice-card", 480),
    "practices/?theme=pci": (".practice-card", 480),
    "practices/?theme=living-together": (".practice-card", 480),
    "practices/?theme=participation": (".practice-card", 480),
}
TEXT = ".practice-summary, .practice-body .prose"


def practices() -> list[str]:
    return [f"practices/{slug}/" for slug in Practice.objects.published().values_list("slug", flat=True)]


@pytest.mark.repeats
@pytest.mark.parametrize("has_script", [True, False])
def test_a_phone_shows_at_once_what_somebody_came_for(open_page, has_script):
    page = open_page("/fr/", viewport=SMALL_PHONE, java_script_enabled=has_script)
    places = FIRST | dict.fromkeys(practices(), (TEXT, 700))

    late = {}
    for language, _name in settings.LANGUAGES:
        for path, (selector, most) in places.items():
            page.goto(f"/{language}/{path}")
            top = page.locator(selector).first.bounding_box()["y"]
            if top >= most:
                late[language, path] = top

    assert len(places) > 30
    assert not late


@pytest.mark.repeats
def test_every_practice_shows_whom_to_ask_in_the_first_view_of_a_phone(open_page):
    page = open_page("/fr/", viewport=SMALL_PHONE, java_script_enabled=False)

    for path in practices():
        page.goto(f"/fr/{path}")
        ways = page.locator(
            ".contact-bar a[href^='tel:'], .contact-bar a[href^='mailto:'], .contact-bar a[href$='helpdesk/']"
        )
        expect(ways.first).to_be_in_viewport(ratio=1)


@pytest.mark.repeats
def test_each_page_has_an_end_on_a_phone(open_page):
    page = open_page("/fr/")

    heights = {}
    for language, _name in settings.LANGUAGES:
        for path in [*PATHS, *practices()]:
            page.goto(f"/{language}/{path}")
            heights[language, path] = page.evaluate("document.documentElement.scrollHeight")

    assert not {place: height for place, height in heights.items() if height > HIGHEST}


def test_a_link_to_a_term_opens_it_and_shows_its_name(open_page):
    page = open_page("/fr/glossary/#commissariat-etrangers", java_script_enabled=False)

    term = page.locator("details", has=page.locator("#commissariat-etrangers"))
    expect(page.locator("#commissariat-etrangers")).to_be_visible()
    expect(term.locator("summary")).to_be_in_viewport(ratio=1)


def test_the_practices_of_a_session_are_listed_on_demand(open_page):
    page = open_page("/fr/sessions/assises-2/", java_script_enabled=False)
    practice = page.get_by_role("main").get_by_role("link", name="Café de Babel")

    expect(practice).to_be_hidden()
    page.locator("details > summary").click()
    expect(practice).to_be_visible()


def test_a_first_view_is_light_asks_nobody_else_and_stores_nothing(open_page):
    heavy = {}
    for path in ["", "practices/", "practices/lisko/", "communes/strassen/", "communes/", "sessions/assises-2/"]:
        page = open_page("/healthz")
        answers = []
        page.on("response", lambda answer, answers=answers: answers.append(answer))
        page.goto(f"/fr/{path}")
        page.wait_for_load_state("networkidle")
        # In production static files are compressed when they are collected.
        weight = sum(
            len(gzip.compress(answer.body()))
            if re.search(r"\.(?:css|js|svg)$", answer.url)
            else answer.request.sizes()["responseBodySize"]
            for answer in answers
        )
        if weight > 150_000 or len(answers) > 9:
            heavy[path] = weight, len(answers)
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0

    assert not heavy
