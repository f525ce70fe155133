"""What is typed and not saved is kept, and who else has a form open is told."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.roles import CONTRIBUTOR, EDITOR
from desk.models import OpenForm, Typed
from desk.typed import forget_old
from tests.desk.test_seen import form_of, opened
from tests.factories import make_commune, make_practice, make_session, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def anne(client):
    user = make_staff(EDITOR, first_name="Anne", last_name="Muller")
    client.force_login(user)
    return user


@pytest.fixture
def draft():
    return make_practice(state="draft", published_at=None, title_fr="Café", communes=(make_commune(),), body="<p>T</p>")


def typed_address(row) -> str:
    return form_of(row).replace("/change/", "/typed/")


def test_what_is_typed_is_offered_again_and_shown(client, anne, draft):
    values = opened(client, draft) | {"title_fr": "Long travail", "sections-0-body_fr": "<p>Écrit</p>", "year": "x"}

    assert client.post(typed_address(draft), values).json()["kept"]

    assertContains(client.get(form_of(draft)), "take_back=1")
    shown = client.get(form_of(draft), {"take_back": "1"})
    assert shown.status_code == 200
    assertContains(shown, 'value="Long travail"')
    assertContains(shown, "&lt;p&gt;Écrit&lt;/p&gt;")
    draft.refresh_from_db()
    assert draft.title_fr == "Café"


def test_what_is_typed_for_a_new_object_is_kept_too(client, anne):
    client.post("/admin/practices/practice/add/typed/", {"seen": "{}", "title_fr": "Tout neuf"})

    assertContains(client.get("/admin/practices/practice/add/", {"take_back": "1"}), 'value="Tout neuf"')


def test_saving_forgets_what_was_typed(client, anne, draft):
    values = opened(client, draft) | {"title_fr": "Long travail"}
    client.post(typed_address(draft), values)

    client.post(form_of(draft), values | {"_save": "1"})

    assert not Typed.objects.exists()
    draft.refresh_from_db()
    assert draft.title_fr == "Long travail"


def test_a_form_that_is_refused_keeps_what_was_typed(client, anne, draft):
    values = opened(client, draft) | {"title_fr": ""}
    client.post(typed_address(draft), values)

    client.post(form_of(draft), values | {"_save": "1"})

    assert Typed.objects.exists()


def test_it_may_be_forgotten(client, anne, draft):
    client.post(typed_address(draft), opened(client, draft))

    client.post(typed_address(draft), {"_discard": "1"})

    assertNotContains(client.get(form_of(draft)), "take_back=1")


def test_nobody_else_is_shown_what_somebody_typed(client, anne, draft):
    client.post(typed_address(draft), opened(client, draft) | {"title_fr": "Secret"})
    client.force_login(make_staff(EDITOR))

    assertNotContains(client.get(form_of(draft), {"take_back": "1"}), "Secret")


def test_what_was_typed_in_a_published_practice_is_offered_in_its_draft(client, anne, draft):
    public = draft.publish()
    client.post(typed_address(public), opened(client, public) | {"sections-0-body_fr": "<p>De Bob</p>"})
    change = public.begin_draft(by=anne)

    shown = client.get(form_of(change), {"take_back": "1"})

    sections = next(row.formset for row in shown.context["inline_admin_formsets"] if row.formset.prefix == "sections")
    assert sections.initial_forms[0].instance == change.sections.get()
    assert sections.initial_forms[0]["body_fr"].value() == "<p>De Bob</p>"


def test_whoever_opens_an_object_sees_who_else_has_it_open(client, anne, draft):
    bob = Client()
    bob.force_login(make_staff(EDITOR, first_name="Bob", last_name="Weber"))
    bob.post(typed_address(draft))

    [sentence] = client.post(typed_address(draft)).json()["others"]

    assert "Bob Weber" in sentence
    assert client.post(typed_address(make_session())).json()["others"] == []


def test_a_form_that_was_closed_is_not_open(client, anne, draft):
    long_ago = timezone.now() - datetime.timedelta(minutes=5)
    OpenForm.objects.create(
        user=make_staff(EDITOR), model="practices.practice", key=str(draft.pk), opened_at=long_ago, seen_at=long_ago
    )

    assert client.post(typed_address(draft)).json()["others"] == []


def test_what_nobody_came_back_to_is_forgotten(anne):
    now = timezone.now()
    for key, days in [("1", 29), ("2", 31)]:
        kept_at = now - datetime.timedelta(days=days)
        Typed.objects.create(user=anne, model="practices.practice", key=key, kept_at=kept_at)

    forget_old()

    assert [row.key for row in Typed.objects.all()] == ["1"]


def test_a_form_that_is_only_read_keeps_nothing(client, draft):
    """Its author does not change it while it is in review: asked every twenty seconds, the portal would refuse."""
    client.force_login(make_staff(CONTRIBUTOR))

    page = client.get(form_of(draft))

    assert page.status_code == 200
    assertNotContains(page, 'id="typed"')
