import datetime
import re

import pytest
from django.core.management import call_command
from pyroaring import BitMap
from pytest_django.asserts import assertContains, assertNotContains

from contacts.models import Display
from core.text import fold
from library import empty_searches
from library.empty_searches import count_empty_search
from library.models import EmptySearch, IndexedPractice, PostingList
from library.results import Results
from library.search import Matches, matching, parse, passages
from library.spelling import did_you_mean
from practices.models import Practice, Term
from tests.factories import make_commune, make_contact, make_organisation, make_practice, make_theme, make_topic

pytestmark = pytest.mark.django_db


def found(query: str) -> set[str]:
    return set(matching(Practice.objects.all(), query).values_list("slug", flat=True))


def test_a_fiche_is_found_by_words_of_all_its_parts():
    make_practice(
        slug="cafe",
        title_fr="Café de Babel",
        summary_fr="Des citoyens se parlent.",
        body="<p>Luxembourgeois &amp; russe</p>",
        communes=(make_commune(name_fr="Strassen", name_lb="Stroossen"),),
        organisations=(make_organisation(name_fr="Commission d’égalité"),),
        contacts=(make_contact(name="Luiza Sosna", role_fr="conseillère"),),
        topics=(make_topic(name_fr="langues", name_de="Sprachen"),),
    )
    make_practice(slug="jardin", title_fr="Un jardin")

    for query in ["cafe BABEL", "citoyens", "russe", "stroossen", "egalite", "sosna", "conseillere", "sprachen"]:
        assert found(query) == {"cafe"}


@pytest.mark.parametrize("query", ["Sproochecafé", "Sprachencafé", "café des langues", "language café"])
def test_a_term_is_found_by_its_name_in_any_language(query):
    Term.objects.create(
        slug="cafe",
        name_fr="café des langues",
        name_de="Sprachencafé",
        name_lb="Sproochecafé",
        name_en="language café",
        aliases_fr="cafés des langues",
    )
    make_practice(slug="babel", title_fr="Un des cafés des langues du pays")
    make_practice(slug="jardin", title_fr="Un café au jardin")

    assert found(query) == {"babel"}


def test_the_new_name_of_a_term_finds_fiches_with_the_old_one():
    new = Term.objects.create(slug="gemengepakt", name_fr="pacte communal", name_lb="Gemengepakt")
    old = Term.objects.create(slug="pci", name_fr="plan communal intégration", abbreviation="PCI")
    old.successors.add(new)
    make_practice(slug="old", title_fr="Le PCI de Strassen")

    assert found("Gemengepakt") == found("pacte communal") == {"old"}


def test_the_name_of_today_finds_fiches_with_a_name_from_before_the_last(client):
    today = Term.objects.create(slug="today", name_fr="pacte communal")
    pilot = Term.objects.create(slug="pilot", name_fr="pacte pilote")
    pilot.successors.add(today)
    Term.objects.create(slug="pci", name_fr="plan intégration").successors.add(pilot)
    make_practice(title_fr="Le plan intégration", slug="plan")

    assert [practice.slug for practice in matching(Practice.objects.all(), "pacte communal")] == ["plan"]


def test_a_name_of_several_words_stands_together_and_is_marked_as_one(client):
    Term.objects.create(slug="pakt", name_fr="pacte communal du vivre-ensemble", name_lb="Gemengepakt")
    make_practice(slug="apart", title_fr="Vivre", summary_fr="Un pacte ensemble, communal.")
    make_practice(slug="named", title_fr="Mersch", summary_fr="Le Pacte communal du vivre-ensemble de Mersch.")

    assert found("Gemengepakt") == {"named"}
    assertContains(
        client.get("/fr/practices/?q=Gemengepakt"), "Le <mark>Pacte communal du vivre-ensemble</mark> de Mersch."
    )


def test_a_term_is_found_by_its_names_of_now():
    make_practice(slug="named", title_fr="Le plan d’accueil")
    term = Term.objects.create(slug="plan", name_fr="plan d’accueil", name_lb="Opnamplang")
    assert found("Opnamplang") == {"named"}

    term.name_fr, term.name_lb = "plan de séjour", "Openthaltsplang"
    term.save()
    assert found("Openthaltsplang") == set()

    term.aliases_fr = "carnet\nplan d’accueil"
    term.save()
    assert found("Openthaltsplang") == {"named"}

    term.delete()
    assert not PostingList.objects.filter(word__startswith="#").exists()


def test_words_are_found_by_their_stem_and_by_their_beginning():
    make_practice(slug="a", title_fr="Les bénévoles accueillent", title_de="Freiwillige helfen den Kindern")

    assert found("bénévole") == found("Kinder") == found("accueil") == found("freiw") == {"a"}


def test_small_words_of_a_question_do_not_matter():
    make_practice(slug="a", title_fr="Jardin partagé")

    assert found("un jardin pour les habitants du jardin") == set()
    assert found("le jardin de la") == {"a"}


def ranked(query: str, language: str = "fr") -> list[str]:
    results = Results.of(Practice.objects.newest(), Matches(parse(query)).ranked(language))
    return [practice.slug for practice in results]


def test_the_title_stands_before_the_summary_before_the_rest_and_other_languages_last():
    make_practice(slug="body", body="<p>jardin</p>")
    make_practice(slug="foreign", title_de="jardin", title_fr="x")
    make_practice(slug="summary", summary_fr="jardin")
    make_practice(slug="title", title_fr="jardin")

    assert ranked("jardin") == ["title", "summary", "body", "foreign"]
    assert ranked("jardin", "de")[0] == "foreign"


def test_the_passage_is_shown_with_the_words_marked_and_in_its_language():
    practice = make_practice(
        title_fr="Café", body="<p>" + "Rien du tout. " * 30 + "Des langues &lt;b&gt; parlées ensemble.</p>"
    )
    section = practice.sections.get()
    section.body_de = "<p>Viele Sprachen</p>"
    section.save()

    french = passages([practice], Matches(parse("langue")), "fr")[practice.pk]
    german = passages([practice], Matches(parse("sprache")), "fr")[practice.pk]

    assert french.language == "fr"
    assert "Des <mark>langues</mark> &lt;b&gt; parlées" in french.text
    assert french.text.startswith("… ")
    assert (german.language, german.text) == ("de", "Viele <mark>Sprachen</mark>")


def test_a_misspelt_word_is_corrected():
    make_practice(title_fr="Bénévolat à Käerjeng")

    assert did_you_mean("benevolta kaerjeng") == "Bénévolat kaerjeng"
    assert did_you_mean("Bénévolat") == ""
    assert did_you_mean("xqzwv") == ""


def test_a_misspelt_term_is_corrected_though_no_fiche_writes_it():
    make_practice(title_fr="Le PCI", summary_fr="Un plan communal intégration")
    Term.objects.create(slug="pakt", name_fr="Pacte communal", name_lb="Gemengepakt")

    assert did_you_mean("gemengepak") == "Gemengepakt"


def test_a_correction_is_only_offered_where_it_finds_something(client):
    make_practice(theme=make_theme(slug="pci"), title_fr="Bénévolat")
    make_practice(theme=make_theme(slug="housing"), title_fr="Logement")

    assertContains(client.get("/fr/practices/?theme=pci&q=benevolta"), "Bénévolat")
    assertNotContains(client.get("/fr/practices/?theme=housing&q=benevolta"), "Bénévolat")


@pytest.mark.parametrize("words", ["anne.weber@example.lu", "+352 43 83 33"])
def test_what_may_lead_to_a_person_is_not_kept(client, words):
    client.get("/fr/practices/", {"q": words})

    assert not EmptySearch.objects.exists()


def search_on(day: int, words: str) -> None:
    count_empty_search(words, "fr", today=datetime.date(2026, 3, day))


def test_words_that_found_nothing_are_kept_once_they_were_looked_for_on_three_days(client):
    for day in [1, 1, 1, 2]:
        search_on(day, "Jardin volant")
    assert set(EmptySearch.objects.values_list("query", "count")) == {("", 4)}

    search_on(3, "jardin volant")

    assert set(EmptySearch.objects.values_list("query", "count")) == {("jardin volant", 5)}


def test_a_name_that_somebody_looked_for_once_stands_nowhere(client):
    client.get("/fr/practices/", {"q": "Jean Dupont"})

    row = EmptySearch.objects.get()
    assert "dupont" not in f"{row.query} {row.fingerprint}".lower()


def test_searches_that_found_nothing_are_counted_by_language(client):
    for language in ["fr", "fr", "de"]:
        client.get(f"/{language}/practices/?q=Träume")
    make_practice(title_fr="Traume")
    client.get("/fr/practices/?q=traume")

    assert set(EmptySearch.objects.values_list("language", "count")) == {("fr", 2), ("de", 1)}


def test_old_searches_are_forgotten_and_there_are_never_too_many(monkeypatch):
    monkeypatch.setattr(empty_searches, "MOST_ROWS", 3)
    EmptySearch.objects.create(language="fr", fingerprint="old", last_on=datetime.date(2020, 1, 1))
    for number in range(5):
        count_empty_search(f"mot{number}", "fr")

    assert EmptySearch.objects.count() == 3
    assert not EmptySearch.objects.filter(fingerprint="old").exists()


def test_index_and_data_change_together_or_not_at_all(monkeypatch):
    practice = make_practice(slug="a", title_fr="Avant")

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(IndexedPractice.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        Practice.objects.filter(pk=practice.pk).update(title_fr="Après")

    assert Practice.objects.get(pk=practice.pk).title_fr == "Avant"
    assert found("avant") == {"a"}


def test_rebuilding_shows_its_progress_and_mends_everything(capsys):
    make_practice(slug="a", title_fr="Jardin")
    PostingList.objects.all().delete()
    assert found("jardin") == set()

    call_command("rebuild_search")

    assert "1 of 1 factsheets indexed" in capsys.readouterr().out
    assert found("jardin") == {"a"}


@pytest.mark.parametrize("query", ["e\u0301cole", "ÉCOLE", "l'école", "l’école", "ecole-", "🏫 école", "école " * 40])
def test_accents_apostrophes_and_signs_do_not_matter(query):
    make_practice(slug="a", title_fr="L’école et l'école")

    assert found(query) == {"a"}


def test_all_words_are_wanted():
    make_practice(slug="cafe", title_fr="Café de Babel")

    assert found("café jardin") == set()


def test_marks_of_the_text_and_wildcards_are_not_words():
    make_practice(title_fr="Café", body="<ul><li><strong>Texte</strong></li></ul>")

    assert found("strong") == found("100_%") == set()


def test_a_hidden_contact_leads_nowhere():
    make_practice(contacts=(make_contact(name="Jeanne Cachée", display=Display.HIDDEN),))

    assert found("cachee") == set()


def test_new_words_are_found_and_old_ones_no_longer():
    practice = make_practice(slug="cafe", title_fr="Café")
    Practice.objects.filter(pk=practice.pk).update(title_fr="Jardin")

    assert found("jardin") == {"cafe"}
    assert found("café") == set()


@pytest.mark.parametrize("query", ["½", "½ journée", "1½", "ﷺ", "ำ"])
def test_signs_that_are_several_words_once_folded_are_words_too(client, query):
    make_practice(slug="a", title_fr="Une ½ journée, 1½ jour, ﷺ et ำ")

    assert found(query) == {"a"}
    assert client.get("/fr/practices/", {"q": query}).status_code == 200


def test_what_is_not_public_is_never_suggested():
    make_practice(title_fr="Confidentielissime", state="draft")
    gone = make_practice(title_fr="Disparition")
    gone.delete()
    hidden = make_contact(name="Jeanne Cachottière")
    make_practice(contacts=(hidden,))
    hidden.display = Display.HIDDEN
    hidden.save()

    assert did_you_mean("confidentielisime") == did_you_mean("disparitionn") == did_you_mean("cachotiere") == ""


def test_a_fiche_found_by_a_name_shows_its_summary_where_the_page_has_no_translation(client):
    make_practice(summary_fr="On s’y parle.", contacts=(make_contact(name="Luiza Sosna"),))

    response = client.get("/lb/practices/?q=sosna")

    assert "On s’y" in response.content.decode()


def test_a_search_that_other_filters_emptied_or_that_goes_on_is_not_counted(client):
    make_practice(title_fr="Jardin", topics=(make_topic(slug="sport"),), theme=make_theme(slug="pci"))
    make_theme(slug="housing")

    client.get("/fr/practices/?q=jardin&theme=housing")
    client.get("/fr/practices/?q=xyl&typing=yes")

    assert not EmptySearch.objects.exists()


# Words that do not stand together, and words of several


def test_when_no_practice_has_all_words_those_with_most_of_them_are_shown_and_said_so(client):
    make_practice(slug="two", title_fr="Jardin partagé", summary_fr="Des légumes")
    make_practice(slug="one", title_fr="Jardin clos")
    make_practice(slug="none", title_fr="Café")

    response = client.get("/fr/practices/?q=jardin+partagé+zeppelin")

    nearest = response.content.decode().partition("Les plus proches")[2]
    assert response.context["count"] == 0
    assert 'href="/fr/practices/two/"' in nearest
    assert 'href="/fr/practices/one/"' not in nearest


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Aucune fiche ne contient tous ces mots. Les plus proches\u00a0:"),
        ("de", "Kein Praxisblatt enthält alle diese Wörter. Am nächsten kommen:"),
        ("lb", "Keng Fiche huet all dës Wierder. Am nooste kommen:"),
        ("en", "No factsheet has all these words. Nearest:"),
    ],
)
def test_the_sentence_above_the_nearest_is_there_in_each_language(client, language, sentence):
    make_practice(title_fr="Jardin")

    assertContains(client.get(f"/{language}/practices/?q=jardin+zeppelin"), sentence)


def test_the_nearest_keep_the_other_filters(client):
    make_practice(slug="here", title_fr="Jardin", theme=make_theme(slug="pci"))
    make_practice(slug="there", title_fr="Jardin partagé", theme=make_theme(slug="housing"))

    html = client.get("/fr/practices/?q=jardin+partagé+zeppelin&theme=pci").content.decode()

    assert 'href="/fr/practices/here/"' in html
    assert 'href="/fr/practices/there/"' not in html


def test_words_of_different_languages_do_not_add_up():
    one = make_practice(title_fr="Jardin", title_de="Garten").pk
    two = make_practice(title_fr="Jardin partagé").pk

    nearest = Matches(parse("jardin garten partagé")).nearest(BitMap([one, two]))

    assert set(nearest) == {two}


def test_nothing_is_near_when_no_word_stands_anywhere():
    assert not Matches(parse("zeppelin xylophone")).nearest(BitMap([make_practice().pk]))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("Kommission", {"title_de": "Die Integrationskommission"}),
        ("Kommissionen", {"title_de": "Die Integrationskommission"}),
        ("Integration", {"title_de": "Die Integrationskommission"}),
        ("Sprooch", {"title_lb": "Sproochecours"}),
        ("Cours", {"title_lb": "Sproochecours"}),
        ("kommissioun", {"title_lb": "Integratiounskommissioun"}),
    ],
)
def test_a_word_of_several_is_found_by_its_parts(query, text):
    make_practice(slug="a", **text)

    assert found(query) == {"a"}


def test_a_language_that_makes_no_word_of_several_is_not_searched_for_endings():
    make_practice(title_fr="Intercommunale", title_de="Anderes", title_en="Intercommunale")

    assert found("communale") == set()


def test_the_word_itself_stands_before_longer_ones():
    make_practice(slug="long", title_de="Integrationskommission")
    make_practice(slug="short", title_de="Kommission")

    assert ranked("kommission", "de") == ["short", "long"]


def test_a_longer_word_is_marked_whole():
    practice = make_practice(title_de="Titel", summary_de="Eine Integrationskommission tagt.")

    passage = passages([practice], Matches(parse("Kommission")), "de")[practice.pk]

    assert passage.text == "Eine <mark>Integrationskommission</mark> tagt."


@pytest.mark.repeats
@pytest.mark.usefixtures("content")
def test_words_find_the_same_with_and_without_their_accents():
    """Every word with an accent that the real content writes."""
    rows = PostingList.objects.all()
    words = sorted({shown for row in rows for shown in row.count_spellings() if shown.casefold() != row.word})

    differences = [word for word in words if Matches(parse(word)).all != Matches(parse(fold(word))).all]

    assert len(words) > 1000
    assert not differences


@pytest.mark.parametrize("query", ["a\x01b", "\x00", "x\x7f\x85"])
def test_control_characters_are_no_error_on_the_page_nor_in_the_feed(client, query):
    page = client.get("/fr/practices/", {"q": query})
    feed = client.get("/fr/practices/feed/", {"q": query})

    assert page.status_code == feed.status_code
    assert page.status_code in {200, 400}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", page.content.decode())


def test_a_query_of_control_characters_alone_does_not_mean_all(client):
    make_practice()

    assert client.get("/fr/practices/", {"q": "\x00"}).status_code == 400


def test_what_was_written_stands_before_its_synonym():
    term = Term.objects.create(slug="pakt", name_fr="Pacte communal", abbreviation="")
    Term.objects.create(slug="pci", name_fr="plan communal").successors.add(term)
    make_practice(slug="written", title_fr="Le pacte communal")
    make_practice(slug="newer", title_fr="Le plan communal")

    assert ranked("pacte communal") == ["written", "newer"]


def test_an_organisation_is_found_by_its_acronym():
    make_practice(slug="a", organisations=(make_organisation(name_fr="Association", short_name="XYZ"),))

    assert found("xyz") == {"a"}
