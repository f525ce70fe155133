"""The buttons of the form of a practice: nothing becomes public, or is lost, by mistake."""

import datetime
import re
from smtplib import SMTPException

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import RecordEntry
from accounts.roles import CONTRIBUTOR, EDITOR
from practices.checklist import checklist
from practices.models import Practice, PracticeSection, State
from practices.sharing import address_to_share
from tests.desk.test_site import form_values
from tests.factories import make_commune, make_practice, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def editor(client):
    user = make_staff(EDITOR, first_name="Anne", last_name="Editor")
    client.force_login(user)
    return user


def address_of(practice: Practice) -> str:
    return f"/admin/practices/practice/{practice.pk}/change/"


def opened(client, practice: Practice) -> dict:
    values = form_values(client, address_of(practice))
    return {name: value for name, value in values.items() if "__prefix__" not in name}


def press(client, button: str, practice: Practice, **changes):
    return client.post(address_of(practice), opened(client, practice) | changes | {button: "1"})


def make_draft(**fields) -> Practice:
    return make_practice(state=State.DRAFT, published_at=None, **fields)


def complete(**fields) -> Practice:
    return make_practice(communes=(make_commune(),), body="<p>Texte</p>", **fields)


def errors_of(response) -> list[str]:
    form, formsets = (
        response.context["adminform"].form,
        [row.formset for row in response.context["inline_admin_formsets"]],
    )
    return [*form.errors, *(formset.prefix for formset in formsets if formset.non_form_errors() or any(formset.errors))]


@pytest.mark.parametrize("button", ["_save", "_continue"])
def test_saving_a_published_practice_changes_its_draft_alone(client, editor, button):
    practice = complete(title_fr="Café")

    answer = press(client, button, practice, title_fr="Café du monde", **{"sections-0-body_fr": "<p>Neuf</p>"})

    assert answer.status_code == 302
    practice.refresh_from_db()
    assert practice.title_fr == "Café"
    assert practice.sections.get().body_fr == "<p>Texte</p>"
    assert practice.draft.title_fr == "Café du monde"
    assert practice.draft.sections.get().body_fr == "<p>Neuf</p>"
    assert practice.draft.created_by == editor
    assertContains(client.get(practice.get_absolute_url()), "Café")


def test_whoever_opens_a_published_practice_works_on_its_draft(client, editor):
    practice = complete()
    draft = practice.begin_draft(by=editor)

    assertRedirects(client.get(address_of(practice)), address_of(draft))


def test_a_form_opened_before_the_draft_began_keeps_what_the_draft_has(client, editor):
    practice = complete(title_fr="Café", subtitle_fr="Ancien")
    bob = opened(client, practice)
    press(client, "_save", practice, title_fr="Café d’Anne")

    answer = client.post(address_of(practice), bob | {"subtitle_fr": "De Bob", "sections-0-body_fr": "<p>De Bob</p>"})

    assert answer.status_code == 302
    draft = practice.current_draft()
    assert (draft.title_fr, draft.subtitle_fr) == ("Café d’Anne", "De Bob")
    assert draft.sections.get().body_fr == "<p>De Bob</p>"


def test_publish_makes_what_the_form_shows_public(client, editor):
    practice = complete(title_fr="Café")

    press(client, "_publish", practice, title_fr="Café du monde")

    practice.refresh_from_db()
    assert practice.title_fr == "Café du monde"
    assert practice.current_draft() is None
    assert RecordEntry.objects.filter(act="published", by=editor, about_key=str(practice.pk)).count() == 1


@pytest.mark.parametrize(
    ("left_out", "where"),
    [
        ({"summary_fr": ""}, "summary_fr"),
        ({"year": "20"}, "year"),
        ({"year": "9999"}, "year"),
        ({"practice_communes-0-DELETE": "on"}, "practice_communes"),
        ({"sections-0-body_fr": "<p></p>"}, "sections"),
        ({"sections-0-DELETE": "on"}, "sections"),
    ],
)
def test_what_must_be_there_is_asked_for_at_its_field_and_nothing_is_lost(client, editor, left_out, where):
    draft = make_draft(communes=(make_commune(),), body="<p>Texte</p>")

    answer = press(client, "_publish", draft, **{"subtitle_fr": "Long travail"} | left_out)

    assert answer.status_code == 200
    assert where in errors_of(answer)
    assert 'value="Long travail"' in answer.text
    assert not Practice.objects.published().exists()


def test_a_draft_is_saved_with_little(client, editor):
    draft = make_draft(summary_fr="")

    assert press(client, "_save", draft, subtitle_fr="Plus tard").status_code == 302


def test_who_may_not_publish_finds_no_button_and_cannot_send_one(client):
    contributor = make_staff(CONTRIBUTOR)
    client.force_login(contributor)
    draft = make_draft(created_by=contributor, communes=(make_commune(),), body="<p>Texte</p>")

    assertNotContains(client.get(address_of(draft)), 'name="_publish"')
    assert press(client, "_publish", draft).status_code == 403
    assert press(client, "_send_back", draft).status_code == 403
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_publishing_by_a_date_needs_the_right_to_publish(client):
    contributor = make_staff(CONTRIBUTOR)
    client.force_login(contributor)
    draft = make_draft(created_by=contributor)

    press(client, "_save", draft, publish_on="2026-01-01")

    draft.refresh_from_db()
    assert draft.publish_on is None


def test_a_review_is_asked_for_and_decided_and_both_are_told(client, django_capture_on_commit_callbacks):
    contributor, editor = make_staff(CONTRIBUTOR), make_staff(EDITOR, first_name="Anne")
    draft = make_draft(title_fr="Café", created_by=contributor, communes=(make_commune(),), body="<p>Texte</p>")
    client.force_login(contributor)
    with django_capture_on_commit_callbacks(execute=True):
        press(client, "_review", draft, message="Les chiffres sont-ils clairs ?")
    draft.refresh_from_db()
    assert draft.state == State.IN_REVIEW
    [asked] = mail.outbox
    assert asked.to == [editor.email]
    assert "Café" in asked.subject
    assert "Les chiffres sont-ils clairs ?" in asked.body
    assert address_of(draft) in asked.body

    client.force_login(editor)
    with django_capture_on_commit_callbacks(execute=True):
        press(client, "_send_back", draft, message="Ajoutez l’année.")

    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    review = draft.reviews.get()
    assert (review.asked_by, review.decided_by, review.is_accepted) == (contributor, editor, False)
    assert (review.message, review.comment) == ("Les chiffres sont-ils clairs ?", "Ajoutez l’année.")
    assert mail.outbox[1].to == [contributor.email]
    assert "Ajoutez l’année." in mail.outbox[1].body
    assertContains(client.get(address_of(draft)), "Ajoutez l’année.")


def test_who_asked_for_a_review_stays_known_when_a_draft_is_published(client, django_capture_on_commit_callbacks):
    asking, deciding = make_staff(EDITOR), make_staff(EDITOR)
    practice = complete()
    client.force_login(asking)
    press(client, "_review", practice)
    client.force_login(deciding)

    with django_capture_on_commit_callbacks(execute=True):
        press(client, "_publish", practice.current_draft())

    review = practice.reviews.get()
    assert (review.asked_by, review.decided_by, review.is_accepted) == (asking, deciding, True)
    assert [asking.email] in [message.to for message in mail.outbox]


def test_without_a_mail_server_the_review_is_asked_for_all_the_same(
    client, editor, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*args, **kwargs):
        raise SMTPException("no")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    make_staff(EDITOR)
    draft = make_draft()

    with django_capture_on_commit_callbacks(execute=True):
        answer = press(client, "_review", draft)

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.state == State.IN_REVIEW


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_preview_shows_what_is_on_the_screen_and_saves_nothing(client, editor, language):
    practice = complete(**{f"title_{code}": "Café" for code, _name in settings.LANGUAGES})
    titles = {f"title_{code}": f"Neuf {code}" for code, _name in settings.LANGUAGES}

    answer = press(client, f"_preview_{language}", practice, **titles, **{"sections-0-body_fr": "<p>Jamais écrit</p>"})

    assertContains(answer, f'<html lang="{language}"')
    assertContains(answer, f"Neuf {language}")
    assertContains(answer, "Jamais écrit")
    assert "no-store" in answer["Cache-Control"]
    practice.refresh_from_db()
    assert practice.title_fr == "Café"
    assert practice.current_draft() is None
    assertNotContains(client.get(practice.get_absolute_url()), "Neuf")
    assert not PracticeSection.objects.filter(body_fr__contains="Jamais").exists()


def test_a_preview_of_a_new_practice_needs_no_saving(client, editor):
    values = {
        name: value
        for name, value in form_values(client, "/admin/practices/practice/add/").items()
        if "__prefix__" not in name
    }
    theme = make_practice().theme

    answer = client.post(
        "/admin/practices/practice/add/",
        values | {"title_fr": "Tout neuf", "slug": "tout-neuf", "theme": theme.pk, "year": "2026", "_preview_fr": "1"},
    )

    assertContains(answer, "Tout neuf")
    assert Practice.objects.count() == 1


def test_a_link_shows_a_draft_to_a_commune_until_it_expires(client, editor):
    draft = make_draft(title_fr="Brouillon", communes=(make_commune(),))
    answer = client.post(address_of(draft), opened(client, draft) | {"_share": "1"}, follow=True)
    [address] = set(re.findall(r"/fr/practices/shared/[^\"<]+/", answer.text))
    visitor = Client()

    shown = visitor.get(address)

    assertContains(shown, "Brouillon")
    assert "no-store" in shown["Cache-Control"]
    assert shown["X-Robots-Tag"] == "noindex"
    assert visitor.get(address[:-3] + "xx/").status_code == 404
    assert not shown.cookies


def test_a_link_that_has_expired_or_whose_practice_is_public_shows_no_draft(client, monkeypatch):
    draft = make_draft(communes=(make_commune(),), body="<p>Texte</p>")
    address = address_to_share(draft)
    monkeypatch.setattr("practices.sharing.DAYS_SHARED", -1)
    assert client.get(address_to_share(draft)).status_code == 404

    draft.publish()

    assertRedirects(client.get(address), draft.get_absolute_url())


def test_practices_are_published_and_archived_on_their_day():
    today = timezone.localdate()
    yesterday, tomorrow = today - datetime.timedelta(days=1), today + datetime.timedelta(days=1)
    due = make_draft(publish_on=yesterday, communes=(make_commune(),), body="<p>Texte</p>")
    later = make_draft(publish_on=tomorrow, communes=(make_commune(),))
    incomplete = make_draft(publish_on=today, summary_fr="", communes=(make_commune(),))
    over, stays = complete(archive_on=today), complete(archive_on=tomorrow)

    call_command("work", verbosity=0)
    call_command("work", verbosity=0)

    states = {
        practice: Practice.objects.get(pk=practice.pk).state for practice in (due, later, incomplete, over, stays)
    }
    assert states == {
        due: State.PUBLISHED,
        later: State.DRAFT,
        incomplete: State.DRAFT,
        over: State.ARCHIVED,
        stays: State.PUBLISHED,
    }
    assert RecordEntry.objects.filter(act="published").count() == 1


def test_the_checklist_says_what_is_there_and_what_is_not():
    bare, full = make_draft(summary_fr=""), complete()

    musts = {item.label: item.is_met for item in checklist(bare, []) if item.is_must}

    assert not any(list(musts.values())[:3])
    assert all(item.is_met for item in checklist(full, []) if item.is_must)
    assert not all(item.is_met for item in checklist(full, []))
