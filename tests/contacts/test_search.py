import pytest
from django.utils import translation

from contacts.models import Contact
from contacts.search import communes_matching, rows_with_words
from practices.models import Practice
from tests.factories import (
    make_commune,
    make_contact,
    make_locality,
    make_merged_commune,
    make_practice,
    make_topic,
)

pytestmark = pytest.mark.django_db


def names(query: str) -> list[str]:
    return [match.commune.name for match in communes_matching(query)]


@pytest.mark.parametrize("query", ["Käerjeng", "kaerjeng", "KAERJ", "Bascharage", "basch"])
def test_a_commune_is_found_by_its_beginning_its_aliases_and_without_accents(query):
    make_commune(name_fr="Käerjeng", aliases="Bascharage\nClemency")
    make_commune(name_fr="Strassen")

    assert names(query) == ["Käerjeng"]


def test_a_commune_is_found_in_all_languages():
    make_commune(name_fr="Esch-sur-Alzette", name_de="Esch an der Alzette", name_lb="Esch-Uelzecht")

    assert names("esch uelz") == names("esch an der") == ["Esch-sur-Alzette"]


def test_exact_names_stand_before_other_names_beginnings_and_words_within():
    make_commune(name_fr="Bad Esch")
    make_commune(name_fr="Esch-sur-Sûre")
    make_locality(make_commune(name_fr="Ailleurs"), name_fr="Eschweiler")
    make_locality(make_commune(name_fr="Partout"), name_fr="Esch")
    make_commune(name_fr="Esch")

    assert names("esch") == ["Esch", "Partout", "Esch-sur-Sûre", "Ailleurs", "Bad Esch"]


def test_of_two_communes_that_begin_alike_the_more_populous_stands_first():
    make_commune(name_fr="Betzdorf", population=4127)
    make_commune(name_fr="Bettembourg", population=11651)

    assert names("bet") == ["Bettembourg", "Betzdorf"]


def test_a_former_commune_offers_the_one_of_today_and_right_behind_it_its_own_page():
    make_locality(make_commune(name_fr="Ailleurs", population=99_999), name_fr="Wahl")
    make_merged_commune(make_commune(name_fr="Groussbus-Wal"), name_fr="Wahl")

    matches = communes_matching("wahl")

    assert [(match.commune.name, match.via) for match in matches] == [
        ("Groussbus-Wal", "Wahl"),
        ("Wahl", ""),
        ("Ailleurs", "Wahl"),
    ]
    with translation.override("en"):
        assert matches[1].detail == "until 2023, today Groussbus-Wal"


def test_a_locality_is_named_in_the_language_of_the_page():
    sanem = make_commune(name_fr="Sanem")
    make_locality(sanem, name_fr="Soleuvre", name_lb="Zolwer")

    with translation.override("lb"):
        assert [match.via for match in communes_matching("soleuvre")] == ["Zolwer"]


def test_the_village_of_the_communes_name_is_not_named_beside_it():
    make_locality(make_commune(name_fr="Pétange"), name_fr="Pétange", postal_codes="4750 4751")

    assert [(match.commune.name, match.via) for match in communes_matching("4750")] == [("Pétange", "")]


@pytest.mark.parametrize("query", ["L-4750", "4750", "l 4750", "L4750", "47", "4750 Pétange", "L-4750 Petange"])
def test_a_postal_code_leads_to_its_commune(query):
    make_locality(make_commune(name_fr="Pétange"), name_fr="Pétange", postal_codes="4749 4750")
    make_locality(make_commune(name_fr="Ailleurs"), name_fr="Autre", postal_codes="1750 2475")

    assert names(query) == ["Pétange"]


@pytest.mark.parametrize("query", ["Belval Sanem", "sanem, belval", "Belval (Sassenheim)"])
def test_a_name_that_exists_twice_is_told_apart_by_its_commune(query):
    make_locality(make_commune(name_fr="Esch-sur-Alzette"), name_fr="Belval")
    make_locality(make_commune(name_fr="Sanem", name_de="Sassenheim"), name_fr="Belval")

    assert names(query) == ["Sanem"]


@pytest.mark.parametrize("query", ["commune de Strassen", "Gemeng Strassen", "d’Gemeng Strassen", "Gemeinde Strasen"])
def test_words_that_every_commune_may_carry_are_passed_over(query):
    make_commune(name_fr="Strassen")
    make_commune(name_fr="Stauseegemeinde")

    assert names(query) == ["Strassen"]


@pytest.mark.parametrize("query", ["difer", "esch sur alzt", "vallée l’ernz", "Duedelingen", "DÜDELINGEN"])
def test_something_is_offered_while_it_is_misspelt_or_unfinished(query):
    make_commune(name_fr="Differdange")
    make_commune(name_fr="Esch-sur-Alzette")
    make_commune(name_fr="Vallée de l’Ernz")
    make_commune(name_fr="Dudelange", name_de="Düdelingen")

    assert len(names(query)) == 1


@pytest.mark.parametrize("query", ["Becx", "Bceh", "Bexch"])
def test_a_name_of_four_letters_is_found_in_spite_of_a_typing_error(query):
    make_commune(name_fr="Bech")

    assert names(query) == ["Bech"]


def test_three_letters_are_not_taken_for_a_misspelt_name():
    make_commune(name_fr="Bech")

    assert names("ech") == []


def test_a_name_that_is_written_similarly_stands_before_one_that_sounds_similar():
    make_commune(name_fr="Pafental", population=10)
    make_commune(name_fr="Pfaffenthal", population=1_000)

    assert names("Pafentall") == ["Pafental", "Pfaffenthal"]


def test_a_name_that_contains_four_letters_stands_behind_those_that_begin_with_them_or_are_similar():
    make_locality(make_commune(name_fr="Luxembourg", population=137_000), name_fr="Kirchberg")
    make_commune(name_fr="Bergem")
    make_commune(name_fr="Belg")

    assert names("berg") == ["Bergem", "Belg", "Luxembourg"]
    assert names("rch") == []


def test_an_alias_that_names_a_village_says_so():
    kaerjeng = make_commune(name_fr="Käerjeng", aliases="Bascharage")
    make_locality(kaerjeng, name_fr="Bascharage")

    assert [match.via for match in communes_matching("bascharage")] == ["Bascharage"]
    assert [match.via for match in communes_matching("käerjeng")] == [""]


def test_a_village_of_a_former_commune_leads_to_the_one_of_today_and_to_the_former_one():
    former = make_merged_commune(make_commune(name_fr="Groussbus-Wal"), name_fr="Wahl")
    make_locality(former, name_fr="Rindschleiden")

    assert names("rindschleiden") == ["Groussbus-Wal", "Wahl"]


def test_at_most_twenty_communes_are_offered():
    for number in range(25):
        make_commune(name_fr=f"Sankt {number}")

    assert len(names("sankt")) == 20


def test_a_commune_is_found_by_its_new_name_at_once_and_no_longer_by_the_old():
    commune = make_commune(name_fr="Groussbus")
    assert names("groussbus") == ["Groussbus"]

    commune.name_fr = "Wintrange"
    commune.save()

    assert names("wintrange") == ["Wintrange"]
    assert names("groussbus") == []


def test_however_much_is_found_it_takes_two_queries_once_the_names_are_read(django_assert_num_queries):
    for number in range(12):
        make_locality(make_merged_commune(make_commune(name_fr=f"Sankt {number}")), name_fr=f"Sankt {number}")

    communes_matching("sankt")
    with django_assert_num_queries(2):
        assert [match.detail for match in communes_matching("sankt")]


@pytest.mark.parametrize("query", ["", "%", "’", "xyzzy", "_", "L-", "9", "99999", "x" * 200])
def test_nonsense_finds_nothing(query):
    make_commune(name_fr="Strassen")
    make_locality(make_commune(), name_fr="Ici", postal_codes="9990")

    assert names(query) == []


def test_rows_are_found_by_words_that_stand_in_several_of_their_fields_whatever_the_accents():
    strassen = make_commune(name_fr="Strassen")
    make_contact(name="Luïza Sosna", role_fr="chargée à l’intégration", commune=strassen)
    make_contact(name="Marc Faber")

    def found(query: str) -> list[str]:
        rows = rows_with_words(Contact.objects.all(), query, ["name"], ["role", "commune__name"])
        return [contact.name for contact in rows]

    for query in ["luiza", "integration", "strassen sosna"]:
        assert found(query) == ["Luïza Sosna"]
    assert found("faber strassen") == []


def test_rows_are_found_once_by_words_of_the_several_rows_that_they_lead_to():
    topics = (make_topic(name_fr="langues"), make_topic(name_fr="voisinage"))
    make_practice(title_fr="Café", topics=topics)
    make_practice(title_fr="Jardin", topics=topics[1:])

    rows = rows_with_words(Practice.objects.all(), "langues voisinage", texts=["title"], many=["topics__name"])

    assert [practice.title for practice in rows] == ["Café"]
