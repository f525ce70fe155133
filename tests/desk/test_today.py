import datetime

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import Account
from accounts.roles import TRANSLATOR
from contacts.models import Contact
from core.changes import How, batch
from desk.today import Line, Table
from library.models import EmptySearch
from practices.models import Practice, Topic
from tests.factories import (
    make_broken_link,
    make_commune,
    make_contact,
    make_practice,
    make_session,
    make_topic,
    numbers,
)
from translations.models import Translation

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
MOST_STATEMENTS = 25


def lines(client) -> dict[str, Line]:
    """Label -> line, with the numbers of the translations under "Deutsch outdated"."""
    found = {}
    for card in client.get("/admin/").context["cards"]:
        for line in card["lines"]:
            if isinstance(line, Table):
                for label, cells in line.rows:
                    found |= {f"{label} {column}": cell for column, cell in zip(line.columns, cells, strict=True)}
            else:
                found[str(line.label)] = line
    return found


def change(user, row, how=How.FORM) -> None:
    with batch(by=user, how=how):
        row.save()


@pytest.fixture
def colleague(django_user_model):
    return django_user_model.objects.create_user("anne", first_name="Anne", last_name="Daems", is_staff=True)


def everything_to_do(staff) -> None:
    """Two of each thing that is to be done, and one that is not."""
    today = timezone.localdate()
    for _ in range(2):
        make_practice(state="in-review")
        change(staff, make_practice(state="draft"))
        make_practice(confirmed_on=today - datetime.timedelta(days=400))
        make_contact()
    make_practice(state="draft")
    make_practice(confirmed_on=today)
    make_contact(confirmed_on=today)
    make_broken_link("https://a.lu/")
    make_broken_link("https://b.lu/")
    make_broken_link("https://c.lu/", failures=1)
    EmptySearch.objects.create(query="jardin", language="fr", fingerprint="a")
    EmptySearch.objects.create(query="", language="fr", fingerprint="b")


def test_each_number_leads_to_a_list_of_just_these_rows(client, staff):
    everything_to_do(staff)

    found = {label: line for label, line in lines(client).items() if line.count is not None}

    expected = {
        "À relire": 2,
        "Brouillons auxquels vous avez travaillé": 2,
        "Tous les brouillons": 3,
        "Fiches non confirmées depuis douze mois": 2,
        "Contacts non confirmés depuis douze mois": 2,
        "Liens sans réponse": 2,
        "Recherches sans résultat": 1,
    }
    assert {label: found[label].count for label in expected} == expected
    for line in found.values():
        assert client.get(line.url).context["cl"].result_count == line.count, line


def test_translations_are_counted_by_language_and_state(client, staff):
    make_topic(name_fr="sport", name_de="Sport")
    draft = make_topic(name_fr="jeu", name_lb="Spill")
    Topic.objects.filter(pk=draft.pk).update(name_fr="jeux")

    found = lines(client)

    counts = {label: line.count for label, line in found.items() if label.startswith(("Deutsch", "Lëtz"))}
    assert counts == {
        "Deutsch périmée": 0,
        "Deutsch manquante": 1,
        "Deutsch à relire": 1,
        "Lëtzebuergesch périmée": 1,
        "Lëtzebuergesch manquante": 1,
        "Lëtzebuergesch à relire": 0,
    }
    assert Translation.objects.count() == 6


def test_translators_see_their_own_languages_first(client, colleague):
    Account.objects.create(user=colleague, languages=["lb"])
    colleague.groups.add(Group.objects.get(name=TRANSLATOR))
    client.force_login(colleague)

    lines = [line for card in client.get("/admin/").context["cards"] for line in card["lines"]]
    [table] = [line for line in lines if isinstance(line, Table)]

    assert [label for label, _cells in table.rows] == ["Lëtzebuergesch", "Deutsch", "English"]


def test_the_next_session_says_what_it_lacks(client, staff):
    today = timezone.localdate()
    make_session(title_fr="Passé", date=today - datetime.timedelta(days=1))
    make_session(title_fr="Plus tard", date=today + datetime.timedelta(days=30))
    session = make_session(title_fr="Forum", date=today + datetime.timedelta(days=14), is_published=False)

    found = lines(client)

    assert found["Forum"].url == f"/admin/sessions_app/session/{session.pk}/change/"
    assert "dans 14 jours" in found["Forum"].note
    lacks = {
        "Le programme manque.", "L’heure manque.", "Le lieu manque.", "La commune manque.",
        "Elle n’est pas encore publiée.",
    }  # fmt: skip
    assert lacks <= set(found)

    session.agenda_items.create(title_fr="Accueil")
    session.start_time, session.venue, session.is_published = datetime.time(9), "Mairie", True
    session.commune = make_commune()
    session.save()

    assert not lacks & set(lines(client))


def test_a_session_online_needs_no_place(client, staff):
    make_session(title_fr="Forum", date=timezone.localdate(), mode="online")

    found = set(lines(client))

    assert "L’heure manque." in found
    assert not {"Le lieu manque.", "La commune manque."} & found


def test_without_a_session_to_come_the_page_says_so(client, staff):
    assert "Aucune séance n’est prévue." in lines(client)


def test_a_line_of_nothing_is_there_and_leads_nowhere(client, staff):
    page = client.get("/admin/")

    assertContains(page, "<span>À relire</span>", html=True)
    assertNotContains(page, "state__exact=in-review")


def test_what_colleagues_did_is_told_with_links_newest_first(client, staff, colleague):
    topic, gone = make_topic(name_fr="sport"), make_topic(name_fr="jeux")
    change(staff, gone)
    gone.delete()
    make_topic(name_fr="by nobody")
    for how in [How.DESK, How.IMPORT, How.LIST] * 5:
        change(colleague, topic, how)
    change(staff, make_practice(title_fr="Café", body="<p>Texte</p>"))

    page = client.get("/admin/")

    acts = page.context["acts"]
    assert [(act.name, act.by) for act in acts] == [("Café", "staff@gresil.example"), *[("sport", "Anne Daems")] * 14]
    assert [str(act.how) for act in acts[1:4]] == ["depuis la liste", "par une importation", "au poste de traduction"]
    assertContains(
        page, f'<a href="/admin/practices/topic/{topic.pk}/change/" lang="fr">sport</a>', count=14, html=True
    )


def test_what_nobody_may_see_is_not_on_the_page(client, colleague, staff):
    everything_to_do(staff)
    change(staff, Contact.objects.first())
    colleague.user_permissions.set(Permission.objects.filter(codename__in=["view_practice", "change_translation"]))
    client.force_login(colleague)

    page = client.get("/admin/")

    labels = set(lines(client))
    assert {"À relire", "Deutsch manquante"} <= labels
    assert not {"Contacts non confirmés depuis douze mois", "Liens sans réponse", "Recherches sans résultat"} & labels
    assert {act.kind for act in page.context["acts"]} == {Practice._meta.verbose_name}
    assert [button["label"] for button in page.context["buttons"]] == ["Traduire"]
    assertNotContains(page, "/admin/contacts/")
    assertNotContains(page, "/admin/auth/")


def test_who_has_no_role_is_told_whom_to_ask(client, colleague, django_user_model):
    django_user_model.objects.create_superuser("marc", first_name="Marc", last_name="Weis")
    client.force_login(colleague)

    page = client.get("/admin/")

    assertContains(page, "Demandez-en un à un administrateur\u00a0: Marc Weis.")
    assertNotContains(page, "today-card")


def test_the_four_things_of_every_day_are_buttons(client, staff):
    page = client.get("/admin/")

    assert [button["url"] for button in page.context["buttons"]] == [
        "/admin/practices/practice/add/",
        "/admin/sessions_app/session/add/",
        "/admin/contacts/contact/add/",
        "/admin/translations/translation/",
    ]


@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_the_contents_stand_in_the_same_order_in_each_language(client, staff, language):
    first = client.get("/admin/", headers={"accept-language": language})
    beside = client.get("/admin/practices/topic/", headers={"accept-language": language})

    orders = [
        [[model["object_name"] for model in group["models"]] for group in response.context[name]]
        for response, name in [(first, "app_list"), (beside, "available_apps")]
    ]
    assert orders[0] == orders[1]
    assert orders[0][0][:6] == ["Practice", "Session", "Contact", "Organisation", "Term", "Translation"]
    assert orders[0][1] == ["ThemeBlock", "Topic", "Audience", "Commune", "Locality", "Canton"]
    assert "User" in orders[0][2]
    models = [model for group in beside.context["available_apps"] for model in group["models"]]
    assert [model["object_name"] for model in models if model["is_current"]] == ["Topic"]


def something_to_do(staff) -> None:
    make_broken_link(f"https://a.lu/{next(numbers)}")
    change(staff, make_practice(state="draft"))
    make_session(date=timezone.localdate() + datetime.timedelta(days=3))


def test_the_page_asks_the_database_as_often_however_much_there_is(client, staff, colleague):
    client.get("/admin/")  # the kinds of content are remembered
    counts = []
    for number in (1, 10):
        for _ in range(number):
            something_to_do(staff)
            change(colleague, make_topic())
        with CaptureQueriesContext(connection) as captured:
            client.get("/admin/")
        counts.append(len(captured))

    assert counts[0] == counts[1] <= MOST_STATEMENTS
