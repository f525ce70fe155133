import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from practices.models import Practice, Term
from tests.factories import make_commune, make_practice, make_topic
from tests.practices.test_admin import form_data
from translations import xliff
from translations.models import Translation, TranslationImport, record_all_translations

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
BOARD = "/admin/translations/translation/"


@pytest.fixture
def practice(staff):
    practice = make_practice(
        title_fr="Café", title_de="Kaffee", summary_de="Auszug", body="<p>Texte</p>", communes=(make_commune(),)
    )
    practice.sections.update(body_de="<p>Text</p>")
    record_all_translations()
    return practice


def address(practice: Practice, language: str) -> str:
    return f"{BOARD}{Translation.objects.of(practice).get(language=language).pk}/change/"


def save(client, practice: Practice, **changes):
    return client.post(f"/admin/practices/practice/{practice.pk}/change/", form_data(client, practice, **changes))


def test_the_board_shows_each_language_and_narrows_by_state(client, practice):
    response = client.get(f"{BOARD}?state__exact=missing&language=lb")

    assertContains(response, "Café")
    assert response.context["cl"].result_count == Translation.objects.filter(state="missing", language="lb").count()
    assert {row["code"]: row["percentage"] for row in response.context["board"]}["lb"] == 0


def test_saving_a_changed_original_makes_translations_outdated(client, practice):
    save(client, practice, title_fr="Grand café")

    assert practice.translation_in("de").state == "outdated"


def test_saving_a_small_change_does_not(client, practice):
    save(client, practice, title_fr="Café !", _small_change="on")

    assert practice.translation_in("de").state == "draft"


def test_the_change_form_shows_the_states_and_leads_to_the_desk(client, practice):
    response = client.get(f"/admin/practices/practice/{practice.pk}/change/")

    assertContains(response, f'href="{address(practice, "de")}"')
    assertContains(response, 'name="_small_change"')


def test_the_desk_shows_old_and_new_original_beside_the_translation(client, practice):
    save(client, practice, title_fr="Grand café")

    response = client.get(address(practice, "de"))

    for words in ["Café", "Grand café", "Kaffee", "Texte"]:
        assertContains(response, words)
    assertContains(response, "is-outdated", count=1)


def test_the_desk_saves_texts_of_the_fiche_and_of_its_parts(client, practice):
    url = address(practice, "lb")
    form = client.get(url).context["form"]
    values = dict(zip(form.fields, ["Kaffi", "Resumé", "<p>Text</p>"], strict=True))

    response = client.post(url, values | {"_save": "x"})

    assertRedirects(response, url)
    practice.refresh_from_db()
    assert (practice.title_lb, practice.sections.get().body_lb) == ("Kaffi", "<p>Text</p>")
    assert practice.translation_in("lb").state == "draft"


def test_the_desk_marks_as_reviewed_and_keeps_what_was_typed_when_it_is_wrong(client, practice, staff):
    url = address(practice, "de")
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    first = next(iter(values))

    refused = client.post(url, values | {first: "x" * 300, "_reviewed": "x"})
    assertContains(refused, "x" * 300)
    client.post(url, values | {"_reviewed": "x"})

    translation = practice.translation_in("de")
    assert (translation.state, translation.set_by) == ("reviewed", staff)


def test_translators_see_the_terms_of_the_field(client, practice):
    Term.objects.create(slug="cafe", name_fr="café des langues", aliases_fr="café", name_de="Sprachencafé")
    Term.objects.create(slug="pci", name_fr="plan communal", name_de="kommunaler Plan")

    response = client.get(address(practice, "de"))

    assertContains(response, "Sprachencafé")
    assertNotContains(response, "kommunaler Plan")


def test_several_translations_are_marked_as_reviewed_at_once(client, practice):
    rows = Translation.objects.of(practice).filter(language="de")

    client.post(BOARD, {"action": "mark_reviewed", "_selected_action": [row.pk for row in rows]})

    assert practice.translation_in("de").state == "reviewed"


def test_a_language_is_exported_and_imported_with_a_report(client, practice):
    make_topic(name_fr="sport")
    record_all_translations()
    content = client.get(f"{BOARD}export/lb/").content
    sent = content.replace(b'state="needs-translation" />', b'state="translated">Iwwersat</target>')
    Practice.objects.update(title_fr="Grand café")

    response = client.post(f"{BOARD}import/", {"file": SimpleUploadedFile("lb.xlf", sent)}, follow=True)

    record = TranslationImport.objects.get()
    assert [text["path"] for text in record.refused] == ["title"]
    assert record.taken > 2
    assertContains(response, "Grand café")


@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize("content", [b"nonsense", b"<a/>", b" " * 5_000_001])
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(client, content):
    response = client.post(f"{BOARD}import/", {"file": SimpleUploadedFile("x.xlf", content)})

    assertContains(response, "errorlist")
    assert not TranslationImport.objects.exists()


def test_a_file_for_another_language_is_refused(client, practice):
    content = xliff.export("lb", Translation.objects.filter(language="lb")).replace(b'"lb"', b'"pt"')

    response = client.post(f"{BOARD}import/", {"file": SimpleUploadedFile("pt.xlf", content)})

    assertContains(response, "errorlist")


def test_there_is_nothing_to_export_for_an_unknown_language(client, staff):
    assert client.get(f"{BOARD}export/xx/").status_code == 404
    assert client.get(f"{BOARD}999999/change/").status_code == 404


def test_the_desk_is_for_staff_only(client):
    for path in ["", "import/", "export/lb/", "1/change/"]:
        assert client.get(f"{BOARD}{path}").status_code == 302
