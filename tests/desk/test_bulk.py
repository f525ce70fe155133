"""Actions on many rows: they ask, are recorded, and can be taken back."""

import html
import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from reversion.models import Version

from accounts.models import RecordEntry
from core.changes import How
from practices.models import Practice, State
from tests.factories import make_commune, make_contact, make_practice

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
LIST = "/admin/practices/practice/"


@pytest.fixture(autouse=True)
def editor(client):
    user = get_user_model().objects.create_user("editor", is_staff=True)
    user.groups.add(Group.objects.get(name="editor"))
    client.force_login(user)
    return user


def ask(client, action: str, *rows, address: str = LIST):
    return client.post(address, {"action": action, "_selected_action": [row.pk for row in rows]})


def hidden_fields(response) -> dict[str, str]:
    form = response.content.decode().partition('class="question"')[2]
    return {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)"\s+value="([^"]*)"', form)}


def confirm(client, response, address: str = LIST):
    return client.post(address, hidden_fields(response), follow=True)


def undo(client, response):
    form = re.search(r'<form class="undo".*?</form>', response.content.decode(), re.DOTALL)[0]
    address = re.search(r'action="([^"]+)"', form)[1]
    return client.post(address, {"changes": re.search(r'name="changes" value="([^"]+)"', form)[1]}, follow=True)


def states() -> dict[str, str]:
    return dict(Practice.objects.values_list("slug", "state"))


def test_archiving_asks_is_recorded_and_is_taken_back_to_the_state_of_each(client, editor):
    """A9: one click took the library offline, without a question, without a trace."""
    commune = make_commune()
    public = [make_practice(slug=slug, title_fr=f"Fiche {slug}", communes=(commune,)) for slug in ("one", "two")]
    draft = make_practice(slug="draft", state=State.DRAFT, published_at=None)
    gone = make_practice(slug="gone", title_fr="Fiche gone", state=State.ARCHIVED)
    before, dates = states(), dict(Practice.objects.values_list("slug", "updated_at"))

    question = ask(client, "archive", *public, draft, gone)
    still = states()
    done = confirm(client, question)
    archived = states()
    undo(client, done)

    text = question.content.decode()
    assert still == before
    assert "Fiche one" in text
    assert "/fr/practices/one/" in text
    assert "Fiche gone" in text.partition("Laissés de côté")[2]
    assert set(archived.values()) == {State.ARCHIVED}
    assert states() == before
    assert dict(Practice.objects.values_list("slug", "updated_at")) == dates
    entries = [(row.act, row.by, row.about) for row in RecordEntry.objects.order_by("pk")]
    assert entries[0] == ("archived", editor, "Fiche one")
    assert [act for act, _by, _about in entries] == ["archived"] * 3 + ["undone"] * 3
    revision = Version.objects.get_for_object(public[0]).first().revision
    assert (revision.user, revision.comment) == (editor, How.LIST)


def test_publishing_leaves_out_what_lacks_something_and_says_what(client):
    ready = make_practice(slug="ready", state=State.DRAFT, published_at=None, communes=(make_commune(),))
    lacking = make_practice(slug="lacking", title_fr="Sans commune", state=State.DRAFT, published_at=None)

    question = ask(client, "publish", ready, lacking)
    confirm(client, question)

    assert "Sans commune" in question.content.decode().partition("Laissés de côté")[2]
    assert states() == {"ready": State.PUBLISHED, "lacking": State.DRAFT}


def test_taking_back_leaves_alone_what_somebody_changed_since(client):
    first, second = (make_practice(communes=(make_commune(),), slug=slug) for slug in ("first", "second"))

    done = confirm(client, ask(client, "archive", first, second))
    Practice.objects.get(pk=first.pk).publish()
    Practice.objects.get(pk=first.pk).archive()
    undo(client, done)

    assert states() == {"first": State.ARCHIVED, "second": State.PUBLISHED}


def test_several_go_to_the_bin_and_come_back(client):
    contacts = [make_contact(), make_contact()]
    make_practice(contacts=(used := make_contact(),), title_fr="Kufika")
    address = "/admin/contacts/contact/"

    question = ask(client, "put_selected_in_bin", *contacts, used, address=address)
    done = confirm(client, question, address)
    binned = [type(row).everything.get(pk=row.pk).is_binned for row in (*contacts, used)]
    undo(client, done)

    assert "Kufika" in question.content.decode()
    assert binned == [True, True, False]
    assert not type(used).everything.exclude(deleted_at=None).exists()


@pytest.mark.parametrize("changes", ["", "junk", "WzFd:1abc:xyz"])
def test_nothing_is_taken_back_by_what_we_did_not_sign(client, changes):
    practice = make_practice(slug="one", state=State.ARCHIVED)

    client.post(f"{LIST}undo/", {"changes": changes})

    assert Practice.objects.get(pk=practice.pk).state == State.ARCHIVED


@pytest.mark.parametrize("role", ["contributor", "translator"])
def test_who_may_not_publish_neither_archives_nor_takes_back(client, role):
    practice = make_practice(slug="one")
    done = confirm(client, ask(client, "archive", practice))
    other = get_user_model().objects.create_user("other", is_staff=True)
    other.groups.add(Group.objects.get(name=role))
    client.force_login(other)

    undo(client, done)
    asked = ask(client, "publish", practice)

    assert 'name="confirmed"' not in asked.content.decode()
    assert states() == {"one": State.ARCHIVED}
