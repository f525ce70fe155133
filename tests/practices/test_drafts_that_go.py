"""What becomes of a draft when its published practice goes, and of the public page when the draft goes."""

import pytest
from reversion.models import Version

from accounts.models import RecordEntry
from core.changes import How
from desk.bin import address_in_bin
from desk.history import state_of
from library.check import differences
from practices.models import Practice, PracticeSection, SectionKind, State
from tests.factories import make_commune, make_practice, make_staff, make_topic
from translations.models import Translation

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.fixture
def practice():
    practice = make_practice(
        title_fr="Café", title_de="Kaffee", communes=(make_commune(),), topics=(make_topic(),), body="<p>Un</p>"
    )
    PracticeSection.objects.update(body_de="<p>Eins</p>")
    practice.mark_reviewed("de", by=None)
    return practice


@pytest.fixture
def draft(practice, staff):
    return practice.begin_draft(by=staff)


def page_of(practice: Practice, page: str) -> str:
    return f"/admin/practices/practice/{practice.pk}/{page}/"


def button_texts(client, practice: Practice) -> list[str]:
    return [button.label for button in client.get(page_of(practice, "change")).context["bar"].buttons]


def test_a_draft_goes_to_the_bin_with_its_practice_and_comes_back_with_it(client, practice, draft):
    question = client.get(page_of(practice, "delete")).text
    client.post(page_of(practice, "delete"))

    assert "Son brouillon part avec elle" in question
    assert not Practice.objects.filter(pk__in=[practice.pk, draft.pk]).exists()
    assert [row["object"] for row in client.get("/admin/bin/").context["rows"]] == [practice]
    assert client.post(address_in_bin("restore", draft)).status_code == 404

    client.post(address_in_bin("restore", practice))

    assert practice.current_draft() == draft
    assert Practice.objects.get(pk=practice.pk).is_published


def test_the_undo_of_a_list_brings_the_draft_back_too(client, practice, draft):
    address = "/admin/practices/practice/"
    chosen = {"action": "put_selected_in_bin", "_selected_action": [practice.pk]}
    hidden = client.post(address, chosen).context["question"].hidden
    page = client.post(address, hidden, follow=True)
    assert not Practice.objects.filter(pk=draft.pk).exists()

    [message] = page.context["messages"]
    changes = str(message).partition('name="changes" value="')[2].partition('"')[0]
    client.post(f"{address}undo/", {"changes": changes})

    assert practice.current_draft() == draft


def test_a_list_puts_no_draft_in_the_bin_without_its_practice(client, practice, draft):
    chosen = {"action": "put_selected_in_bin", "_selected_action": [draft.pk]}
    question = client.post("/admin/practices/practice/?state__exact=draft", chosen).context["question"]

    assert question.button == ""


def test_what_is_deleted_for_good_takes_its_draft_and_all_versions(practice, draft):
    keys = [str(practice.pk), str(draft.pk)]
    practice.put_in_bin(by=None)

    practice.delete()

    assert not Practice.everything.filter(pk=draft.pk).exists()
    assert not Version.objects.get_for_model(Practice).filter(object_id__in=keys).exists()
    assert not Translation.objects.filter(content_type__model="practice", object_id__in=keys).exists()


def test_the_draft_of_what_was_archived_stays_and_says_so_and_publishing_it_brings_it_back(client, practice, draft):
    practice.archive()

    page = client.get(page_of(practice, "change"), follow=True)
    assert page.context["original"] == draft
    assert "La fiche est archivée" in page.text
    assert client.get(practice.get_absolute_url()).status_code == 410
    assert Practice.objects.get(pk=practice.pk).for_work() == draft

    draft.publish()

    assert client.get(practice.get_absolute_url()).status_code == 200


def test_a_draft_is_discarded_after_a_page_that_names_what_goes(client, practice, draft):
    draft.title_fr = "Café du monde"
    draft.save()
    draft.sections.update(body_de="<p>Zwei</p>")
    assert "Supprimer le brouillon" in button_texts(client, draft)

    question = client.get(page_of(draft, "delete")).context["question"]
    assert [item.label for item in question.listings[0].items] == [
        "titre (FR)",
        f"{practice.sections.get()} · texte (DE)",
    ]
    assert practice.current_draft() == draft

    response = client.post(page_of(draft, "delete"))

    assert response["Location"] == page_of(practice, "change")
    assert practice.current_draft() is None
    assert Practice.objects.get(pk=practice.pk).title_fr == "Café"
    assert RecordEntry.objects.filter(act="draft discarded").count() == 1


def test_who_may_not_change_a_draft_does_not_discard_it(client, practice, draft):
    client.force_login(make_staff("translator"))

    assert client.post(page_of(draft, "delete")).status_code == 403
    assert practice.current_draft() == draft


def test_the_history_says_who_published_what_and_when(client, practice, draft, staff):
    draft.title_fr = "Café du monde"
    draft.save()
    draft.publish(by=staff)

    entry = client.get(page_of(practice, "history")).context["entries"][0]

    assert (entry["by"], bool(entry["at"])) == (staff.email, True)
    assert [(change.label, change.language) for row in entry["differences"] for change in row.changes] == [
        ("Titre", "Français")
    ]


def test_an_earlier_version_of_a_published_practice_comes_back_as_a_draft(client, practice, staff):
    chosen = Version.objects.get_for_object(practice).first()
    practice = Practice.objects.get(pk=practice.pk)
    practice.title_fr = "Café du monde"
    practice.save()
    practice.topics.clear()
    practice.sections.all().delete()
    PracticeSection.objects.create(practice=practice, kind=SectionKind.COSTS, body_fr="<p>Deux</p>")
    before = {(version._model, version.object_id): version.serialized_data for version in state_of(practice)}
    versions = Version.objects.get_for_object(practice).count()

    question = client.get(f"{page_of(practice, 'history')}{chosen.pk}/").text
    response = client.post(f"{page_of(practice, 'history')}{chosen.pk}/")

    draft = practice.current_draft()
    assert response["Location"] == page_of(draft, "change")
    assert "devient un brouillon" in question
    assert (draft.state, draft.title_fr, draft.topics.count()) == (State.DRAFT, "Café", 1)
    assert [section.body_de for section in draft.sections.all()] == ["<p>Eins</p>"]
    assert Translation.objects.of(draft).get(language="de").read.keys() == {
        "title", f"sections/{draft.sections.get().pk}/body",
    }  # fmt: skip
    # The public one is what it was, to its date.
    after = {(version._model, version.object_id): version.serialized_data for version in state_of(practice)}
    assert after == before
    assert Version.objects.get_for_object(practice).count() == versions
    assert Version.objects.get_for_object(draft).first().revision.comment == How.RESTORE
    assert not list(differences())


def test_no_version_comes_back_over_a_draft(client, practice, draft):
    draft.title_fr = "Café du monde"
    draft.save()
    chosen = Version.objects.get_for_object(practice).first()

    page = client.post(f"{page_of(practice, 'history')}{chosen.pk}/", follow=True)

    assert "Il y a déjà un brouillon" in page.text
    assert practice.current_draft().title_fr == "Café du monde"
