"""The page of a practice as an officer reads it, and the selection of a visitor."""

import datetime
import re

import pytest
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from practices.models import SectionKind, Term
from tests.factories import (
    make_audience,
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_theme,
    make_topic,
)
from tests.pages import main_of

pytestmark = pytest.mark.django_db


def strip_of(html: str) -> dict[str, str]:
    """Label -> text of the strip of facts, without markup."""
    strip = html.partition('<dl class="fact-strip">')[2].partition("</dl>")[0]
    cells = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", strip, flags=re.DOTALL)
    return {label: " ".join(re.sub(r"<[^>]+>", " ", text).split()) for label, text in cells}


def test_the_strip_of_facts_is_always_the_same_five(client):
    make_practice(slug="bare")
    make_practice(
        slug="full",
        cost_fr="3 000 € au départ",
        staff_fr="un mi-temps",
        frequency_fr="une fois par mois",
        result_fr="100 participants",
        audiences=(make_audience(name_fr="familles"),),
    )

    bare = strip_of(main_of(client.get("/fr/practices/bare/")))
    full = strip_of(main_of(client.get("/fr/practices/full/")))

    assert list(bare) == list(full) == ["Coût", "Personnel", "Public cible", "Rythme", "Résultat"]
    assert set(bare.values()) == {"non précisé"}
    assert list(full.values()) == [
        "3 000 € au départ", "un mi-temps", "familles", "une fois par mois", "100 participants",
    ]  # fmt: skip


def test_a_fact_without_a_figure_leads_to_the_section_that_tells_more(client):
    practice = make_practice(slug="cafe")
    practice.sections.create(kind=SectionKind.COSTS, body_fr="<p>Des snacks</p>")

    html = main_of(client.get("/fr/practices/cafe/"))

    assertInHTML('<a href="/fr/practices/cafe/#section-costs">voir le texte</a>', html)
    assert 'id="section-costs"' in html


def test_the_text_answers_the_questions_of_a_reader_in_their_order(client):
    practice = make_practice(slug="cafe")
    for position, kind in enumerate(["costs", "challenges", "place", "need", "objectives"]):
        practice.sections.create(kind=kind, body_fr=f"<p>{kind}</p>", position=position)

    html = main_of(client.get("/fr/practices/cafe/"))

    assert re.findall(r'<h2 id="(\w+)">', html.partition("practice-body")[2])[:5] == [
        "idea", "why", "how", "difficulties", "results",
    ]  # fmt: skip
    assertInHTML('<a href="#why">Pourquoi</a>', html.partition("practice-body")[0])


def test_a_question_without_an_answer_is_left_out(client):
    practice = make_practice(slug="cafe")
    practice.sections.create(kind="objectives", body_fr="<p>Se parler</p>")

    html = main_of(client.get("/fr/practices/cafe/"))

    assert 'id="idea"' in html
    assert 'id="why"' not in html
    assert 'href="#why"' not in html


def test_what_took_the_place_of_a_practice_is_named_with_its_source(client):
    today = Term.objects.create(slug="biergerpakt", name_fr="pacte citoyen")
    cai = Term.objects.create(
        slug="cai", name_fr="contrat d’accueil", valid_to=datetime.date(2023, 12, 31), valid_to_precision="day"
    )
    cai.successors.add(today)
    make_practice(
        slug="cai", framework=cai, history_note_fr="La loi l’a remplacé.", history_url="https://legilux.public.lu/loi"
    )

    note = main_of(client.get("/fr/practices/cai/")).partition('class="standing-note')[2].partition("</div>")[0]

    assert "La loi l’a remplacé." in note
    assert 'href="https://legilux.public.lu/loi"' in note
    assert 'href="/fr/glossary/#biergerpakt"' in note


def test_similar_practices_share_most_subjects_and_say_which(client):
    sport, school = make_topic(slug="sport", name_fr="sport"), make_topic(slug="school", name_fr="école")
    theme, other = make_theme(), make_theme()
    make_practice(slug="cafe", topics=(sport, school), theme=theme)
    make_practice(slug="both", topics=(sport, school), theme=other)
    make_practice(slug="one", topics=(sport,), theme=other)
    make_practice(slug="theme", theme=theme)
    make_practice(slug="none", theme=other)
    make_practice(slug="draft", topics=(sport, school), theme=theme, state="draft")

    similar = main_of(client.get("/fr/practices/cafe/")).partition('class="similar"')[2].partition("</section>")[0]

    assert re.findall(r'href="/fr/practices/(\w+)/"', similar) == ["both", "one", "theme"]
    assert "Aussi sur\xa0: école, sport" in similar or "Aussi sur\xa0: sport, école" in similar
    assert "Même thème" in similar


def test_of_practices_as_similar_one_of_another_commune_stands_first(client):
    sport, strassen = make_topic(slug="sport"), make_commune()
    make_practice(slug="cafe", topics=(sport,), communes=(strassen,))
    make_practice(slug="elsewhere", topics=(sport,), communes=(make_commune(),))
    make_practice(slug="here", topics=(sport,), communes=(strassen,))

    similar = main_of(client.get("/fr/practices/cafe/")).partition('class="similar"')[2]

    assert re.findall(r'href="/fr/practices/(\w+)/"', similar)[:2] == ["elsewhere", "here"]


def test_the_bar_of_a_phone_calls_the_first_who_can_be_reached(client):
    olai = make_organisation(dissolved_on=datetime.date(2019, 12, 31), dissolved_precision="day")
    gone = make_contact(name="Partie", phones="+352 247-85752", organisation=olai)
    relay = make_contact(name="Discrète", phones="+352 111", display="relay")
    here = make_contact(name="Luiza", phones="+352 31 02 62-270", email="luiza@strassen.lu")
    make_practice(slug="cafe", contacts=(gone, relay, here))

    bar = main_of(client.get("/fr/practices/cafe/")).partition('class="contact-bar"')[2]

    assert 'href="tel:+352310262270"' in bar
    assert 'href="mailto:luiza@strassen.lu"' in bar
    assert "247-85752" not in bar
    assert "111" not in bar


def test_where_nobody_can_be_reached_the_bar_leads_to_the_helpdesk(client):
    make_practice(slug="cafe")

    bar = main_of(client.get("/fr/practices/cafe/")).partition('class="contact-bar"')[2].partition("</div>")[0]

    assert 'href="/fr/helpdesk/"' in bar


def test_a_link_to_a_practice_has_title_summary_and_the_picture_of_its_theme(client):
    make_practice(slug="cafe", title_fr="Café", summary_fr="On s’y parle.", theme=make_theme(slug="housing"))

    html = client.get("/fr/practices/cafe/").content.decode()

    assertInHTML('<meta property="og:title" content="Café">', html)
    assertInHTML('<meta property="og:description" content="On s’y parle.">', html)
    assertInHTML('<meta property="og:url" content="http://testserver/fr/practices/cafe/">', html)
    assertInHTML('<meta property="og:image" content="http://testserver/static/img/share/housing.png">', html)


def test_a_theme_without_a_picture_of_its_own_shows_that_of_the_portal(client):
    make_practice(slug="cafe", theme=make_theme(slug="climate"))

    assertContains(client.get("/fr/practices/cafe/"), "/static/img/share/default.png")


def test_a_selection_shows_its_practices_in_their_order_each_with_its_contact(client):
    contact = make_contact(name="Luiza", phones="+352 31 02 62-270")
    make_practice(slug="one", title_fr="Un", contacts=(contact,))
    make_practice(slug="two", title_fr="Deux", contacts=(contact,))
    make_practice(slug="three", title_fr="Trois")

    html = main_of(client.get("/fr/selection/?practice=two&practice=one"))

    assert re.findall(r'href="/fr/practices/(\w+)/">', html) == ["two", "one"]
    assert html.count("tel:+352310262270") == 2
    assert "Trois" not in html
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_a_selection_says_how_many_of_its_practices_are_gone_and_shows_no_draft(client):
    make_practice(slug="secret", title_fr="Secret", state="draft")

    response = client.get("/fr/selection/?practice=secret&practice=nothing")

    assertNotContains(response, "Secret")
    assertContains(response, "2 pratiques de cette adresse ne sont plus publiées.")


def test_an_empty_selection_says_how_to_fill_it(client):
    html = main_of(client.get("/fr/selection/"))

    assert "Mettre dans ma sélection" in html
    assert 'href="/fr/practices/"' in html


def test_a_selection_asks_the_database_as_often_for_twenty_as_for_two(client, django_assert_max_num_queries):
    contact = make_contact()
    slugs = [make_practice(topics=(make_topic(),), contacts=(contact,), body="<p>Texte</p>").slug for _ in range(20)]

    # What all pages share is read once.
    client.get("/fr/selection/", {"practice": slugs[:1]})
    with django_assert_max_num_queries(15) as few:
        client.get("/fr/selection/", {"practice": slugs[:2]})
    with django_assert_max_num_queries(15) as many:
        client.get("/fr/selection/", {"practice": slugs})

    assert len(few) == len(many)
