"""The bar at the foot of a change form."""

import re

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from practices.models import Practice, State
from tests.factories import make_commune, make_practice, make_topic
from tests.practices.test_admin import form_data

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]
TOPICS = "/admin/practices/topic/"


def buttons(response) -> list[str]:
    """Names of the buttons of the bar, in the order of the page."""
    return re.findall(r'class="bar-button [^"]*"\s+type="submit"\s+name="(\w+)"', response.content.decode())


def test_enter_saves_and_stays(client):
    topic = make_topic()
    address = f"{TOPICS}{topic.pk}/change/"

    response = client.get(address)

    assert buttons(response) == ["_continue", "_save"]
    assertRedirects(client.post(address, {"name_fr": "Logement", "slug": "logement", "_continue": ""}), address)


def test_several_small_things_can_be_added_in_a_row(client):
    assert "_addanother" in buttons(client.get(f"{TOPICS}add/"))
    assert "_addanother" not in buttons(client.get("/admin/practices/practice/add/"))


def test_in_a_window_of_its_own_there_is_one_button(client):
    topic = make_topic()

    assert buttons(client.get(f"{TOPICS}{topic.pk}/change/?_popup=1")) == ["_save"]


def test_the_bar_says_whether_the_public_sees_the_factsheet(client):
    practice = make_practice(state=State.PUBLISHED, communes=(make_commune(),))
    address = f"/admin/practices/practice/{practice.pk}/change/"

    assertContains(client.get(address), '<strong class="state state-published">publiée</strong>')
    Practice.objects.update(state=State.DRAFT)
    assertContains(client.get(address), '<strong class="state state-draft">brouillon</strong>')


def test_a_form_that_comes_back_with_errors_is_unsaved(client):
    practice = make_practice(communes=(make_commune(),))
    address = f"/admin/practices/practice/{practice.pk}/change/"

    opened = client.get(address)
    sent_back = client.post(address, form_data(client, practice, title_fr=""))

    assertContains(opened, 'class="bar"')
    assertContains(sent_back, 'class="bar is-unsaved"')


def test_the_page_and_the_history_open_beside_the_form(client):
    """So that nothing typed in it is lost."""
    practice = make_practice()

    html = client.get(f"/admin/practices/practice/{practice.pk}/change/").content.decode()

    for name in ["historylink", "viewsitelink"]:
        assert f'class="{name}" target="_blank"' in html
