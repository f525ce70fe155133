import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from library.models import EmptySearch
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/library/emptysearch/"


def make_empty_search(query: str, days_ago: int = 0, language: str = "fr") -> EmptySearch:
    last_on = timezone.localdate() - datetime.timedelta(days=days_ago)
    return EmptySearch.objects.create(query=query, language=language, fingerprint=query, last_on=last_on)


def kept() -> list[str]:
    return sorted(EmptySearch.objects.values_list("query", flat=True))


def test_what_nobody_looked_for_in_ninety_days_is_forgotten_once(capsys):
    make_empty_search("old", 91)
    make_empty_search("recent", 89)

    call_command("forget_searches", dry_run=True)
    assert kept() == ["old", "recent"]
    call_command("forget_searches")
    call_command("forget_searches")

    assert kept() == ["recent"]
    assert capsys.readouterr().out.splitlines() == [
        "1 searches would be forgotten.",
        "1 searches forgotten.",
        "0 searches forgotten.",
    ]


@pytest.mark.ignore_template_errors
def test_each_search_leads_to_what_may_be_done_about_it(client, staff):
    make_empty_search("sproochecafé & mee", language="lb")

    page = client.get(LIST)

    again = "/lb/practices/?q=sproochecaf%C3%A9+%26+mee"
    term = "/admin/practices/term/add/?name_lb=sproochecaf%C3%A9+%26+mee"
    assertContains(page, f'<a href="{again}">chercher à nouveau</a>', html=True)
    assertContains(page, f'<a href="{term}">ajouter un terme</a>', html=True)
    assertContains(client.get(term), 'value="sproochecafé &amp; mee"')


@pytest.mark.ignore_template_errors
def test_what_is_done_goes_from_the_list_for_those_who_may(client):
    done, other = make_empty_search("done"), make_empty_search("other")
    act = {"action": "done", "_selected_action": [done.pk]}
    client.force_login(make_staff("translator"))
    client.post(LIST, act)
    assert kept() == ["done", "other"]

    client.force_login(make_staff("editor"))
    page = client.post(LIST, act, follow=True)

    assert list(EmptySearch.objects.all()) == [other]
    assertContains(page, "1 recherche est réglée.")
    assertNotContains(page, "delete_selected")
