import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK
from tests.factories import make_practice

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport=DESK, locale="de")
    yield context.new_page()
    context.close()


def test_staff_go_from_the_page_of_a_practice_to_its_form_and_print_no_link(page, live_server, client, staff):
    practice = make_practice(slug="jardin")
    client.get("/admin/")
    cookies = {name: client.cookies[name].value for name in ("sessionid", "desk")}
    page.context.add_cookies([{"name": name, "value": text, "url": live_server.url} for name, text in cookies.items()])

    page.goto(f"{live_server.url}/de/practices/jardin/")

    link = page.get_by_role("banner").get_by_role("link", name="Bearbeiten")
    expect(link).to_have_attribute("href", f"/admin/practices/practice/{practice.pk}/change/")
    page.emulate_media(media="print")
    expect(link).to_be_hidden()


def test_nobody_else_asks_the_desk_for_anything(page, live_server):
    make_practice(slug="jardin")
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{live_server.url}/de/practices/jardin/", wait_until="networkidle")

    assert len(asked) > 3
    assert not [url for url in asked if "/admin/" in url]
    assert not page.context.cookies()
