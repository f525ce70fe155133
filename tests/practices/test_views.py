import datetime
import re

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from bench.synthetic import fill
from contacts.models import Contact
from gresil.practices import PER_PAGE
from library.filters import CHOICES_OF_A_LONG_FACET, MOST_CHOICES
from practices.models import Practice, Term
from tests.factories import (
    make_audience,
    make_commune,
    make_contact,
    make_merged_commune,
    make_organisation,
    make_practice,
    make_session,
    make_source_document,
    make_theme,
    make_topic,
)
from tests.pages import facts_of, main_of

pytestmark = pytest.mark.django_db


def test_the_library_says_how_many_fiches_there_are(client):
    make_practice()
    make_practice()

    assertInHTML('<p class="result-count" role="status">2 exemples</p>', client.get("/fr/practices/").content.decode())


def test_a_long_library_goes_on_page_by_page_and_keeps_the_filters(client):
    theme = make_theme(slug="pci")
    for _ in range(PER_PAGE + 1):
        make_practice(theme=theme)

    first = client.get("/fr/practices/?theme=pci")
    second = client.get("/fr/practices/?theme=pci&page=2")

    assertContains(first, 'href="?theme=pci&amp;page=2"')
    assert len(first.context["page"].object_list) == PER_PAGE
    assert len(second.context["page"].object_list) == 1


@pytest.mark.parametrize("page", ["0", "2", "-1", "99999", "x", "%00", "1e9"])
def test_a_page_that_does_not_exist_is_not_found(client, page):
    make_practice()

    assert client.get(f"/fr/practices/?page={page}").status_code == 404


def test_a_commune_shows_its_fiches_and_sets_national_ones_apart(client):
    strassen = make_commune(slug="strassen")
    make_practice(communes=(strassen,), title_fr="Ici")
    make_practice(territory="national", communes=(strassen,), title_fr="Les deux")
    make_practice(territory="national", title_fr="Partout")

    html = client.get("/fr/practices/?commune=strassen").content.decode()

    here, everywhere = html.split('id="national-heading"')
    assert "Ici" in here
    assert "Les deux" in here
    assert "Partout" not in here
    assert "Partout" in everywhere
    assert "Les deux" not in everywhere


def test_chosen_filters_can_be_taken_off_one_by_one(client):
    make_theme(slug="pci", title_fr="Plan"), make_theme(slug="housing", title_fr="Logement")

    response = client.get("/fr/practices/?theme=pci&theme=housing&q=caf%C3%A9")

    assertContains(response, 'href="?theme=housing&amp;q=caf%C3%A9"')
    assertContains(response, 'href="?theme=pci&amp;theme=housing"')


def test_an_empty_result_leaves_a_way_on(client):
    response = client.get("/fr/practices/?q=rien")

    results = main_of(response).partition('class="no-practices">')[2].partition("</div>")[0]
    assertInHTML('<a class="button" href="/fr/practices/">Toutes les bonnes pratiques</a>', results)
    assertInHTML('<p class="result-count" role="status">0 exemple pour <q>rien</q></p>', response.content.decode())
    # There is nothing to take off but the words themselves.
    assert "Aucune fiche ne correspond à ces mots." in results


def test_an_empty_result_leads_to_the_helpdesk_with_the_words_in_the_subject(client):
    make_contact(slug="agence-interculturelle", email="helpdesk@asti.lu")

    results = main_of(client.get("/fr/practices/?q=mosquée à Mersch"))

    assert 'href="mailto:helpdesk@asti.lu?subject=mosqu%C3%A9e%20%C3%A0%20Mersch"' in results


def test_a_choice_without_a_translation_keeps_its_language_everywhere(client):
    make_practice(theme=make_theme(), topics=[make_topic(slug="associations", name_fr="vie associative")])

    html = client.get("/de/practices/?topic=associations").content.decode()

    assert html.count('<span lang="fr">vie associative</span>') == html.count("vie associative") == 2


def test_where_filters_exclude_each_other_each_of_them_is_a_way_on(client):
    make_practice(theme=make_theme(slug="housing"), communes=[make_commune(slug="wahl")])
    make_practice(theme=make_theme(slug="pci"))
    make_practice(theme=make_theme(slug="participation"), topics=[make_topic(slug="sport")])

    response = client.get("/fr/practices/?commune=wahl&theme=pci&topic=sport")

    for query in ["commune=wahl", "theme=pci", "topic=sport"]:
        assertContains(response, f'<a href="/fr/practices/?{query}">')
    assertNotContains(response, "Aucune fiche ne correspond à ces mots.")


@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
@pytest.mark.parametrize(
    "query",
    [
        "theme=%3Cscript%3Ealert(1)%3C/script%3E",
        "q=%00%3Cscript%3E",
        "commune=x%27--",
        "q=" + "<b>" * 4000,
        "theme=%1F",
        "q=%FF",
    ],
)
def test_a_bad_filter_is_answered_with_a_sentence_and_never_with_all_fiches(client, language, query):
    make_practice(title_fr="Une fiche")

    response = client.get(f"/{language}/practices/?{query}")

    assertContains(response, 'role="alert"', status_code=400)
    assertNotContains(response, "Une fiche", status_code=400)
    assertNotContains(response, "<script>", status_code=400)
    assertNotContains(response, "<b>", status_code=400)


def test_a_filter_that_does_not_exist_is_named_and_can_be_left_out_alone(client):
    sport = make_topic(slug="sport", name_fr="sport")
    make_practice(topics=(sport,))
    make_practice()

    response = client.get("/fr/practices/?theme=zzz&topic=sport")

    alert = main_of(response).partition('role="alert"')[2].partition("</div>")[0]
    assertInHTML("<q>zzz</q>", alert)
    assert 'href="?topic=sport"' in alert
    assertContains(response, '<input type="checkbox" name="topic" value="sport" checked>', status_code=400, html=True)


def test_a_fiche_shows_everything_that_it_holds(client):
    strassen = make_commune(name_fr="Strassen")
    document = make_source_document(
        title_fr="La brochure", published_on=datetime.date(2017, 5, 22), published_precision="day"
    )
    practice = make_practice(
        slug="cafe",
        title_fr="Café de Babel",
        subtitle_fr="Un café des langues",
        summary_fr="On s’y parle.",
        year=2017,
        theme=make_theme(short_title_fr="Vivre ensemble"),
        communes=(strassen,),
        topics=(make_topic(name_fr="langues"),),
        audiences=(make_audience(name_fr="familles"),),
        organisations=(make_organisation(name_fr="Commune de Strassen"),),
        contacts=(make_contact(name="Luiza Sosna", phones="+352 31 02 62-270"),),
        started_on=datetime.date(2011, 1, 1),
        started_precision="year",
        ended_on=datetime.date(2018, 12, 31),
        ended_precision="day",
        frequency_fr="une fois par mois",
        status="running",
        cost_band="low",
        confirmed_on=datetime.date(2026, 2, 3),
        body="<p>Huit langues</p>",
    )
    practice.sections.create(kind="other", heading_fr="Permanences", body_fr="<p>le mardi</p>", position=9)
    practice.indicators.create(value=121, is_approximate=True, label_fr="participantes")
    practice.links.create(url="https://www.strassen.lu", label_fr="Site de la commune")
    practice.practice_sources.create(document=document, pages="33")
    make_session(title_fr="Les Assises").practices.add(practice)

    response = client.get("/fr/practices/cafe/")

    for words in [
        "Café de Babel", "Un café des langues", "On s’y parle.", "Vivre ensemble", "Strassen", "langues", "familles",
        "Commune de Strassen", "Luiza Sosna", "+352 31 02 62-270", "2011", "31 décembre 2018", "une fois par mois",
        "Huit langues", "Permanences", "le mardi", "121", "participantes", "Site de la commune", "La brochure",
        "22 mai 2017", "33", "Les Assises", "3 février 2026",
    ]:  # fmt: skip
        assertContains(response, words)
    facts = facts_of(response)
    assert facts["Territoire"] == "Strassen"
    assert facts["Sujets"] == "langues"
    assert facts["Publics cibles"] == "familles"


def test_headings_without_content_are_left_out(client):
    make_practice(slug="cafe", territory="national")

    response = client.get("/fr/practices/cafe/")

    assertNotContains(response, 'id="indicators-heading"')
    assertNotContains(response, 'id="links-heading"')
    assertNotContains(response, 'id="section-1"')


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"started_on": datetime.date(2011, 1, 1), "started_precision": "year"}, "début\u00a0: 2011"),
        ({"ended_on": datetime.date(2018, 12, 1), "ended_precision": "month"}, "décembre 2018"),
    ],
)
def test_a_period_with_one_end_reads_well(client, fields, shown):
    make_practice(slug="cafe", **fields)

    assertContains(client.get("/fr/practices/cafe/"), shown)


@pytest.mark.parametrize(("state", "status"), [("draft", 404), ("in-review", 404), ("archived", 410)])
def test_what_is_not_published_is_for_staff_only(client, django_user_model, state, status):
    make_practice(slug="cafe", title_fr="Café", state=state)

    assert client.get("/fr/practices/cafe/").status_code == status
    assertNotContains(client.get("/fr/practices/"), "Café")

    client.force_login(django_user_model.objects.create_superuser("staff"))
    assertContains(client.get("/fr/practices/cafe/preview/"), "Café")
    assertNotContains(client.get("/fr/practices/"), "Café")


def test_a_text_that_is_not_translated_says_so_and_keeps_its_language(client):
    make_practice(slug="cafe", title_fr="Le café", title_de="Das Café", summary_fr="Un résumé", body="<p>Texte</p>")

    german = client.get("/de/practices/cafe/").content.decode()
    luxembourgish = client.get("/lb/practices/cafe/").content.decode()

    assert "<h1>Das Café</h1>" in german
    assert '<span lang="fr">Un résumé</span>' in german
    assert '<h1><span lang="fr">Le café</span></h1>' in luxembourgish
    assert 'class="translation-note"' in luxembourgish
    assert 'class="prose" lang="fr"' in luxembourgish


def busy_practice(number: int) -> None:
    practice = make_practice(
        slug=f"busy-{number}",
        territory="national" if number % 2 else "local",
        communes=(make_commune(), make_commune()),
        topics=(make_topic(), make_topic()),
        audiences=(make_audience(), make_audience()),
        organisations=(make_organisation(), make_organisation()),
        contacts=(make_contact(), make_contact()),
        body="<p>Texte</p>",
    )
    practice.practice_sources.create(document=make_source_document())
    make_session().practices.add(practice)


# Page -> how often it may ask the database.
MOST_QUERIES = {
    "/fr/": 12,
    "/fr/practices/": 12,
    "/fr/practices/?theme=pci&commune=strassen&topic=sport&audience=women&organisation=asti&q=texte": 12,
    "/fr/practices/busy-0/": 15,
    "/fr/communes/": 12,
    "/fr/communes/strassen/": 15,
    "/fr/organisations/": 12,
    "/fr/organisations/asti/": 15,
    "/fr/contacts/": 12,
    "/fr/sessions/": 12,
}


def queries_of_pages(client) -> dict[str, int]:
    """Page -> how often it asks the database."""
    result = {}
    for path in MOST_QUERIES:
        client.get(path)  # content types are asked for once a process, the library's sets once after each change
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        result[path] = len(queries)
    return result


@pytest.mark.repeats
def test_a_page_asks_the_database_as_often_for_a_full_portal_as_for_a_small_one(client):
    strassen, asti = make_commune(slug="strassen"), make_organisation(slug="asti")
    shared = {"theme": make_theme(slug="pci"), "topics": (make_topic(slug="sport"),)}
    shared |= {"audiences": (make_audience(slug="women"),), "organisations": (asti,), "communes": (strassen,)}

    def fill(numbers: range) -> None:
        for number in numbers:
            busy_practice(number)
            make_practice(**shared, contacts=(make_contact(organisation=asti, commune=strassen),), body="<p>Texte</p>")

    fill(range(2))
    small = queries_of_pages(client)
    fill(range(2, 20))
    full = queries_of_pages(client)

    assert full == small
    assert not {path: number for path, number in full.items() if number > MOST_QUERIES[path]}


@pytest.mark.repeats
def test_a_page_asks_the_database_as_often_for_1000_fiches_as_for_10(client):
    asti = make_organisation(slug="asti")
    communes = (make_commune(slug="strassen"), *(make_commune() for _ in range(8)))
    make_practice(
        slug="busy-0",
        title_fr="Texte",
        title_de="Wörter",
        title_lb="Wierder",
        title_en="Words",
        theme=make_theme(slug="pci"),
        topics=(make_topic(slug="sport"), make_topic()),
        audiences=(make_audience(slug="women"), make_audience()),
        organisations=(asti,),
        communes=communes[:1],
        contacts=(make_contact(organisation=asti),),
        body="<p>Texte</p>",
    )

    fill(9, tell=lambda sentence: None)
    small = queries_of_pages(client)
    fill(999, tell=lambda sentence: None)
    full = queries_of_pages(client)

    assert full == small
    assert Practice.objects.count() == 1000


@pytest.mark.parametrize("view", ["list", "map"])
def test_a_single_theme_block_is_introduced(client, view):
    housing = make_theme(slug="housing", introduction_fr="Les logements abordables manquent.")
    pci = make_theme(slug="pci", introduction_fr="Un plan pour la commune.")
    for theme in (housing, pci):
        make_practice(theme=theme)

    one = client.get(f"/lb/practices/?theme=housing&view={view}")
    both = client.get(f"/lb/practices/?theme=housing&theme=pci&view={view}")

    assertContains(one, '<span lang="fr">Les logements abordables manquent.</span>')
    assertNotContains(one, "Un plan pour la commune.")
    assertNotContains(both, "Les logements abordables manquent.")


def test_a_search_is_an_address_that_can_be_fed(client):
    theme = make_theme(slug="pci")
    make_practice(theme=theme, title_fr="Le plan", slug="plan")
    make_practice(theme=make_theme(), title_fr="Le jardin")

    page = client.get("/fr/practices/?theme=pci")
    feed = client.get("/fr/practices/feed/?theme=pci")

    assertContains(page, 'href="/fr/practices/feed/?theme=pci"')
    assert feed["Content-Type"].startswith("application/atom+xml")
    assertContains(feed, "Le plan")
    assertNotContains(feed, "Le jardin")
    assertContains(feed, 'xml:lang="fr"')
    assertContains(feed, "<author><name>GRESIL</name></author>")
    assertContains(feed, f"<title>GRESIL – Bonnes pratiques – {theme.short_title_fr}</title>")


def test_the_feed_is_newest_first(client):
    for day, title in [(1, "B"), (3, "A"), (2, "C")]:
        make_practice(title_fr=title, published_at=datetime.datetime(2026, 1, day, tzinfo=datetime.UTC))

    feed = client.get("/fr/practices/feed/").content.decode()

    assert re.findall(r"<entry><title>(.)</title>", feed) == ["A", "C", "B"]


def test_a_former_commune_that_is_asked_for_is_shown_as_chosen(client):
    former = make_merged_commune(make_commune(slug="today"), slug="former", name_fr="Wahl")
    make_practice(communes=(former,))

    html = client.get("/fr/practices/?commune=former").content.decode()

    chips = html.partition('class="chips"')[2].partition("</section>")[0]
    box = re.search(r'<input\s+type="checkbox"\s+name="commune"\s+value="former"[^>]*>', html)
    assert "Wahl" in chips
    assert re.search(r"\schecked\b", box[0])


def test_unknown_parameters_are_repeated_nowhere(client):
    make_practice()

    for path in ["/fr/practices/?sort=title&", "/fr/?", "/fr/communes/?", "/fr/contacts/?", "/fr/glossary/?"]:
        html = client.get(f"{path}utm_source=elsewhere&sneaky=1").content.decode()
        assert "elsewhere" not in html
        assert "sneaky" not in html


def test_a_facet_of_very_many_choices_shows_those_with_most_practices_and_leads_to_all(client):
    organisations = [make_organisation(slug=f"one-{number}") for number in range(MOST_CHOICES + 1)]
    busy = make_organisation(slug="busy", name_fr="Zitha")
    for organisation in organisations:
        make_practice(organisations=(organisation, busy))

    html = client.get("/fr/practices/").content.decode()

    facet = html.partition('id="facet-organisation"')[2].partition("</fieldset>")[0]
    assert facet.count('type="checkbox"') == CHOICES_OF_A_LONG_FACET
    assert 'value="busy"' in facet.partition("further-choices")[0]
    assertInHTML('<a href="/fr/organisations/">Voir toute la liste</a>', facet)


def test_a_feed_with_a_filter_that_is_not_understood_answers_as_the_page_does(client):
    feed = client.get("/fr/practices/feed/?theme=nonsense")

    assertContains(feed, "Veuillez choisir dans la liste.", status_code=400)
    assert client.get("/fr/practices/?theme=nonsense").status_code == 400


def test_a_search_without_result_offers_other_words_and_other_filters(client):
    make_practice(title_fr="Bénévolat", communes=(make_commune(slug="esch", name_fr="Esch"),))
    make_commune(slug="strassen")

    misspelt = client.get("/fr/practices/?q=benevolta")
    elsewhere = client.get("/fr/practices/?q=benevolat&commune=strassen")

    assertContains(misspelt, 'href="?q=B%C3%A9n%C3%A9volat"')
    assertContains(elsewhere, '<a href="?q=benevolat">Commune</a>')


def test_a_result_says_in_which_other_language_it_was_found(client):
    make_practice(title_fr="Café", title_de="Sprachencafé", summary_de="Viele Sprachen")

    response = client.get("/fr/practices/?q=sprachen")

    assertContains(response, "<mark>Sprachen</mark>")
    assertContains(response, 'lang="de"')
    assertContains(response, "llemand")


def test_the_map_of_the_library_counts_what_all_filters_give(client):
    esch, strassen = make_commune(code="0301", slug="esch"), make_commune(code="0305", slug="strassen")
    sport = make_topic(slug="sport")
    make_practice(topics=(sport,), communes=(esch,), title_fr="Course")
    make_practice(topics=(sport,), communes=(esch, strassen), territory="regional", title_fr="Course du pays")
    make_practice(topics=(sport,), territory="national", title_fr="Course pour tous")
    make_practice(communes=(strassen,), title_fr="Jardin")

    response = client.get("/fr/practices/?topic=sport&q=course&view=map")

    counts = {commune.slug: commune.practice_count for commune in response.context["communes"]}
    assert counts == {"esch": 2, "strassen": 1}
    assert response.context["national_count"] == 1
    assertContains(response, 'href="/fr/practices/?topic=sport&amp;q=course&amp;commune=esch"')
    assertContains(response, '<input type="hidden" name="view" value="map">')
    assertNotContains(response, 'class="card-list"')


def test_the_map_of_all_fiches_leads_to_the_communes(client):
    make_practice(communes=(make_commune(code="0301", slug="esch"),))

    response = client.get("/fr/practices/?view=map")

    assertContains(response, 'href="/fr/communes/esch/"')


def test_a_map_without_fiches_leaves_a_way_on_too(client):
    make_practice(title_fr="Jardin")

    response = client.get("/fr/practices/?q=rien&view=map")

    assert response.context["communes"] == []
    assertContains(response, 'class="no-practices"')


def test_only_what_divides_the_result_is_offered(client):
    sport, school, both = make_topic(slug="sport"), make_topic(slug="school"), make_topic(slug="both")
    make_topic(slug="empty")
    make_practice(topics=(sport, both), year=2017)
    make_practice(topics=(school, both), year=2017)

    html = client.get("/fr/practices/").content.decode()
    narrowed = client.get("/fr/practices/?topic=sport").content.decode()

    for slug in ["sport", "school", "both"]:
        assertInHTML(f'<input type="checkbox" name="topic" value="{slug}">', html)
    assert 'value="empty"' not in html
    assert 'id="facet-year"' not in html
    assertInHTML('<input type="checkbox" name="topic" value="sport" checked>', narrowed)


def test_the_first_order_is_the_one_of_an_address_without_any(client):
    make_practice(title_fr="Jardin")

    html = client.get("/fr/practices/?q=jardin").content.decode()

    assertInHTML('<option value="" selected>Pertinence</option>', html)
    assert 'value="relevance"' not in html


def test_words_that_we_do_not_understand_leave_the_choices_in_the_form(client):
    make_practice(territory="national")

    response = client.get("/fr/practices/?territory=national&q=-")

    assertContains(
        response, '<input type="checkbox" name="territory" value="national" checked>', status_code=400, html=True
    )


def test_a_feed_leads_to_its_own_list(client):
    make_practice(title_fr="Jardin")
    first, second = (client.get(f"/fr/practices/feed/?q={words}").content.decode() for words in ("jardin", "verger"))

    assert "q=jardin" in first
    assert "q=jardin" not in second


def test_the_glossary_says_how_its_translation_was_made(client):
    reviewed, draft = [Term.objects.create(slug=slug, name_fr=slug, name_de=slug) for slug in ("un", "deux")]
    for term in (reviewed, draft):
        term.record_translations()
    reviewed.mark_reviewed("de", by=None)

    assert "Maschinelle Übersetzung" in client.get("/de/glossary/").content.decode()
    draft.mark_reviewed("de", by=None)
    assert "Maschinelle Übersetzung" not in client.get("/de/glossary/").content.decode()
    assert "translation-note" not in client.get("/fr/glossary/").content.decode()


def test_a_card_shows_what_is_edited_from_the_next_page_on(client):
    practice = make_practice(title_fr="Le verger")
    client.get("/fr/practices/")

    Practice.objects.filter(pk=practice.pk).update(title_fr="Le jardin")

    assert "Le jardin" in main_of(client.get("/fr/practices/"))


def test_a_practice_that_stood_in_a_list_is_not_read_again(client, django_assert_num_queries):
    make_practice()
    client.get("/fr/practices/")

    # The versions are not asked for by Django.
    with django_assert_num_queries(0):
        client.get("/fr/practices/?sort=newest")


def test_a_card_that_was_kept_tells_when_the_period_has_ended(client, monkeypatch):
    make_practice(ended_on=datetime.date(2030, 12, 31), ended_precision="day")
    monkeypatch.setattr(timezone, "localdate", lambda: datetime.date(2030, 12, 31))
    assert "standing-ended" not in main_of(client.get("/fr/practices/"))

    monkeypatch.setattr(timezone, "localdate", lambda: datetime.date(2031, 1, 1))

    assert "standing-ended" in main_of(client.get("/fr/practices/"))


def test_a_practice_is_read_once_for_all_languages(client, django_assert_num_queries):
    # Of different themes, so that neither names the other.
    first, second = (make_practice(title_de="Der Garten", theme=make_theme()) for _number in range(2))
    for practice, language in [(first, "fr"), (second, "de")]:
        client.get(f"/{language}/practices/{practice.slug}/")

    # How far it is translated.
    with django_assert_num_queries(1):
        page = client.get(f"/de/practices/{first.slug}/")

    assertContains(page, "<h1>Der Garten</h1>")


def test_a_practice_page_has_its_communes_in_the_order_of_each_language(client):
    communes = (make_commune(name_fr="Esch", name_de="Zolver"), make_commune(name_fr="Lux", name_de="Arlon"))
    practice = make_practice(communes=communes)

    pages = {code: main_of(client.get(f"/{code}/practices/{practice.slug}/")) for code in ["fr", "de", "fr"]}

    assert pages["fr"].rindex("Esch") < pages["fr"].rindex("Lux")
    assert pages["de"].rindex("Arlon") < pages["de"].rindex("Zolver")


def test_a_practice_page_shows_a_subject_under_its_new_name_at_once(client):
    topic = make_topic(slug="sport", name_fr="Sport")
    practice = make_practice(topics=(topic,))
    client.get(practice.get_absolute_url())

    topic.name_fr = "Mouvement"
    topic.save()

    assert "Mouvement" in facts_of(client.get(practice.get_absolute_url()))["Sujets"]


def test_the_helpdesk_of_every_page_is_the_one_of_now(client):
    make_contact(slug="agence-interculturelle", name="", desk_fr="Agence", email="old@example.lu")
    practice = make_practice()
    client.get(practice.get_absolute_url())

    Contact.objects.update(email="new@example.lu")

    assert "new@example.lu" in main_of(client.get(practice.get_absolute_url()))
