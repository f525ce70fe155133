"""The board: what is listed, in which order, and what leads from it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from accounts.models import RecordEntry
from practices.models import Practice
from tests.factories import make_practice, make_staff, make_term, make_topic
from translations.models import Translation

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]
BOARD = "/admin/translations/translation/"


def titles(client, query: str = "") -> list[str]:
    return [row.title for row in client.get(f"{BOARD}?{query}").context["cl"].result_list]


def desk_of(unit, language: str) -> str:
    return f"{BOARD}{Translation.objects.of(unit).get(language=language).pk}/change/"


def test_rows_stand_in_the_order_in_which_they_are_to_be_done(client):
    make_practice(title_fr="Ébauche", state="draft")
    done = make_practice(title_fr="Fini", title_de="Fertig", summary_de="x")
    done.mark_reviewed("de", by=None)
    make_practice(title_fr="Manque")
    outdated = make_practice(title_fr="Périmé", title_de="Alt", summary_de="x")
    make_practice(title_fr="Automatique", title_de="Automatisch", summary_de="x")
    Practice.objects.filter(pk=outdated.pk).update(summary_fr="autre")

    shown = titles(client, "language=de&q=")

    assert [title for title in shown if not title.startswith("theme")] == [
        "Périmé",
        "Manque",
        "Automatique",
        "Fini",
        "Ébauche",
    ]


def test_one_language_is_shown_and_it_is_the_persons_own(client):
    make_topic(name_fr="sport")

    assert client.get(BOARD).context["cl"].language == "de"
    client.force_login(make_staff("translator", ("lb",)))
    assert client.get(BOARD).context["cl"].language == "lb"
    assert client.get(f"{BOARD}?language=en").context["cl"].language == "en"
    assert client.get(f"{BOARD}?language=nonsense").context["cl"].language == "lb"


def test_each_row_shows_all_languages_in_words_and_links_those_that_the_person_translates(client):
    topic = make_topic(name_fr="sport", name_de="Sport")
    client.force_login(make_staff("translator", ("lb",)))

    response = client.get(BOARD)

    assertContains(response, "DE: ébauche automatique")
    assertContains(response, f'href="{desk_of(topic, "lb")}" class="translation-state state-missing own"')
    assertNotContains(response, desk_of(topic, "de"))


def test_the_numbers_of_the_table_lead_to_what_they_count(client):
    make_topic(name_fr="sport", name_de="Sport")
    make_topic(name_fr="jeux")

    html = client.get(BOARD).content.decode()
    links = re.findall(r'<td><a href="(\?language=\w+&amp;state__exact=\w+)">(\d+)</a></td>', html)

    assert len(links) == 12
    for address, count in links:
        query = address.replace("&amp;", "&").removeprefix("?")
        assert client.get(f"{BOARD}?{query}").context["cl"].result_count == int(count)


def test_what_is_reviewed_is_told_beside_what_is_translated(client):
    topics = [make_topic(name_fr="sport", name_de="Sport") for _number in range(4)]
    topics[0].mark_reviewed("de", by=None)

    board = {row["code"]: row for row in client.get(BOARD).context["board"]}

    assert (board["de"]["percentage"], board["de"]["reviewed"]) == (100, 25)


def test_the_board_asks_the_database_as_often_for_many_units(client):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{BOARD}?language=de")
        return len(captured)

    for _number in range(5):
        make_topic()
    # The first request of a session writes when it came.
    statements()
    few = statements()
    for _number in range(70):
        make_topic()

    assert statements() == few <= 25


def test_next_leads_to_what_is_to_be_done_first_and_back_to_the_same_list(client):
    done = make_topic(name_fr="a", name_de="A")
    done.mark_reviewed("de", by=None)
    todo = make_topic(name_fr="b")

    response = client.get(f"{BOARD}next/?language=de")

    assertRedirects(response, f"{desk_of(todo, 'de')}?_changelist_filters=language%3Dde")


def test_next_leaves_drafts_to_those_who_may_review(client):
    topic = make_topic(name_fr="a", name_de="A")

    assert client.get(f"{BOARD}next/?language=de")["Location"].startswith(desk_of(topic, "de"))
    client.force_login(make_staff("translator", ("de",)))
    assertRedirects(client.get(f"{BOARD}next/?language=de"), f"{BOARD}?language=de")


def test_the_desk_leads_to_the_one_before_and_the_one_after_in_the_list(client):
    first, second, third = (make_topic(name_fr=name) for name in "abc")
    filters = "?_changelist_filters=language%3Dde"

    page = client.get(f"{desk_of(second, 'de')}{filters}")

    assertContains(page, f'<a href="{desk_of(first, "de")}{filters}" rel="prev">')
    assertContains(page, f'<a href="{desk_of(third, "de")}{filters}" rel="next">')
    assertContains(page, "2 sur 3 dans la liste")


def test_save_and_next_goes_on_in_the_list(client):
    first, second = make_topic(name_fr="a"), make_topic(name_fr="b")
    url = f"{desk_of(first, 'de')}?_changelist_filters=language%3Dde"
    seen = re.search(r'name="seen-name" value="([^"]+)"', client.get(url).content.decode())

    response = client.post(url, {"name": "A", "seen-name": seen[1], "_next": "x"})

    first.refresh_from_db()
    assert first.name_de == "A"
    assertRedirects(response, f"{desk_of(second, 'de')}?_changelist_filters=language%3Dde")


def originals(response) -> list[str]:
    return re.findall(r'original="([^"]+)"', b"".join(response.streaming_content).decode())


def test_the_button_exports_what_the_list_is_narrowed_to(client):
    make_topic(slug="done", name_de="Fertig"), make_topic(slug="open"), make_term(slug="word")
    content_type = Translation.objects.get(language="de", content_type__model="topic", state="missing").content_type_id

    response = client.get(f"{BOARD}export/de/?state__exact=missing&content_type__id__exact={content_type}")

    assert response["Content-Disposition"] == 'attachment; filename="gresil-de-manquante-sujet.xlf"'
    assert originals(response) == ["practices.topic/open"]
    details = RecordEntry.objects.get(act="exported").details
    assert (details["language"], details["objects"]) == ("de", 1)


def test_the_action_exports_what_is_ticked(client):
    make_topic(slug="other")
    chosen = [make_topic(slug=slug).translation_in("lb").pk for slug in ["one", "two"]]

    response = client.post(f"{BOARD}?language=lb", {"action": "export_selected", "_selected_action": chosen})

    assert response["Content-Disposition"] == 'attachment; filename="gresil-lb-2-objets.xlf"'
    assert originals(response) == ["practices.topic/one", "practices.topic/two"]


def test_one_object_is_exported_from_its_form(client):
    make_topic()
    practice = make_practice(slug="cafe")

    response = client.get(f"{BOARD}export/de/?one={practice.translation_in('de').pk}")

    assert response["Content-Disposition"] == 'attachment; filename="gresil-de-practice-cafe.xlf"'
    assert originals(response) == ["practices.practice/cafe"]


def test_the_desk_shows_no_old_original_of_what_was_never_translated(client):
    practice = make_practice(title_fr="Café", summary_de="x")
    Practice.objects.filter(pk=practice.pk).update(title_fr="Grand café")

    response = client.get(desk_of(practice, "de"))

    assert [text["pair"].old_source for text in response.context["texts"]] == ["", ""]


def test_terms_are_marked_where_they_stand_and_lead_to_the_glossary(client):
    make_term(slug="pci", name_fr="plan communal", name_de="kommunaler Plan")
    practice = make_practice(
        title_fr="Le <plan communal> & co",
        body='<p>Un plan communal, <a href="https://x.lu">plan communal</a>.</p>',
    )

    texts = {text["pair"].path: text["source"] for text in client.get(desk_of(practice, "de")).context["texts"]}

    link = '<mark><a href="/de/glossary/#pci" title="kommunaler Plan" target="_blank">plan communal</a></mark>'
    assert texts["title"] == f"Le &lt;{link}&gt; &amp; co"
    body = next(source for path, source in texts.items() if path.endswith("body"))
    assert body == f'<p>Un {link}, <a href="https://x.lu">plan communal</a>.</p>'


def test_the_desk_leads_to_the_public_page_in_its_language(client):
    practice = make_practice(slug="cafe")
    draft = make_practice(slug="the", state="draft")

    assertContains(client.get(desk_of(practice, "lb")), 'href="/lb/practices/cafe/"')
    assertContains(client.get(desk_of(draft, "lb")), 'href="/lb/practices/the/preview/"')


def test_a_long_text_has_a_box_of_its_height_and_a_short_one_a_line(client):
    practice = make_practice(title_fr="Café", subtitle_fr="mot " * 60)

    form = client.get(desk_of(practice, "de")).context["form"]

    assert 'type="text"' in str(form["title"])
    assert 'rows="5"' in str(form["subtitle"])
    assert 'maxlength="250"' in str(form["subtitle"])


def test_line_ends_typed_into_a_text_of_one_line_become_blanks(client):
    practice = make_practice(title_fr="Café", subtitle_fr="mot " * 60)
    url = desk_of(practice, "de")
    seen = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]+)"', client.get(url).content.decode()))

    client.post(url, seen | {"title": "", "summary": "", "subtitle": "ein\r\nWort", "_save": "x"})

    practice.refresh_from_db()
    assert practice.subtitle_de == "ein Wort"
