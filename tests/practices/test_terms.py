import datetime
import re

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from library.admin import practices_by_superseded_term
from practices.models import Term
from practices.terms import superseded_in_all_languages, terms_matching, vocabulary
from tests.factories import make_organisation, make_practice, named
from tests.pages import main_of

LANGUAGES = [code for code, name in settings.LANGUAGES]
GLOSSARY = "/fr/glossary/"


def make_term(*successors: Term, **fields) -> Term:
    term = Term.objects.create(**named(fields, "term"))
    term.successors.set(successors)
    return term


def superseded(*texts: str, language: str = "fr") -> list[str]:
    terms = vocabulary()
    found = {key for text in texts for key in terms.terms_in(language, text)}
    return [row.term.name for row in terms.superseded(found)]


@pytest.fixture
def pci(db) -> Term:
    today = make_term(slug="gemengepakt", name_fr="Pacte communal", name_lb="Gemengepakt")
    return make_term(
        today,
        slug="pci",
        name_fr="plan communal intégration",
        name_de="kommunaler Integrationsplan",
        name_lb="kommunalen Integratiounsplang",
        abbreviation="PCI",
        kind="law",
        aliases_fr="plans communaux intégration\nplan communal d’intégration",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Le plan communal intégration de Mersch",
        "LE PLAN COMMUNAL INTEGRATION",
        "Les plans communaux  intégration.",
        "un plan communal d'integration",
        "un plan communal d’intégration",
        "<p>Le plan <strong>communal</strong> intégration</p>",
        "Le PCI.",
        "(PCI)",
        "PCI-pilote",
        "<li>PCI</li>",
    ],
)
def test_a_superseded_term_is_recognised_in_whole_words_however_they_are_written(pci, text):
    assert superseded(text) == ["plan communal intégration"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plan communal",
        "plan communal intégrations",
        "un préplan communal intégration",
        "plan communal et intégration",
        "le pci",
        "le Pci",
        "les PCIs",
        "EPCI",
        "P.C.I.",
        '<a href="https://pci.example/PCI">le plan</a>',
        "Pacte communal",
    ],
)
def test_what_only_resembles_a_superseded_term_is_none(pci, text):
    assert superseded(text) == []


def test_a_term_is_looked_for_in_the_language_of_the_text(pci):
    assert superseded("Der kommunale Integrationsplan, ein kommunaler Integrationsplan", language="de")
    assert not superseded("ein kommunaler Integrationsplan", language="fr")
    assert not superseded("plan communal intégration", language="de")
    assert superseded("Der PCI", language="de")
    assert superseded("The PCI", language="en")


def test_a_term_within_a_longer_one_is_not_meant_by_itself(pci):
    make_term(make_term(name_fr="vivre-ensemble"), name_fr="intégration")
    make_term(name_fr="plan d’action national d’intégration")

    assert superseded("Le plan communal intégration") == ["plan communal intégration"]
    assert superseded("Le plan d’action national d’intégration") == []
    assert superseded("Le plan communal intégration et l’intégration") == ["intégration", "plan communal intégration"]


def test_a_shorter_term_at_the_same_place_is_not_meant_either(pci):
    make_term(make_term(name_fr="programme"), name_fr="plan communal")

    assert superseded("Le plan communal intégration") == ["plan communal intégration"]
    assert superseded("Le plan communal") == ["plan communal"]


def test_everyday_words_are_not_noted_for_readers_but_shown_to_staff(client, db):
    make_term(make_term(name_fr="vivre-ensemble"), name_fr="intégration", kind="word")
    practice = make_practice(slug="a", title_fr="L’intégration")

    assertNotContains(client.get("/fr/practices/a/"), "former-terms")
    assert [row.term.name for row in superseded_in_all_languages(practice)] == ["intégration"]


def test_a_chain_of_successors_leads_to_what_holds_today(db):
    ona, ministry = make_term(name_fr="ONA"), make_term(name_fr="ministère")
    olai = make_term(ona, ministry, name_fr="OLAI")
    commissariat = make_term(olai, ona, name_fr="commissariat")

    terms = vocabulary()
    rows = terms.superseded(terms.terms_in("fr", "Le commissariat"))

    assert [(row.term, set(row.today)) for row in rows] == [(commissariat, {ona, ministry})]
    assert len(rows[0].today) == 2


def test_terms_that_take_each_others_place_end_nowhere(db):
    one, other = make_term(name_fr="poule"), make_term(name_fr="oeuf")
    one.successors.add(other)
    other.successors.add(one)

    assert superseded("La poule et l’œuf") == []
    assert vocabulary().between(one) == [other]


def test_recognising_asks_the_database_nothing(pci, django_assert_num_queries):
    terms = vocabulary()

    with django_assert_num_queries(0):
        assert terms.superseded(terms.terms_in("fr", "Le PCI"))


def test_fiches_are_flagged_by_their_texts_of_every_language_and_part(pci):
    title = make_practice(title_fr="Le PCI")
    section = make_practice(body="<p>Le plan communal intégration</p>")
    translated = make_practice(title_fr="Le plan", title_de="Kommunaler Integrationsplan", state="draft")
    organised = make_practice(organisations=(make_organisation(),))
    organised.practice_organisations.update(detail_fr="service PCI")
    make_practice(title_fr="Le plan", staff_note="PCI", organisations=(make_organisation(name_fr="PCI"),))

    flagged = {practice.pk for practice in (title, section, translated, organised)}

    assert {key: set(practices) for key, practices in practices_by_superseded_term().items()} == {pci.pk: flagged}


def test_flagging_reads_the_index_and_no_text(pci, django_assert_num_queries):
    for _ in range(20):
        make_practice(body="<p>PCI</p>")

    with django_assert_num_queries(2):
        assert len(practices_by_superseded_term()[pci.pk]) == 20


# The note on a fiche


def former_terms(html: str) -> str:
    return html.partition('class="former-terms"')[2].partition("</div>")[0]


def test_a_reader_of_an_old_fiche_learns_what_a_term_is_called_today(client, pci):
    make_practice(slug="mersch", title_fr="Le PCI de Mersch")

    html = client.get("/fr/practices/mersch/").content.decode()

    note = former_terms(html)
    assert f'href="{GLOSSARY}#pci"' in note
    assert "PCI" in note
    assert "Pacte communal" in note


def test_the_note_names_todays_term_in_the_language_of_the_page(client, pci):
    make_practice(slug="mersch", title_fr="Le PCI de Mersch")

    note = former_terms(client.get("/lb/practices/mersch/").content.decode())
    fallback = former_terms(client.get("/de/practices/mersch/").content.decode())

    assert "Gemengepakt" in note
    assert '<span lang="fr">Pacte communal</span>' in fallback


def test_the_note_speaks_of_the_text_that_is_shown(client, pci):
    make_practice(
        slug="mersch",
        title_fr="Le plan communal intégration",
        title_de="Der Plan",
        summary_de="Kurz",
        summary_fr="Court",
    )

    assertContains(client.get("/fr/practices/mersch/"), 'class="former-terms"')
    assertContains(client.get("/lb/practices/mersch/"), 'class="former-terms"')
    assertNotContains(client.get("/de/practices/mersch/"), 'class="former-terms"')


def test_a_fiche_in_words_of_today_has_no_note(client, pci):
    make_practice(slug="mersch", title_fr="Le Pacte communal", body="<p>Un plan communal</p>")

    assertNotContains(client.get("/fr/practices/mersch/"), "former-terms")


def test_the_note_costs_one_query_however_many_terms(client, pci, django_assert_max_num_queries):
    make_practice(slug="mersch", title_fr="Le PCI", body="<p>PCI</p>")
    client.get("/fr/practices/mersch/")
    with django_assert_max_num_queries(15) as small:
        client.get("/fr/practices/mersch/")
    for number in range(20):
        make_term(make_term(), name_fr="PCI", abbreviation=f"X{number}")
    # All terms are read once after each change of them.
    client.get("/fr/practices/mersch/")
    with django_assert_max_num_queries(15) as full:
        client.get("/fr/practices/mersch/")

    assert len(full) == len(small)
    assert not [query for query in full if 'FROM "practices_term"' in query["sql"]]


# The glossary


@pytest.mark.django_db
def test_the_glossary_tells_then_and_now(client):
    today = make_term(slug="ccvei", name_fr="commission du vivre-ensemble", abbreviation="CCVEI", kind="law")
    make_term(
        today,
        slug="ccci",
        name_fr="commission d’intégration",
        abbreviation="CCCI",
        meaning_fr="Elle conseillait la commune.",
        valid_from=datetime.date(2011, 1, 1),
        valid_from_precision="year",
        valid_to=datetime.date(2023, 12, 31),
        valid_to_precision="day",
        url="https://www.example.lu/loi",
    )

    html = client.get(GLOSSARY).content.decode()

    now, _mark, then = html.partition('id="former-heading"')
    old = then[then.index("commission d’intégration") :].partition("</details>")[0]
    for words in [
        "commission d’intégration",
        "CCCI",
        "Elle conseillait la commune.",
        "2011",
        "31 décembre 2023",
        f'<a href="{GLOSSARY}#ccvei">commission du vivre-ensemble</a>',
        'href="https://www.example.lu/loi"',
    ]:
        assert words in old
    assert 'id="ccvei"' in now
    assert 'id="ccvei"' not in then
    assert f'<a href="{GLOSSARY}#ccci">commission d’intégration</a>' in now


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_glossary_names_each_term_in_all_languages_the_pages_own_first(client, language):
    names = {"fr": "pacte", "de": "Pakt", "lb": "Gemengepakt", "en": "pact"}
    make_term(**{f"name_{code}": name for code, name in names.items()})

    html = client.get(f"/{language}/glossary/").content.decode()

    assertInHTML(f'<span class="term-name">{names.pop(language)}</span>', html)
    for code, name in names.items():
        assertInHTML(f'<dd lang="{code}">{name}</dd>', html)
    assert html.count("<dd ") == 3


@pytest.mark.django_db
def test_a_term_without_a_name_in_the_pages_language_shows_its_french_one_once(client):
    make_term(name_fr="pacte", name_lb="Pakt")

    html = client.get("/de/glossary/").content.decode()

    assertInHTML('<span class="term-name"><span lang="fr">pacte</span></span>', html)
    assertInHTML('<dd lang="lb">Pakt</dd>', html)
    assert html.count("<dd ") == 1


@pytest.mark.django_db
def test_a_term_opens_where_a_link_to_it_leads(client):
    term = make_term(slug="pacte", name_fr="pacte")

    html = client.get(GLOSSARY).content.decode()

    assert term.get_absolute_url() == f"{GLOSSARY}#pacte"
    # Browsers open the `details` around the element that a fragment names, not the `details` that it names.
    assert re.search(
        r'<details class="term" >.*?</summary>\s*<div class="term-body" id="pacte">', html, flags=re.DOTALL
    )


@pytest.mark.django_db
def test_a_former_term_leads_along_the_whole_chain_to_what_holds_today(client):
    ona = make_term(slug="ona", name_fr="ONA", kind="institution")
    olai = make_term(ona, slug="olai", name_fr="OLAI", kind="institution")
    make_term(olai, slug="commissariat", name_fr="Commissariat", kind="institution")

    html = client.get(GLOSSARY).content.decode()

    entry = html[html.index('<span class="term-name">Commissariat') :].partition("</details>")[0]
    summary, _mark, body = entry.partition("</summary>")
    assert "ONA" in summary
    assert "OLAI" not in summary
    today = body.partition('class="term-today"')[2].partition("</p>")[0]
    between = body.partition('class="term-between"')[2].partition("</p>")[0]
    assert (f"{GLOSSARY}#ona" in today, f"{GLOSSARY}#olai" in today) == (True, False)
    assert (f"{GLOSSARY}#ona" in between, f"{GLOSSARY}#olai" in between) == (False, True)


@pytest.mark.django_db
def test_current_terms_stand_first_then_former_ones_and_everyday_words_apart(client):
    pact = make_term(name_fr="pacte", kind="law")
    make_term(pact, name_fr="plan", kind="law")
    make_term(pact, name_fr="intégration", kind="word")
    make_term(name_fr="bourgmestre", kind="word")

    groups = client.get(GLOSSARY).context["groups"]

    assert [(group.slug, [entry.term.name for entry in group.entries]) for group in groups] == [
        ("current", ["pacte"]),
        ("former", ["intégration", "plan"]),
        ("words", ["bourgmestre"]),
    ]


@pytest.mark.django_db
def test_each_letter_that_occurs_leads_to_the_first_term_with_it(client):
    for name in ["zone", "école", "Eau"]:
        make_term(name_fr=name)

    html = client.get(GLOSSARY).content.decode()

    letters = html.partition('<nav class="letters"')[2].partition("</nav>")[0]
    assert re.findall(r'href="#([\w-]+)">(\w)<', letters) == [("words-e", "E"), ("words-z", "Z")]
    first = html.partition('id="words-e"')[2].partition("</li>")[0]
    assert "Eau" in first
    assert html.count('id="words-z"') == 1


@pytest.mark.django_db
def test_a_few_terms_found_stand_open_and_many_do_not(client):
    for number in range(4):
        make_term(name_fr=f"pacte {number}")
    make_term(name_fr="école")

    assert client.get(GLOSSARY, {"q": "école"}).content.decode().count('<details class="term" open>') == 1
    assert 'class="term" open' not in client.get(GLOSSARY, {"q": "pacte"}).content.decode()
    assert 'class="term" open' not in client.get(GLOSSARY).content.decode()


@pytest.mark.django_db
def test_terms_stand_in_the_order_of_the_alphabet(client):
    for name in ["zone", "école", "Eau"]:
        make_term(name_fr=name)

    assert [term.name for term in client.get(GLOSSARY).context["terms"]] == ["Eau", "école", "zone"]


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["Ecole", "écol", "MAISON RELAIS", "relais maison", "mr", "Schoul", "enfants"])
def test_words_of_any_language_narrow_the_glossary(client, query):
    make_term(
        name_fr="école",
        name_lb="Schoul",
        abbreviation="MR",
        aliases_fr="maison-relais\nfoyer",
        meaning_de="Nach der Schule",
        meaning_fr="Pour les enfants",
    )
    make_term(name_fr="logement")

    assert [term.name for term in client.get(GLOSSARY, {"q": query}).context["terms"]] == ["école"]


@pytest.mark.django_db
def test_an_unknown_word_leaves_a_way_on(client):
    make_term(name_fr="école")

    response = client.get(GLOSSARY, {"q": "fusée"})

    assert response.context["terms"] == []
    assertContains(response, 'href="/fr/practices/?q=fus%C3%A9e"')
    assertContains(response, f'<a href="{GLOSSARY}">')
    assertNotContains(response, "école")


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", ["\0", "x" * 201])
def test_what_cannot_be_looked_up_is_answered_with_a_sentence(client, language, query):
    make_term(name_fr="école")

    response = client.get(f"/{language}/glossary/", {"q": query})

    assertNotContains(response, "école", status_code=400)
    main = main_of(response)
    error = main.partition('id="glossary-error"')[2].partition("</div>")[0]
    assert 'role="alert"' in main
    assert '<a href="#glossary-q">' in error
    field = main.partition('id="glossary-q"')[2].partition(">")[0]
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="glossary-error glossary-hint"' in field
    assert 'id="glossary-hint"' in main


@pytest.mark.django_db
def test_what_a_visitor_typed_is_never_html(client):
    assertNotContains(client.get(GLOSSARY, {"q": "<script>"}), "<script>")


@pytest.mark.django_db
def test_the_glossary_asks_the_database_as_often_for_many_terms(client, django_assert_max_num_queries):
    def fill(count: int) -> None:
        for _ in range(count):
            make_term(make_term())

    fill(2)
    with django_assert_max_num_queries(4) as small:
        client.get(GLOSSARY)
    fill(20)
    with django_assert_max_num_queries(4) as full:
        client.get(GLOSSARY)

    assert len(full) == len(small)


@pytest.mark.django_db
def test_the_glossary_is_found_from_every_page_and_by_search_engines(client):
    assertContains(client.get("/fr/about/"), f'href="{GLOSSARY}"')
    assertContains(client.get("/sitemap-pages.xml"), "<loc>http://testserver/lb/glossary/</loc>")
    with translation.override("de"):
        assert reverse("glossary") == "/de/glossary/"


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["!!!", "%FF"])
def test_signs_without_a_word_never_mean_every_term(client, query):
    Term.objects.create(slug="pci", name_fr="plan communal intégration")

    response = client.get(f"{GLOSSARY}?q={query}")

    assert response.status_code == 400
    assert "plan communal" not in response.content.decode()


def test_no_words_match_every_term_and_marks_none():
    term = Term(name_fr="école")

    assert terms_matching([term], "") == [term]
    assert terms_matching([term], "école primaire") == []


@pytest.mark.usefixtures("content")
def test_the_terms_of_the_fixtures_are_all_in_the_glossary_and_each_superseded_one_leads_to_today(client):
    response = client.get(GLOSSARY)
    terms = vocabulary()
    old = [term for term in terms.terms if term.successors.all()]

    assert len(response.context["terms"]) == Term.objects.count() > 50
    assert len(old) > 10
    assert all(terms.today(term) for term in old)
    assert {row.term.slug for row in terms.superseded(terms.terms_in("fr", "Le PCI et la CCCI"))} == {
        "plan-communal-integration",
        "ccci",
    }


# The staff's desk


@pytest.mark.ignore_template_errors
@pytest.mark.usefixtures("staff")
def test_staff_see_how_many_fiches_use_a_superseded_term_and_which(client, pci):
    make_practice(title_fr="Le PCI de Mersch")
    make_practice(title_fr="Le jardin", body="<p>Un PCI</p>", state="draft")
    make_practice(title_fr="Le Pacte communal")

    terms = client.get("/admin/practices/term/")
    fiches = client.get("/admin/practices/practice/", {"superseded_term": "pci"})

    counts = {term.slug: term.practice_count for term in terms.context["cl"].result_list}
    assert counts == {"pci": 2, "gemengepakt": 0}
    assertContains(terms, '<a href="/admin/practices/practice/?superseded_term=pci">2</a>')
    assert {str(practice) for practice in fiches.context["cl"].result_list} == {"Le PCI de Mersch", "Le jardin"}


@pytest.mark.ignore_template_errors
@pytest.mark.usefixtures("staff")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"vieux", "neuf", "brouillon"}),
        ({"superseded_term": "any"}, {"vieux", "brouillon"}),
        ({"superseded_term": "none"}, {"neuf"}),
        ({"superseded_term": "any", "state__exact": "draft"}, {"brouillon"}),
        ({"superseded_term": "gemengepakt"}, set()),
        ({"superseded_term": "nonsense"}, set()),
        ({"superseded_term": "\0"}, set()),
    ],
)
def test_staff_narrow_the_fiches_to_those_with_superseded_terms(client, pci, query, expected):
    make_practice(slug="vieux", title_fr="Le PCI")
    make_practice(slug="neuf", title_fr="Le pacte")
    make_practice(slug="brouillon", title_fr="Encore un PCI", state="draft")

    response = client.get("/admin/practices/practice/", query)

    assert {practice.slug for practice in response.context["cl"].result_list} == expected


@pytest.mark.ignore_template_errors
@pytest.mark.usefixtures("staff")
def test_the_list_of_terms_asks_the_database_as_often_for_many(client, pci, django_assert_max_num_queries):
    counts = []
    # The first request of a session writes when it came.
    client.get("/admin/practices/term/")
    for total in (2, 18):
        for _ in range(total):
            make_term(pci)
            make_practice(title_fr="Le PCI")
        with django_assert_max_num_queries(30) as captured:
            client.get("/admin/practices/term/")
        counts.append(len(captured))

    assert counts[0] == counts[1]
