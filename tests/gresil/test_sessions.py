import datetime
import re
from urllib.parse import quote

import pytest
from django.conf import settings
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains

from gresil.sessions import MOST_OPEN, in_words
from tests.factories import (
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_session,
    make_theme,
)
from tests.pages import main_of

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, name in settings.LANGUAGES]


def make_helpdesk(**fields):
    return make_contact(slug="agence-interculturelle", name="", desk_fr="Agence", email="desk@example.lu", **fields)


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


# The list


def test_the_list_begins_with_the_next_session(client):
    make_session(title_fr="Hier", date=datetime.date(2017, 2, 11))
    make_session(title_fr="Plus tard", date=datetime.date(2999, 6, 1))
    make_session(
        slug="demain",
        title_fr="Demain",
        date=datetime.date(2999, 1, 1),
        start_time=datetime.time(9),
        end_time=datetime.time(14),
        commune=make_commune(name_fr="Strassen"),
    )
    make_session(title_fr="Secret", date=datetime.date(2998, 1, 1), is_published=False)

    main = main_of(client.get("/fr/sessions/"))

    following, past = main.split('id="past-heading"')
    assert following.index("Demain") < following.index("Plus tard")
    for words in ['href="/fr/sessions/demain/"', "1er janvier 2999", "Strassen"]:
        assert words in following
    assert "Hier" in past
    assert "Secret" not in main


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_next_date_one_learns_how_to_be_told_of_it(client, language):
    make_helpdesk()
    make_session(title_fr="Hier", date=datetime.date(2017, 2, 11))

    main = main_of(client.get(f"/{language}/sessions/"))

    with translation.override(language):
        subject = quote(translation.gettext("Invitation to the next session of GRESIL"))
    assert f'href="mailto:desk@example.lu?subject={subject}"' in main.partition('id="past-heading"')[0]


def test_without_an_address_the_helpdesk_page_takes_its_place(client):
    make_helpdesk(display="relay")

    main = main_of(client.get("/fr/sessions/"))

    assert "mailto:" not in main
    assert 'href="/fr/helpdesk/"' in main


@pytest.mark.parametrize("language", LANGUAGES)
def test_gresil_is_spelt_out_and_has_its_new_name(client, language):
    main = main_of(client.get(f"/{language}/sessions/"))

    assert "Groupe d’échange et de soutien en matière d’intégration au niveau local" in main
    assert "Forum fir d’Zesummeliewen an eise Gemengen" in main


def test_past_sessions_stand_by_year_the_latest_first(client):
    for date in [(2022, 6, 15), (2024, 5, 22), (2022, 11, 9)]:
        make_session(title_fr=f"Séance du {date[2]}", date=datetime.date(*date))

    main = main_of(client.get("/fr/sessions/"))

    assert re.findall(r'<h3 id="year-(\d+)">', main) == ["2024", "2022"]
    assert re.findall(r"Séance du (\d+)", main) == ["22", "9", "15"]


def test_editions_without_a_record_are_named_as_far_as_the_public_may_read(client):
    for edition in [4, 5]:
        make_session(edition=edition, date=datetime.date(2020, 1, edition))
    make_session(edition=6, is_published=False)
    make_session(edition=7)
    make_session(kind="assises", edition=2)

    main = main_of(client.get("/fr/sessions/"))

    note = words_of(main.partition('class="session-missing"')[2].partition("</p>")[0])
    assert [int(number) for number in re.findall(r"\d+", note)] == [1, 3, 6]


def test_nothing_is_said_of_missing_editions_when_none_is_missing(client):
    make_session(edition=1)

    assertNotContains(client.get("/fr/sessions/"), "session-missing")


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([], ""),
        ([14], "14"),
        ([1, 2], "1 and 2"),
        ([1, 2, 3, 14], "1 to 3 and 14"),
        ([1, 3, 5, 6, 7], "1, 3 and 5 to 7"),
    ],
)
def test_numbers_in_a_row_are_said_as_one(numbers, words):
    with translation.override("en"):
        assert in_words(numbers) == words


def test_a_session_in_a_list_names_its_commune_as_the_language_does(client):
    make_session(
        mode="hybrid", locality="Huncherange", commune=make_commune(name_fr="Bettembourg", name_de="Bettemburg")
    )

    assert "Huncherange · Bettemburg" in words_of(main_of(client.get("/de/sessions/")))


def test_the_name_of_a_series_keeps_its_language_and_no_blank_stands_before_the_comma(client):
    make_session(slug="forum", series_name="Forum fir d’Zesummeliewen", series_language="lb", edition=12)

    for path in ["sessions/", "sessions/forum/"]:
        assertContains(client.get(f"/de/{path}"), '<span lang="lb">Forum fir d’Zesummeliewen</span>, 12. Ausgabe')
        assertContains(client.get(f"/lb/{path}"), "Forum fir d’Zesummeliewen, 12. Editioun")


def test_the_list_asks_the_database_as_often_for_many_sessions(client, django_assert_max_num_queries):
    counts = []
    for total in (2, 18):
        for _ in range(total):
            make_session(commune=make_commune())
        with django_assert_max_num_queries(6) as captured:
            client.get("/fr/sessions/")
        counts.append(len(captured))

    assert counts[0] == counts[1]


# The page of a session


def make_full_session():
    session = make_session(
        slug="assises-2",
        title_fr="Deuxièmes Assises : une plateforme d’échange",
        summary_fr="Un samedi de travail.",
        date=datetime.date(2017, 2, 11),
        start_time=datetime.time(9),
        end_time=datetime.time(14),
        venue_fr="Lycée Ermesinde",
        locality="Rollingen",
        commune=make_commune(name_fr="Mersch"),
        participants=162,
        communes_represented=43,
        communes_approximate=True,
        evidence="reported",
    )
    session.agenda_items.create(title_fr="Tables rondes", description_fr="Des tables courtes", start_time="10:30")
    session.speakers.create(name="Corinne Cahen", affiliation_fr="Ministre", role="opening")
    session.partners.create(organisation=make_organisation(name_fr="ASTI"), role="organiser", detail_fr="Agence")
    session.figures.create(value=24, label_fr="bonnes pratiques présentées")
    session.documents.create(url="https://www.syvicol.lu/page", title_fr="Page du SYVICOL")
    session.documents.create(url="https://www.asti.lu/fiche", title_fr="La fiche", kind="thematic-sheet", position=9)
    session.practices.add(make_practice(title_fr="Le café"), make_practice(title_fr="Brouillon", state="draft"))
    return session


def test_a_session_shows_everything_that_it_holds(client):
    make_full_session()

    response = client.get("/fr/sessions/assises-2/")

    for words in [
        "Deuxièmes Assises", "Une plateforme d’échange", "Un samedi de travail.", "11 février 2017", "Lycée Ermesinde",
        "Rollingen", "Mersch", "162", "43", "Tables rondes", "Des tables courtes", "Corinne Cahen", "Ministre",
        "ASTI", "Agence", "bonnes pratiques présentées", "Page du SYVICOL", "La fiche", "Le café",
    ]:  # fmt: skip
        assertContains(response, words)
    assertNotContains(response, "Brouillon")


def test_a_session_begins_with_what_was_learnt_and_its_documents(client):
    make_full_session()

    main = main_of(client.get("/fr/sessions/assises-2/"))

    order = [
        "Un samedi de travail.", "La fiche", "Page du SYVICOL", "Lycée Ermesinde", "bonnes pratiques présentées",
        "Tables rondes", "Corinne Cahen", "Le café", "Agence",
    ]  # fmt: skip
    assert sorted(order, key=main.index) == order


def test_a_long_title_is_a_short_heading_with_the_rest_below(client):
    make_full_session()

    main = main_of(client.get("/fr/sessions/assises-2/"))

    assert "<h1>Deuxièmes Assises</h1>" in main
    assert '<p class="session-subtitle">Une plateforme d’échange</p>' in main


def test_a_title_without_a_translation_keeps_its_language_in_both_parts(client):
    make_full_session()

    main = main_of(client.get("/de/sessions/assises-2/"))

    assert '<h1><span lang="fr">Deuxièmes Assises</span></h1>' in main
    assert '<p class="session-subtitle"><span lang="fr">Une plateforme' in main


def test_a_session_leads_back_to_the_list(client):
    make_full_session()

    main = main_of(client.get("/fr/sessions/assises-2/"))

    assert 'href="/fr/sessions/"' in main.partition('class="breadcrumb"')[2].partition("</nav>")[0]


def test_practices_stand_by_theme_one_line_each_with_place_and_standing(client):
    session = make_session(slug="forum")
    housing, participation = make_theme(code="1", title_fr="Se loger"), make_theme(code="2", title_fr="Participer")
    session.practices.add(
        make_practice(
            slug="wok", title_fr="Le WOK", theme=participation, communes=(make_commune(name_fr="Differdange"),)
        ),
        make_practice(title_fr="L’agence", theme=housing, territory="national"),
    )

    main = main_of(client.get("/fr/sessions/forum/"))

    practices = main.partition('id="practices-heading"')[2]
    for words in ['href="/fr/practices/wok/"', "Differdange", 'class="standing standing-unconfirmed"']:
        assert words in practices
    order = ["Se loger", "L’agence", "Participer", "Le WOK"]
    assert sorted(order, key=practices.index) == order
    assert "practice-card" not in practices
    assert "<details" not in practices


def test_a_long_list_of_practices_is_closed_and_says_how_many(client):
    session = make_session(slug="forum")
    session.practices.add(*(make_practice() for _ in range(MOST_OPEN + 1)))

    practices = main_of(client.get("/fr/sessions/forum/")).partition('id="practices-heading"')[2]

    summary = practices.partition("<summary>")[2].partition("</summary>")[0]
    assert str(MOST_OPEN + 1) in summary
    assert practices.partition("</details>")[0].count("<li>") == MOST_OPEN + 1


def test_a_question_about_a_session_names_it_to_the_helpdesk(client):
    make_helpdesk()
    make_session(slug="forum", title_fr="Les communes & nous")

    main = main_of(client.get("/fr/sessions/forum/"))

    assert f'href="mailto:desk@example.lu?subject={quote("Les communes & nous")}"' in main


def test_the_page_of_a_session_asks_the_database_as_often_for_many_practices(client, django_assert_max_num_queries):
    session, counts = make_session(slug="forum"), []
    for total in (2, 18):
        session.practices.add(*(make_practice(communes=(make_commune(),)) for _ in range(total)))
        with django_assert_max_num_queries(14) as captured:
            client.get("/fr/sessions/forum/")
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_a_draft_is_for_staff_only(client, django_user_model):
    make_session(slug="demain", is_published=False)

    client.force_login(django_user_model.objects.create_superuser("staff"))

    assert client.get("/fr/sessions/demain/").status_code == 404
    assertContains(client.get("/fr/sessions/demain/preview/"), "<h1")
