import json

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.asserts import assertContains, assertInHTML, assertNotContains

from accounts.models import RecordEntry
from desk.models import LinkCheck
from library.models import EmptySearch
from library.search import matching
from practices.models import Practice, PracticeSection, Review, SectionKind, Term
from tests.factories import (
    make_audience,
    make_commune,
    make_contact,
    make_locality,
    make_organisation,
    make_practice,
    make_theme,
    make_topic,
)
from translations.models import Translation, TranslationImport

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors, pytest.mark.usefixtures("staff")]
LIST = "/admin/practices/practice/"
RECORDS = {Translation, TranslationImport, EmptySearch, LinkCheck, RecordEntry}
# Of saving a practice in the admin, with those that open and close a transaction.
MOST_STATEMENTS = 96


def form_data(client, practice: Practice, **changes) -> dict:
    """What a browser sends back for the untouched change form of `practice`, with `changes`."""
    response = client.get(f"{LIST}{practice.pk}/change/")
    forms = [response.context["adminform"].form]
    for formset in response.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    values = {bound.html_name: bound.value() for form in forms for bound in form}
    data = {name: value for name, value in values.items() if value is not None and value is not False}
    return data | {"seen": response.context["seen"]} | changes


def make_draft(**fields) -> Practice:
    return make_practice(state="draft", published_at=None, **fields)


def act(client, action: str, *practices: Practice):
    data = {"action": action, "_selected_action": [practice.pk for practice in practices]}
    return client.post(LIST, data, follow=True)


@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_every_admin_page_opens_in_every_language(client, language):
    make_practice(communes=(make_commune(),), body="<p>Texte</p>")
    make_locality(make_commune())
    opened = 0

    for model, model_admin in admin.site._registry.items():
        label = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        paths = [label, f"{label}?q=%C3%A9t%C3%A9"] if model_admin.search_fields else [label]
        # What is only recorded is not added by hand.
        paths += [f"{label}add/"] if model not in RECORDS else []
        paths += [f"{label}{row.pk}/change/" for row in model._default_manager.all()[:1]]
        for path in paths:
            response = client.get(path, headers={"accept-language": language})
            assertContains(response, f'<html lang="{language}"')
            opened += 1

    assert opened > 40


def test_every_model_of_the_portal_is_in_the_admin_or_edited_within_another():
    registered = set(admin.site._registry)
    inline = {inline.model for model_admin in admin.site._registry.values() for inline in model_admin.inlines}
    ours = [
        model
        for label in ["contacts", "practices", "sessions_app"]
        for model in apps.get_app_config(label).get_models()
    ]

    assert len(ours) > 15
    # A review is asked for and decided by the buttons of the form.
    assert not set(ours) - registered - inline - {Review}


def test_a_saved_fiche_is_found_by_its_new_words(client):
    practice = make_draft(title_fr="Café", communes=(make_commune(),), body="<p>Ancien</p>")

    response = client.post(
        f"{LIST}{practice.pk}/change/", form_data(client, practice, **{"sections-0-body_fr": "<p>Nouveau</p>"})
    )

    assert response.status_code == 302, response.context["errors"]
    assert list(matching(Practice.objects.all(), "nouveau")) == [practice]
    assert not matching(Practice.objects.all(), "ancien")


def test_pasted_text_is_cleaned_when_it_is_saved(client):
    practice = make_draft(communes=(make_commune(),), body="<p>Texte</p>")
    pasted = '<p onclick="x()">Gras <b>ici</b></p><script>alert(1)</script><h1>Titre</h1><a href="javascript:x">l</a>'

    response = client.post(
        f"{LIST}{practice.pk}/change/", form_data(client, practice, **{"sections-0-body_fr": pasted}), follow=True
    )

    assert practice.sections.get().body_fr == "<p>Gras <strong>ici</strong></p><h3>Titre</h3><p>l</p>"
    assert "1 lien n’avait pas d’adresse utilisable et a été retiré\u00a0: «\u00a0l\u00a0»" in [
        str(message) for message in response.context["messages"]
    ]


def test_the_form_of_a_practice_shows_its_parts_and_no_empty_ones(client):
    practice = make_practice(body="<p>Texte</p>")

    form = client.get(f"{LIST}{practice.pk}/change/").context["inline_admin_formsets"]

    shown = {inline.formset.prefix: len(inline.formset.forms) for inline in form}
    # One of each kind, in the outline.
    assert shown.pop("sections") == len(SectionKind) - 1
    assert sum(shown.values()) == 0


def test_a_translation_is_saved_in_its_own_language(client):
    practice = make_draft(title_fr="Café", communes=(make_commune(),))

    client.post(f"{LIST}{practice.pk}/change/", form_data(client, practice, title_lb="Sproochecafé"))

    practice.refresh_from_db()
    assert (practice.title_fr, practice.title_lb, practice.title_de) == ("Café", "Sproochecafé", None)


def test_the_address_of_a_published_fiche_cannot_change(client):
    published, draft = make_practice(slug="published"), make_practice(state="draft", published_at=None)

    assertNotContains(client.get(f"{LIST}{published.pk}/change/"), 'name="slug"')
    assertContains(client.get(f"{LIST}{draft.pk}/change/"), 'name="slug"')


def make_long_practice(sections: int) -> Practice:
    """With so many sections, organisations, contacts and communes."""
    practice = make_draft(
        communes=tuple(make_commune() for _ in range(sections)),
        organisations=tuple(make_organisation() for _ in range(sections)),
        contacts=tuple(make_contact() for _ in range(sections)),
    )
    texts = [{"heading_fr": f"Partie {number}", "body_fr": "<p>Texte</p>"} for number in range(sections)]
    rows = [PracticeSection(practice=practice, kind=SectionKind.OTHER, **text) for text in texts]
    PracticeSection.objects.bulk_create(rows)
    return practice


def test_saving_a_changed_section_asks_the_database_as_often_however_many_parts_the_fiche_has(client):
    counts = []
    # The words that the two lose still stand in another one.
    make_long_practice(1)
    for practice in [make_long_practice(2), make_long_practice(20)]:
        # Each brings two words that the index does not have.
        body = f"<p>Nouveau{practice.pk}</p>"
        changes = {"summary_fr": f"Un autre résumé{practice.pk}", "sections-1-body_fr": body}
        data = form_data(client, practice, **changes)
        with CaptureQueriesContext(connection) as captured:
            client.post(f"{LIST}{practice.pk}/change/", data)
        counts.append(len(captured))
        assert practice.sections.filter(body_fr=body).count() == 1

    few, many = counts
    assert few == many <= MOST_STATEMENTS


def test_a_row_that_nobody_changed_still_counts_when_another_is_made_its_double(client):
    one, other = make_organisation(), make_organisation()
    practice = make_draft(communes=(make_commune(),), organisations=(one, other))
    doubled = form_data(client, practice, **{"practice_organisations-1-organisation": one.pk})

    response = client.post(f"{LIST}{practice.pk}/change/", doubled)

    assert response.status_code == 200
    assert set(practice.organisations.all()) == {one, other}


def test_a_second_section_of_a_kind_is_refused_with_a_sentence(client):
    practice = make_draft(communes=(make_commune(),), body="<p>Texte</p>")
    own = {"kind": "other", "heading_fr": "Partie", "body_fr": "<p>Texte</p>"}
    rows = [{"kind": "description", "body_fr": "<p>Encore</p>"}, own, own]
    added = {f"sections-{number}-{name}": text for number, row in enumerate(rows, 1) for name, text in row.items()}
    places = {f"sections-{number}-position": number for number in range(1, 4)}
    data = form_data(client, practice, **added, **places, **{"sections-TOTAL_FORMS": 4})

    response = client.post(f"{LIST}{practice.pk}/change/", data)
    accepted = client.post(f"{LIST}{practice.pk}/change/", data | {"sections-1-kind": "lessons"})

    [sections] = [row.formset for row in response.context["inline_admin_formsets"] if row.formset.prefix == "sections"]
    assert sections.errors == [{}, {"kind": ["La fiche a déjà une section de ce type."]}, {}, {}]
    assert accepted.status_code == 302
    assert practice.sections.count() == 4


def test_a_row_that_nobody_changed_can_be_taken_away(client):
    practice = make_draft(communes=(make_commune(),), body="<p>Texte</p>")

    client.post(f"{LIST}{practice.pk}/change/", form_data(client, practice, **{"sections-0-DELETE": "on"}))

    assert not practice.sections.exists()


def test_search_and_autocompletion_know_no_accents(client):
    make_practice(title_fr="Été à Käerjeng")
    commune = make_commune(name_fr="Käerjeng")
    make_theme(title_fr="Été")

    assertContains(client.get(f"{LIST}?q=ete+kaerjeng"), "Été à Käerjeng")
    found = client.get(
        "/admin/autocomplete/?app_label=practices&model_name=practicecommune&field_name=commune&term=kaer"
    )

    assert [result["id"] for result in json.loads(found.content)["results"]] == [str(commune.pk)]


def test_a_fiche_can_be_viewed_on_the_site(client):
    published, draft = make_practice(slug="cafe"), make_practice(slug="brouillon", state="draft")

    links = [client.get(f"{LIST}{row.pk}/change/").context["absolute_url"] for row in (published, draft)]

    assert links == ["/fr/practices/cafe/", "/fr/practices/brouillon/preview/"]
    assert [client.get(link).status_code for link in links] == [200, 200]


@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_what_has_no_page_of_its_own_is_viewed_where_the_site_shows_it(client, language):
    rows = {
        Term.objects.create(slug="pci", name_fr="PCI"): "/glossary/#pci",
        make_topic(slug="sport"): "/practices/?topic=sport",
        make_audience(slug="jeunes"): "/practices/?audience=jeunes",
        make_locality(make_commune(slug="sanem")): "/communes/sanem/",
    }

    for row, address in rows.items():
        form = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
        link = client.get(form).context["absolute_url"]
        page = client.get(link, headers={"accept-language": language}).url
        assert page.endswith(f"/{language}{address}")
        assert client.get(page).status_code == 200

    assertContains(client.get(f"/{language}/glossary/"), 'id="pci"')


def test_the_form_of_a_fiche_names_the_superseded_terms_in_its_texts_and_what_they_are_called_today(client):
    today = Term.objects.create(slug="gemengepakt", name_fr="Pacte communal")
    pci = Term.objects.create(slug="pci", name_fr="plan communal intégration", name_de="Integrationsplan")
    pci.successors.add(today)
    german = make_practice(title_fr="Café", title_de="Ein Integrationsplan")
    french = make_practice(body="<p>Un plan communal intégration</p>")
    neither = make_practice(title_fr="Café", body="<p>Le pacte communal</p>")
    flag = (
        f'<a href="/admin/practices/term/{pci.pk}/change/">plan communal intégration s’appelle aujourd’hui\u00a0:</a>'
    )

    for practice in [german, french]:
        html = client.get(f"{LIST}{practice.pk}/change/").content.decode()
        assertInHTML(f"<li>{flag} Pacte communal</li>", html)
    assertNotContains(client.get(f"{LIST}{neither.pk}/change/"), "aujourd’hui\u00a0:")
    assert client.get(f"{LIST}add/").status_code == 200


def test_staff_choose_the_language_of_the_admin(client):
    client.post("/i18n/setlang/", {"language": "lb", "next": "/admin/"})

    assertContains(client.get("/admin/"), '<html lang="lb"')


def test_the_editor_may_run_its_inline_import_map(client):
    practice = make_practice(body="<p>Texte</p>")

    response = client.get(f"{LIST}{practice.pk}/change/")

    nonce = response["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    assertContains(response, f'type="importmap" nonce="{nonce}"')


def test_the_list_asks_the_database_as_often_for_many_fiches(client, django_assert_max_num_queries):
    for _ in range(2):
        make_practice()
    # The first request of a session notes when it came.
    client.get(LIST)
    with django_assert_max_num_queries(25) as small:
        client.get(LIST)
    for _ in range(18):
        make_practice()
    with django_assert_max_num_queries(25) as full:
        client.get(LIST)

    assert len(full) == len(small)


def test_what_is_chosen_on_a_form_cannot_be_deleted_from_there(client):
    practice = make_practice(communes=(make_commune(),), contacts=(make_contact(),))

    form = client.get(f"{LIST}{practice.pk}/change/")

    assertContains(form, "related-widget-wrapper")
    assertNotContains(form, "delete-related")
