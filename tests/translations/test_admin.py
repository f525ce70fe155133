import re
import threading

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import RecordEntry
from core.languages import target_languages
from practices.models import Practice, Term
from tests.conftest import has_typed_the_password
from tests.factories import make_commune, make_contact, make_organisation, make_practice, make_staff, make_topic
from tests.practices.test_admin import form_data
from translations.corrections import questions
from translations.models import Translation, TranslationImport

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
BOARD = "/admin/translations/translation/"


@pytest.fixture
def practice(staff):
    # What is published is changed in a draft of its own.
    practice = make_practice(
        state="draft",
        published_at=None,
        title_fr="Café",
        title_de="Kaffee",
        summary_de="Auszug",
        body="<p>Texte</p>",
        communes=(make_commune(),),
    )
    practice.sections.update(body_de="<p>Text</p>")
    return practice


def address(practice: Practice, language: str) -> str:
    return f"{BOARD}{Translation.objects.of(practice).get(language=language).pk}/change/"


def desk(client, practice: Practice, language: str) -> dict[str, str]:
    """What a browser sends back for the untouched desk: each text, and what was seen."""
    response = client.get(address(practice, language))
    assert response.status_code == 200, response.status_code
    seen = re.findall(r'name="(seen-[^"]+)" value="([^"]+)"', response.content.decode())
    return {field.name: field.value() for field in response.context["form"]} | dict(seen)


def body_of(practice: Practice) -> str:
    """The name of the field for the text of the section."""
    return f"sections-{practice.sections.get().pk}-body"


def change(unit, **fields) -> None:
    """What another member of staff saves meanwhile."""
    type(unit).objects.filter(pk=unit.pk).update(**fields)


def save(client, practice: Practice, **changes):
    return client.post(f"/admin/practices/practice/{practice.pk}/change/", form_data(client, practice, **changes))


def test_the_board_shows_each_language_and_narrows_by_state(client, practice):
    response = client.get(f"{BOARD}?state__exact=missing&language=lb")

    assertContains(response, "Café")
    assert response.context["cl"].result_count == Translation.objects.filter(state="missing", language="lb").count()


@pytest.mark.parametrize(("translated", "percentage"), [(0, 0), (1, 33), (3, 100)])
def test_the_board_says_how_much_of_a_language_is_done(client, staff, translated, percentage):
    for number in range(3):
        make_topic(name_fr="le sport", name_de="der Sport" if number < translated else "")

    board = client.get(BOARD).context["board"]

    assert {row["code"]: row["percentage"] for row in board} == {"de": percentage, "lb": 0, "en": 0}


def test_saving_a_changed_original_makes_translations_outdated(client, practice):
    save(client, practice, title_fr="Grand café")

    assert practice.translation_in("de").state == "outdated"


def answers_of(html: str) -> dict[str, str]:
    """What the buttons of the question post, for all texts together."""
    return {"text": re.findall(r'name="text" value="([^"]+)"', html)}


def test_after_saving_staff_are_asked_whether_the_change_was_a_small_correction(client, practice):
    correction = f"/admin/practices/practice/{practice.pk}/correction/"

    response = save(client, practice, title_fr="Café !", _save="x")
    message = client.get(response["Location"])

    assertContains(message, f'action="{correction}"', count=1)
    assertContains(message, "<ins>!</ins>")
    client.post(correction, answers_of(message.content.decode()) | {"small": ""})
    assert practice.translation_in("de").state == "draft"
    assertNotContains(client.get(f"/admin/practices/practice/{practice.pk}/change/"), correction)


def test_the_form_asks_until_somebody_answers(client, practice):
    form, correction = (f"/admin/practices/practice/{practice.pk}/{page}/" for page in ("change", "correction"))
    save(client, practice, title_fr="Café !", _continue="x")

    page = client.get(form)
    assertContains(page, f'action="{correction}"', count=1)
    assertContains(client.get(form), f'action="{correction}"', count=1)

    response = client.post(correction, answers_of(page.content.decode()) | {"again": ""})
    assertRedirects(response, form)
    assertNotContains(client.get(form), correction)
    assert practice.translation_in("de").state == "outdated"


def test_one_text_of_several_is_answered_for_by_its_own_button(client, practice):
    save(client, practice, title_fr="Café !", summary_fr="Tout autre chose", _continue="x")
    form = client.get(f"/admin/practices/practice/{practice.pk}/change/").content.decode()
    [key] = re.findall(r'name="small" value="(title:[^"]+)"', form)

    client.post(f"/admin/practices/practice/{practice.pk}/correction/", answers_of(form) | {"small": key})

    source = practice.fresh().texts("fr")
    assert set(practice.translation_in("de").outdated_originals(source)) == {"summary"}


def test_saving_something_else_does_not_ask_again_in_a_message(client, practice):
    save(client, practice, title_fr="Café !", _save="x")
    client.get("/admin/practices/practice/")

    response = save(client, practice, year="2016", _save="x")

    assertNotContains(client.get(response["Location"]), "/correction/")


def test_who_may_not_change_a_unit_does_not_answer_for_it(client, practice, colleague):
    change(practice, title_fr="Café !")
    [question] = questions([practice.fresh()])
    colleague("translator", "de")

    for answer in ["small", "again"]:
        data = {"text": [question.texts[0].key], answer: ""}
        assert client.post(f"/admin/practices/practice/{practice.pk}/correction/", data).status_code == 403

    assert practice.translation_in("de").state == "outdated"


def test_an_answer_leads_to_no_other_site(client, practice):
    url = f"/admin/practices/practice/{practice.pk}/correction/"

    assert client.post(url, {"small": "", "next": "https://evil.example/"})["Location"] == url.replace(
        "correction", "change"
    )


def test_the_change_form_shows_the_states_and_leads_to_the_desk(client, practice):
    response = client.get(f"/admin/practices/practice/{practice.pk}/change/")

    assertContains(response, f'href="{address(practice, "de")}"')
    german = practice.translation_in("de")
    assertContains(response, f'href="{BOARD}export/de/?one={german.pk}"')


def test_the_desk_shows_old_and_new_original_beside_the_translation(client, practice):
    save(client, practice, title_fr="Grand café")

    response = client.get(address(practice, "de"))

    for words in ["Café", "Grand café", "Kaffee", "Texte"]:
        assertContains(response, words)
    assertContains(response, "is-outdated", count=1)


def test_the_desk_saves_texts_of_the_practice_and_of_its_parts(client, practice):
    url = address(practice, "lb")
    values = {"title": "Kaffi", "summary": "Resumé", body_of(practice): "<p>Text</p>"}

    response = client.post(url, desk(client, practice, "lb") | values | {"_save": "x"})

    assertRedirects(response, url)
    practice.refresh_from_db()
    assert (practice.title_lb, practice.sections.get().body_lb) == ("Kaffi", "<p>Text</p>")
    assert practice.translation_in("lb").state == "draft"


def test_the_desk_marks_as_reviewed_and_keeps_what_was_typed_when_it_is_wrong(client, practice, staff):
    url = address(practice, "de")
    values = desk(client, practice, "de")

    refused = client.post(url, values | {"title": "x" * 300, "_reviewed": "x"})
    assertContains(refused, "x" * 300)
    client.post(url, values | {"_reviewed": "x"})

    translation = practice.translation_in("de")
    assert (translation.state, translation.set_by) == ("reviewed", staff)


def test_each_text_stays_at_its_place_when_a_section_comes_before_it(client, practice):
    values = desk(client, practice, "de") | {body_of(practice): "<p>Unser Text</p>"}
    first = practice.sections.create(kind="objectives", body_fr="<p>But</p>", body_de="<p>Ziel</p>", position=0)
    practice.sections.exclude(pk=first.pk).update(position=1)

    client.post(address(practice, "de"), values | {"_save": "x"})

    assert [section.body_de for section in practice.sections.all()] == ["<p>Ziel</p>", "<p>Unser Text</p>"]


def test_a_text_that_nobody_saw_is_not_marked_as_reviewed(client, practice):
    values = desk(client, practice, "de") | {"title": "Unser Kaffee", "_reviewed": "x"}
    practice.sections.create(kind="objectives", body_fr="<p>But</p>", body_de="<p>Ziel</p>")

    response = client.post(address(practice, "de"), values)

    assertContains(response, "Unser Kaffee", status_code=409)
    assertContains(response, "But", status_code=409)
    assertContains(response, "&lt;p&gt;Ziel&lt;/p&gt;", status_code=409)
    assert practice.translation_in("de").state == "draft"


def test_an_original_that_changed_while_its_translation_was_written_is_shown_and_not_reviewed(client, practice):
    values = desk(client, practice, "de") | {"title": "Unser Kaffee", "_reviewed": "x"}
    change(practice, title_fr="Grand café")

    response = client.post(address(practice, "de"), values)

    practice.refresh_from_db()
    for words in ["Grand café", "Unser Kaffee", "L’original a changé entre-temps."]:
        assertContains(response, words, status_code=409)
    assert practice.title_de == "Kaffee"
    assert practice.translation_in("de").state == "outdated"


def test_what_another_person_saved_meanwhile_is_shown_and_replaced_only_on_purpose(client, practice):
    url = address(practice, "de")
    values = desk(client, practice, "de") | {"title": "Unser Kaffee", "_save": "x"}
    change(practice, title_de="Annas Kaffee")

    response = client.post(url, values)

    practice.refresh_from_db()
    assert practice.title_de == "Annas Kaffee"
    for words in ["Annas Kaffee", "Unser Kaffee"]:
        assertContains(response, words, status_code=409)

    seen = re.findall(r'name="(seen-[^"]+)" value="([^"]+)"', response.content.decode())
    client.post(url, values | dict(seen))

    practice.refresh_from_db()
    assert practice.title_de == "Unser Kaffee"


@pytest.mark.django_db(transaction=True)
def test_who_saves_while_another_person_saves_waits_and_is_told(client, practice):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one writer in at a time by itself.")
    values = desk(client, practice, "de") | {"title": "Unser Kaffee", "_save": "x"}
    statuses: list[int] = []
    ended = threading.Event()

    def post() -> None:
        statuses.append(client.post(address(practice, "de"), values).status_code)
        ended.set()
        connection.close()

    with transaction.atomic():
        practice.lock()
        thread = threading.Thread(target=post)
        thread.start()
        assert not ended.wait(timeout=1)
        change(practice, title_de="Annas Kaffee")
    thread.join()

    assert statuses == [409]


def test_a_field_that_was_left_alone_takes_what_another_person_saved_meanwhile(client, practice):
    values = desk(client, practice, "de") | {"summary": "Unser Auszug", "_save": "x"}
    change(practice, title_de="Annas Kaffee")

    response = client.post(address(practice, "de"), values)

    shown = {field.name: field.value() for field in response.context["form"]}
    assert (shown["title"], shown["summary"]) == ("Annas Kaffee", "Unser Auszug")


def test_pressing_the_button_twice_is_no_conflict(client, practice):
    values = desk(client, practice, "de") | {"title": "Unser Kaffee", "_reviewed": "x"}

    for _press in range(2):
        assert client.post(address(practice, "de"), values).status_code == 302

    assert practice.translation_in("de").state == "reviewed"


def test_what_was_typed_for_a_text_that_is_gone_is_shown_once_more(client, practice):
    values = desk(client, practice, "de") | {body_of(practice): "<p>Unser Text</p>", "title": "Unser Kaffee"}
    practice.sections.all().delete()

    response = client.post(address(practice, "de"), values | {"_save": "x"})

    practice.refresh_from_db()
    for words in ["&lt;p&gt;Unser Text&lt;/p&gt;", "Unser Kaffee"]:
        assertContains(response, words, status_code=409)
    assert practice.title_de == "Kaffee"


def test_a_draft_that_is_saved_at_the_desk_is_reviewed_no_more(client, practice):
    practice.mark_reviewed("de", by=None)

    client.post(address(practice, "de"), desk(client, practice, "de") | {"_save": "x"})
    assert practice.translation_in("de").state == "reviewed"

    client.post(address(practice, "de"), desk(client, practice, "de") | {"title": "Unser Kaffee", "_save": "x"})
    assert practice.translation_in("de").state == "draft"


def test_a_term_that_a_browser_sends_back_untouched_stays_as_it_was(client, staff):
    term = Term.objects.create(slug="pci", name_fr="plan", name_de="Plan", aliases_fr="a\nb", aliases_de="c\nd")
    url = f"/admin/practices/term/{term.pk}/change/"
    form = client.get(url).context["adminform"].form
    values = {field.html_name: str(field.value() or "").replace("\n", "\r\n") for field in form}
    before = Term.objects.values().get()

    response = client.post(url, values | {"successors": []})

    assertRedirects(response, "/admin/practices/term/")
    assert Term.objects.values().get() == before
    assert term.translation_in("de").state == "draft"


def organisation_data(client, organisation, **changes) -> dict:
    """What a browser sends back for the change form of `organisation` with its contacts, with `changes`."""
    context = client.get(f"/admin/contacts/organisation/{organisation.pk}/change/").context
    formset = context["inline_admin_formsets"][0].formset
    fields = [field for form in [context["adminform"].form, formset.management_form, *formset.forms] for field in form]
    values = {field.html_name: field.value() for field in fields}
    return {name: value for name, value in values.items() if value is not None and value is not False} | changes


def test_a_contact_that_is_edited_within_its_organisation_has_outdated_translations(client, staff):
    contact = make_contact(role_fr="Directeur", role_de="Leiter")
    other = make_contact(organisation=contact.organisation, role_fr="Bénévole", role_de="Freiwillige")
    data = organisation_data(client, contact.organisation)
    name = next(name for name, value in data.items() if value == "Directeur")

    client.post(f"/admin/contacts/organisation/{contact.organisation.pk}/change/", data | {name: "Conseiller"})

    assert contact.translation_in("de").state == "outdated"
    assert contact.translation_in("de").set_by == staff
    assert other.translation_in("de").state == "draft"


def test_staff_are_asked_about_a_contact_that_they_changed_within_its_organisation(client, staff):
    contact = make_contact(role_fr="Directeur", role_de="Leiter")
    data = organisation_data(client, contact.organisation, _continue="x")
    name = next(name for name, value in data.items() if value == "Directeur")

    url = f"/admin/contacts/organisation/{contact.organisation.pk}/change/"
    response = client.post(url, data | {name: "Conseiller"}, follow=True)

    assertContains(response, f'action="/admin/contacts/contact/{contact.pk}/correction/"')


def test_a_contact_that_is_added_within_its_organisation_is_on_the_board(client, staff):
    organisation = make_organisation()
    data = organisation_data(client, organisation, **{"contacts-TOTAL_FORMS": 1})
    new = {"slug": "anne", "name": "Anne", "sort_name": "Anne", "role_fr": "Directrice", "recorded_year": 2026}
    data |= {f"contacts-0-{name}": value for name, value in new.items()} | {"contacts-0-display": "public"}

    client.post(f"/admin/contacts/organisation/{organisation.pk}/change/", data)

    contact = organisation.contacts.get()
    assert Translation.objects.of(contact).count() == len(target_languages())


def test_a_contact_that_is_deleted_within_its_organisation_leaves_no_record(client, staff):
    contact = make_contact(role_fr="Directeur")
    data = organisation_data(client, contact.organisation, **{"contacts-0-DELETE": "on", "contacts-0-role_fr": "x"})

    client.post(f"/admin/contacts/organisation/{contact.organisation.pk}/change/", data)

    assert not contact.organisation.contacts.exists()
    assert not Translation.objects.filter(content_type__model="contact").exists()


def test_translators_see_the_terms_of_the_field(client, practice):
    Term.objects.create(slug="cafe", name_fr="café des langues", aliases_fr="café", name_de="Sprachencafé")
    Term.objects.create(slug="pci", name_fr="plan communal", name_de="kommunaler Plan")

    response = client.get(address(practice, "de"))

    assertContains(response, "Sprachencafé")
    assertNotContains(response, "kommunaler Plan")


def review(client, *rows: Translation, act: str = "mark_reviewed"):
    """The page that asks before translations are marked as reviewed in the list."""
    query = f"?language={rows[0].language}"
    return client.post(f"{BOARD}{query}", {"action": act, "_selected_action": [row.pk for row in rows]})


def confirm(client, page):
    """Press the button of that page; the next page shows what was done."""
    fields = re.findall(r'name="(act|keys|filters)" value="([^"]*)"', page.content.decode())
    return client.post(f"{BOARD}review/", dict(fields), follow=True)


def test_what_a_person_has_opened_is_marked_as_reviewed_in_the_list_after_a_question(client, practice, staff):
    row = practice.translation_in("de")
    client.get(address(practice, "de"))

    page = review(client, row)

    assertContains(page, "1 traduction")
    assertContains(page, "Café")
    assert practice.translation_in("de").state == "draft"
    response = confirm(client, page)
    assert practice.translation_in("de").state == "reviewed"
    assert RecordEntry.objects.get(act="reviewed").details == {"language": "de"}
    undo = dict(re.findall(r'name="(act|at)" value="([^"]*)"', response.content.decode()))
    client.post(f"{BOARD}review/", undo)
    assert practice.translation_in("de").state == "draft"


def test_what_nobody_opened_is_not_reviewed_in_the_list_not_even_by_a_direct_post(client, practice):
    row = practice.translation_in("de")

    page = review(client, row)

    assertContains(page, "Vous ne l’avez pas encore ouverte.")
    client.post(f"{BOARD}review/", {"act": "review", "keys": f"{row.pk},"})
    assert practice.translation_in("de").state == "draft"


def test_what_changed_since_it_was_opened_is_not_reviewed_in_the_list(client, practice):
    client.get(address(practice, "de"))
    change(practice, title_de="Kaffeehaus")

    page = review(client, practice.translation_in("de"))

    assertContains(page, "Elle a changé depuis que vous l’avez ouverte.")
    confirm(client, page)
    assert practice.translation_in("de").state == "draft"


def test_what_another_person_opened_is_not_reviewed_by_this_one(client, practice, colleague):
    client.get(address(practice, "de"))
    colleague("editor")

    confirm(client, review(client, practice.translation_in("de")))

    assert practice.translation_in("de").state == "draft"


def test_what_is_outdated_or_incomplete_is_named_with_the_reason(client, practice):
    other = make_practice(title_de="Tee", summary_de="Auszug")
    change(practice, title_fr="Grand café")
    for unit in [practice, other]:
        client.get(address(unit, "de"))

    page = review(client, practice.translation_in("de"), other.translation_in("de"))

    assertContains(page, "L’original a changé")
    confirm(client, page)
    assert practice.translation_in("de").state == "outdated"
    assert other.translation_in("de").state == "reviewed"
    assertContains(review(client, practice.translation_in("lb")), "Des textes manquent.")


def test_a_review_is_taken_back_in_the_list(client, practice):
    practice.mark_reviewed("de", by=None)

    page = review(client, practice.translation_in("de"), act="back_to_draft")

    confirm(client, page)
    assert practice.translation_in("de").state == "draft"
    assert RecordEntry.objects.filter(act="unreviewed").count() == 1


def test_undoing_a_review_keeps_what_was_read_before(client, practice, staff):
    practice.mark_reviewed("de", by=staff, paths=["title"])
    client.get(address(practice, "de"))
    response = confirm(client, review(client, practice.translation_in("de")))

    undo = dict(re.findall(r'name="(act|at)" value="([^"]*)"', response.content.decode()))
    client.post(f"{BOARD}review/", undo)

    assert list(practice.translation_in("de").read) == ["title"]


def test_enter_saves_and_does_not_review(client, practice):
    page = client.get(address(practice, "de")).content.decode()
    form = page[page.index('id="translation_form"') :]

    buttons = re.findall(r'<(?:button|input)[^>]*type="submit"[^>]*name="([^"]+)"', form)

    assert buttons[0] == "_save"
    assert "_reviewed" in buttons


def test_texts_are_read_one_by_one(client, practice, staff):
    values = desk(client, practice, "de")

    client.post(address(practice, "de"), values | {"read-title": "on", "_save": "x"})

    row = practice.translation_in("de")
    assert (row.state, list(row.read), row.read["title"][0]) == ("draft", ["title"], staff.pk)
    values = desk(client, practice, "de") | {"read-summary": "on", f"read-{body_of(practice)}": "on", "_save": "x"}
    client.post(address(practice, "de"), values)
    assert practice.translation_in("de").state == "reviewed"
    assertContains(client.get(address(practice, "de")), "lu par staff")


def test_a_tick_is_taken_back_one_by_one_and_all_at_once(client, practice):
    practice.mark_reviewed("de", by=None)

    client.post(address(practice, "de"), desk(client, practice, "de") | {"read-title": "", "_save": "x"})
    assert set(practice.translation_in("de").read) == {"summary", f"sections/{practice.sections.get().pk}/body"}

    client.post(address(practice, "de"), desk(client, practice, "de") | {"_draft": "x"})
    assert practice.translation_in("de").read == {}


def test_an_outdated_text_that_is_still_right_is_up_to_date_once_it_is_read(client, practice):
    change(practice, title_fr="Café !")

    client.post(address(practice, "de"), desk(client, practice, "de") | {"read-title": "on", "_save": "x"})

    assert practice.translation_in("de").state == "draft"


def test_what_another_person_has_read_meanwhile_stays_read(client, practice):
    values = desk(client, practice, "de")
    practice.mark_reviewed("de", by=None, paths=["title"])

    client.post(address(practice, "de"), values | {"summary": "Kurz", "_save": "x"})

    assert list(practice.translation_in("de").read) == ["title"]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"title_fr": "Grand café"}, "L’original de ces textes a changé"), ({"title_de": ""}, "Ces textes manquent")],
)
def test_an_unfinished_translation_is_saved_but_not_reviewed_and_the_page_says_why(client, practice, fields, sentence):
    change(practice, **fields)
    values = desk(client, practice, "de") | {"summary": "Kurz", "_reviewed": "x"}

    response = client.post(address(practice, "de"), values, follow=True)

    practice.refresh_from_db()
    [message] = response.context["messages"]
    assert practice.summary_de == "Kurz"
    assert sentence in str(message)
    assert "titre" in str(message)
    assert practice.translation_in("de").read == {}


def test_who_may_not_review_sees_what_was_read_and_has_no_tick(client, practice, colleague, staff):
    practice.mark_reviewed("de", by=staff, paths=["title"])
    colleague("translator", "de")

    values = desk(client, practice, "de")
    client.post(address(practice, "de"), values | {"read-summary": "on", "read-title": "", "_reviewed": "x"})

    assertContains(client.get(address(practice, "de")), "lu par staff")
    assert not [name for name in values if name.startswith("read-")]
    assert list(practice.translation_in("de").read) == ["title"]


def test_a_language_is_exported_and_imported_with_a_report(client, practice):
    make_topic(name_fr="sport")
    content = client.get(f"{BOARD}export/lb/").getvalue()
    sent = content.replace(b'state="needs-translation" />', b'state="translated">Iwwersat</target>')
    Practice.objects.update(title_fr="Grand café")

    response = client.post(f"{BOARD}import/", {"file": SimpleUploadedFile("lb.xlf", sent)}, follow=True)

    record = TranslationImport.objects.get()
    assert [text["path"] for text in record.refused] == ["title"]
    assert record.taken > 2
    assertContains(response, "Grand café")


@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize("content", [b"nonsense", b"<a/>", b" " * 20_000_001])
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(client, content):
    response = client.post(f"{BOARD}import/", {"file": SimpleUploadedFile("x.xlf", content)})

    assertContains(response, "errorlist")
    assert not TranslationImport.objects.exists()


def test_a_file_for_another_language_is_refused(client, practice):
    content = client.get(f"{BOARD}export/lb/").getvalue().replace(b'"lb"', b'"pt"')

    response = client.post(f"{BOARD}import/", {"file": SimpleUploadedFile("pt.xlf", content)})

    assertContains(response, "errorlist")


def test_there_is_nothing_to_export_for_an_unknown_language(client, staff):
    assert client.get(f"{BOARD}export/xx/").status_code == 404
    assert client.get(f"{BOARD}999999/change/").status_code == 404


def test_the_desk_is_for_staff_only(client):
    for path in ["", "import/", "export/lb/", "1/change/"]:
        assert client.get(f"{BOARD}{path}").status_code == 302


@pytest.fixture
def colleague(client, practice):
    """Signs in a member of staff with this role."""

    def sign_in(role: str | None = None, *languages: str) -> None:
        user = make_staff(role, languages)
        client.force_login(user)
        has_typed_the_password(client, user)

    return sign_in


def statuses(client, practice: Practice) -> dict[str, tuple[int, int]]:
    """Page -> status of its answer to GET and to POST, with texts and a file that would be taken."""
    client_of_texts = Client()
    staff = get_user_model().objects.get(username="staff")
    client_of_texts.force_login(staff)
    has_typed_the_password(client_of_texts, staff)
    texts = desk(client_of_texts, practice, "lb") | {"title": "Kaffi", "_save": "x"}
    content = client_of_texts.get(f"{BOARD}export/lb/").getvalue()
    sent = content.replace(b'state="needs-translation" />', b'state="translated">Iwwersat</target>')
    pages = {
        "": {"action": "mark_reviewed", "_selected_action": [practice.translation_in("de").pk]},
        "export/lb/": {},
        "import/": {"file": SimpleUploadedFile("lb.xlf", sent)},
        address(practice, "lb").removeprefix(BOARD): texts,
    }
    return {
        path.rstrip("/").rpartition("/")[2] or path: (
            client.get(f"{BOARD}{path}").status_code,
            client.post(f"{BOARD}{path}", data).status_code,
        )
        for path, data in pages.items()
    }


def test_staff_without_the_right_neither_read_nor_change_translations(client, practice, colleague):
    colleague()

    answers = statuses(client, practice)

    assert answers == {"": (403, 403), "lb": (403, 403), "import": (403, 403), "change": (403, 403)}
    practice.refresh_from_db()
    assert not practice.title_lb
    assert practice.translation_in("de").state == "draft"
    assert client.get(f"{BOARD}999999/change/").status_code == 403


def test_who_may_only_read_translations_neither_exports_nor_changes_them(client, practice, colleague):
    colleague("contributor")

    answers = statuses(client, practice)
    board = client.get(BOARD)

    assert answers["lb"] == answers["import"] == answers["change"] == (403, 403)
    practice.refresh_from_db()
    assert not practice.title_lb
    assert practice.translation_in("de").state == "draft"
    assertNotContains(board, f'href="{BOARD}export/')
    assertNotContains(board, f'href="{BOARD}import/"')
    assertNotContains(board, "/change/?")
    assertNotContains(board, f'href="{address(practice, "lb")}')


def test_a_translator_works_on_translations_into_their_languages_alone(client, practice, colleague):
    colleague("translator", "lb")

    answers = statuses(client, practice)
    board = client.get(BOARD)
    german = address(practice, "de")

    assert answers == {"": (200, 302), "lb": (200, 200), "import": (200, 302), "change": (200, 409)}
    assert client.get(german).status_code == client.post(german, {"title": "Gestohlen"}).status_code == 403
    assert client.get(f"{BOARD}export/de/").status_code == 403
    practice.refresh_from_db()
    assert (practice.title_lb, practice.title_de) == ("Iwwersat", "Kaffee")
    assertContains(board, f'href="{BOARD}export/lb/?')
    assertNotContains(board, f'href="{BOARD}export/de/')
    assertNotContains(client.get(f"{BOARD}?language=de"), f'href="{BOARD}export/')
    assert client.get(f"{BOARD}next/?language=de").status_code == 403


def test_a_translator_does_not_import_another_language(client, practice, colleague):
    sent = client.get(f"{BOARD}export/de/").getvalue()
    colleague("translator", "lb")

    response = client.post(f"{BOARD}import/", {"file": SimpleUploadedFile("de.xlf", sent)})

    assertContains(response, "une langue vers laquelle vous ne traduisez pas")
    assert not TranslationImport.objects.exists()


def test_only_who_may_review_marks_a_translation_as_reviewed(client, practice, colleague):
    colleague("translator", "de")
    texts = desk(client, practice, "de")

    page = client.get(address(practice, "de"))
    client.post(address(practice, "de"), texts | {"_reviewed": "x"})
    client.post(BOARD, {"action": "mark_reviewed", "_selected_action": [practice.translation_in("de").pk]})

    assertNotContains(page, 'name="_reviewed"')
    assert practice.translation_in("de").state == "draft"


def test_who_may_change_translations_works_at_the_desk_imports_and_reads_the_report(client, practice, colleague):
    colleague("editor")

    answers = statuses(client, practice)
    board = client.get(f"{BOARD}?language=lb")

    assert answers == {"": (200, 200), "lb": (200, 200), "import": (200, 302), "change": (200, 409)}
    practice.refresh_from_db()
    assert practice.title_lb == "Iwwersat"
    assertContains(board, f'href="{BOARD}export/lb/?language=lb"')
    assertContains(board, f'href="{BOARD}import/"')
    assertContains(board, f'href="{address(practice, "lb")}')
    report = f"/admin/translations/translationimport/{TranslationImport.objects.get().pk}/change/"
    assert client.get(report).status_code == 200


def test_who_may_only_read_translations_reads_no_reports(client, practice, colleague):
    colleague("contributor")
    record = TranslationImport.objects.create(language="lb", file_name="lb.xlf", content="")

    assert client.get(f"/admin/translations/translationimport/{record.pk}/change/").status_code == 403
