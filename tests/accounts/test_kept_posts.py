"""What somebody typed comes back when their session has ended meanwhile, and goes to nobody else."""

import html
import re

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from practices.models import Topic
from tests.factories import make_staff, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
OURS = {"origin": "http://testserver"}
TEXT = 'Zwou Zeilen\nmat <b>"Zeechen"</b> & méi'


def post(client: Client, topic: Topic, **extra):
    values = {"name_fr": TEXT, "slug": "x", "csrfmiddlewaretoken": "a" * 64, "password": "secret words"}
    return client.post(f"/admin/practices/topic/{topic.pk}/change/", values, **extra)


def kept(response) -> dict[str, str]:
    page = response.content.decode().replace("\r\n", "\n")
    found = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, flags=re.DOTALL)
    return {name: html.unescape(value) for name, value in found}


def test_what_an_ended_session_posts_comes_back(client):
    response = post(client, make_topic(), headers=OURS)

    assert response.status_code == 403
    assertContains(response, "Rien de ce que vous avez tapé n’est perdu.", status_code=403)
    assert kept(response) == {"name_fr": TEXT, "slug": "x"}
    assertNotContains(response, "secret words", status_code=403)


def test_what_has_a_stale_token_comes_back_until_the_token_is_right():
    client, topic = Client(enforce_csrf_checks=True), make_topic()
    client.force_login(make_staff("editor"))

    stale = post(client, topic, headers=OURS)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)">\s*<textarea', stale.content.decode())[1]
    address = f"/admin/practices/topic/{topic.pk}/change/"
    texts = kept(stale) | {"name_fr": "Jardin", "csrfmiddlewaretoken": token}
    again = client.post(address, texts, headers=OURS)

    assert stale.status_code == 403
    assert again.status_code in (200, 302)


@pytest.mark.parametrize("origin", [{}, {"origin": "https://evil.example"}, {"origin": "null"}])
def test_what_another_site_sends_is_not_offered_to_be_sent_again(origin):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff("editor"))

    response = post(client, make_topic(), headers=origin)

    assert response.status_code == 403
    assert not kept(response)
    assertNotContains(response, "Zwou", status_code=403)


def test_in_the_language_of_the_visitor(client):
    response = post(client, make_topic(), headers=OURS | {"accept-language": "lb"})

    assertContains(response, "Wat Dir getippt hutt, ass nach do", status_code=403)


def test_a_code_is_a_secret_only_where_one_comes_in(client):
    values = {"code": "0301", "name_fr": "Mersch"}

    on_the_desk = client.post("/admin/contacts/commune/add/", values, headers=OURS)
    coming_in = client.post("/admin/account/app/", values, headers=OURS)

    assert kept(on_the_desk) == values
    assert "0301" not in coming_in.content.decode()
