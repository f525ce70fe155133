"""Two people have the same form open: what one of them saved is never overwritten by the other unseen."""

import pytest

from practices.models import Practice, PracticeSection, Topic
from tests.desk.test_site import form_values
from tests.factories import (
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_session,
    make_term,
    make_topic,
)

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]


@pytest.fixture
def practice():
    return make_practice(
        state="draft",
        published_at=None,
        title_fr="Café",
        subtitle_fr="Sous-titre",
        subtitle_de="Untertitel",
        staff_note="Ancienne note",
        communes=(make_commune(),),
        body="<p>Ancien texte</p>",
    )


def form_of(row) -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def opened(client, row) -> dict:
    """What a browser would send back for the form of `row`, without the empty rows of parts."""
    values = form_values(client, form_of(row))
    return {name: value for name, value in values.items() if "__prefix__" not in name}


def errors_of(response) -> dict:
    formsets = [row.formset for row in response.context["inline_admin_formsets"]]
    return response.context["adminform"].form.errors | {
        name: error for formset in formsets for form in formset.forms for name, error in form.errors.items()
    }


def test_what_one_did_not_touch_stays_as_the_other_saved_it(client, practice):
    anne, bob = opened(client, practice), opened(client, practice)

    client.post(
        form_of(practice), anne | {"title_fr": "Café du monde", "staff_note": "x", "sections-0-body_fr": "<p>Neuf</p>"}
    )
    answer = client.post(form_of(practice), bob | {"year": "2019"})

    assert answer.status_code == 302
    practice.refresh_from_db()
    assert (practice.title_fr, practice.staff_note, practice.year) == ("Café du monde", "x", 2019)
    assert practice.sections.get().body_fr == "<p>Neuf</p>"


def test_a_french_editor_does_not_put_back_an_old_german_text(client, practice):
    editor = opened(client, practice)
    translation = practice.translations.get(language="de")
    (pair,) = [pair for pair in client.get(form_of(translation)).context["form"].pairs if pair.path == "subtitle"]

    client.post(form_of(translation), {"subtitle": "Besser", "seen-subtitle": pair.seen})
    client.post(form_of(practice), editor | {"year": "2019"})

    practice.refresh_from_db()
    assert (practice.subtitle_de, practice.year) == ("Besser", 2019)


def test_a_field_that_both_changed_comes_back_with_both_texts(client, practice):
    anne, bob = opened(client, practice), opened(client, practice)

    client.post(form_of(practice), anne | {"title_fr": "Café d’Anne"})
    answer = client.post(form_of(practice), bob | {"title_fr": "Café de Bob", "year": "2019"})

    assert answer.status_code == 409
    assert "Café d’Anne" in errors_of(answer)["title_fr"][0]
    assert 'value="Café de Bob"' in answer.text
    assert Practice.objects.get().title_fr == "Café d’Anne"
    assert Practice.objects.get().year != 2019


def test_who_has_seen_both_texts_may_save(client, practice):
    anne, bob = opened(client, practice), opened(client, practice)
    client.post(form_of(practice), anne | {"title_fr": "Café d’Anne", "subtitle_fr": "Sous-titre"})
    refused = client.post(form_of(practice), bob | {"title_fr": "Café de Bob"})

    answer = client.post(
        form_of(practice),
        bob | {"title_fr": "Café de Bob", "subtitle_fr": "Sous-titre", "seen": refused.context["seen"]},
    )

    assert answer.status_code == 302
    practice.refresh_from_db()
    assert (practice.title_fr, practice.subtitle_fr) == ("Café de Bob", "Sous-titre")


def test_a_page_that_comes_back_shows_what_others_saved_meanwhile(client, practice):
    anne, bob = opened(client, practice), opened(client, practice)
    client.post(form_of(practice), anne | {"title_fr": "Café d’Anne", "staff_note": "Note d’Anne"})

    refused = client.post(form_of(practice), bob | {"title_fr": "Café de Bob"})

    assert refused.context["adminform"].form["staff_note"].value() == "Note d’Anne"


def test_choices_of_several_are_compared_whatever_their_order(client, practice):
    topics = [make_topic(), make_topic()]
    practice.topics.set(topics)
    bob = opened(client, practice)
    practice.topics.add(third := make_topic())

    answer = client.post(form_of(practice), bob | {"topics": [str(row.pk) for row in reversed(topics)]})

    assert answer.status_code == 302
    assert third in practice.topics.all()


def test_what_was_written_in_a_section_that_a_colleague_deleted_is_kept(client, practice):
    bob = opened(client, practice)
    practice.sections.all().delete()

    refused = client.post(form_of(practice), bob | {"sections-0-body_fr": "<p>Long travail de Bob</p>"})

    assert refused.status_code == 409
    assert "Long travail de Bob" in refused.text
    formset = next(row.formset for row in refused.context["inline_admin_formsets"] if row.formset.prefix == "sections")
    assert formset.non_form_errors()
    again = {name: value for name, value in bob.items() if name != "sections-0-id"} | {
        "sections-INITIAL_FORMS": "0",
        "sections-0-body_fr": "<p>Long travail de Bob</p>",
        "seen": refused.context["seen"],
    }
    assert client.post(form_of(practice), again).status_code == 302
    assert PracticeSection.objects.get().body_fr == "<p>Long travail de Bob</p>"


def test_a_section_that_a_colleague_deleted_stays_deleted_for_who_did_not_touch_it(client, practice):
    PracticeSection.objects.create(practice=practice, kind="costs", body_fr="<p>Coûts</p>", position=9)
    bob = opened(client, practice)
    practice.sections.exclude(kind="costs").delete()

    answer = client.post(form_of(practice), bob | {"sections-1-body_fr": "<p>Coûts de 2026</p>"})

    assert answer.status_code == 302
    assert practice.sections.get().body_fr == "<p>Coûts de 2026</p>"


def test_a_section_that_a_colleague_changed_is_not_deleted_unseen(client, practice):
    bob = opened(client, practice)
    practice.sections.update(body_fr="<p>Long travail d’Anne</p>")

    refused = client.post(form_of(practice), bob | {"sections-0-DELETE": "on"})
    assert refused.status_code == 409
    assert practice.sections.exists()

    client.post(form_of(practice), bob | {"sections-0-DELETE": "on", "seen": refused.context["seen"]})
    assert not practice.sections.exists()


def test_sending_a_form_twice_is_no_conflict(client, practice):
    bob = opened(client, practice) | {"title_fr": "Café de Bob"}

    assert [client.post(form_of(practice), bob).status_code for _ in range(2)] == [302, 302]


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: make_session(title_fr="Séance"), "title_fr"),
        (lambda: make_contact(name="Anne"), "name"),
        (lambda: make_organisation(name_fr="ASTI"), "name_fr"),
        (lambda: make_term(name_fr="Pacte"), "name_fr"),
        (lambda: make_commune(name_fr="Mersch"), "name_fr"),
        (lambda: make_topic(name_fr="Langues"), "name_fr"),
    ],
)
def test_every_form_of_the_desk_keeps_what_others_saved(client, make, field):
    row = make()
    bob = opened(client, row)
    type(row).objects.filter(pk=row.pk).update(**{field: "D’un autre"})

    assert client.post(form_of(row), bob | {field: "De Bob"}).status_code == 409
    row.refresh_from_db()
    assert getattr(row, field) == "D’un autre"


def test_the_same_address_given_twice_at_once_is_refused_in_words(client, monkeypatch):
    make_topic(slug="langues")
    values = {"slug": "langues", "name_fr": "Langues", "_save": "1"}
    # The first check finds nothing, as while the other transaction has not ended.
    blind, check = [True], Topic._perform_unique_checks
    monkeypatch.setattr(
        Topic, "_perform_unique_checks", lambda self, unique: {} if blind and blind.pop() else check(self, unique)
    )

    answer = client.post("/admin/practices/topic/add/", values)

    assert answer.status_code == 200
    assert "slug" in errors_of(answer)
