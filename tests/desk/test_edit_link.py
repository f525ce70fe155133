import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.factories import make_commune, make_contact, make_organisation, make_practice, make_session, make_term

pytestmark = pytest.mark.django_db


def ask(client, path: str):
    return client.get("/admin/edit-link/", {"path": path})


def test_each_public_page_of_a_thing_leads_to_its_form(client, staff):
    rows = {
        "/fr/practices/jardin/": make_practice(slug="jardin"),
        "/fr/sessions/forum/": make_session(slug="forum"),
        "/fr/organisations/asti/": make_organisation(slug="asti"),
        "/fr/communes/strassen/": make_commune(slug="strassen"),
        "/fr/contacts/#anne": make_contact(slug="anne"),
        "/fr/glossary/#pci": make_term(slug="pci"),
    }

    found = {path: ask(client, path).json()["url"] for path in rows}

    assert found == {
        path: f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/" for path, row in rows.items()
    }


def test_a_list_leads_to_the_list_of_the_desk(client, staff):
    assert ask(client, "/fr/contacts/").json()["url"] == "/admin/contacts/contact/"
    assert ask(client, "/fr/glossary/#unknown").json()["url"] == "/admin/practices/term/"


@pytest.mark.parametrize(
    ("language", "label"), [("fr", "Modifier"), ("de", "Bearbeiten"), ("lb", "Änneren"), ("en", "Edit")]
)
def test_the_link_speaks_the_language_of_its_page(client, staff, language, label):
    make_practice(slug="jardin")

    found = client.get(
        "/admin/edit-link/", {"path": f"/{language}/practices/jardin/"}, headers={"accept-language": "fr"}
    )

    assert found.json()["label"] == label


@pytest.mark.parametrize(
    "path", ["", "/", "/fr/", "/fr/about/", "/fr/practices/", "/nowhere/", "https://x.lu/", "//", "/fr/\x00", "/admin/"]
)
def test_other_pages_have_nothing_to_edit(client, staff, path):
    response = ask(client, path)

    assert response.status_code == 204
    assert "no-store" in response["Cache-Control"]


def test_who_may_not_change_a_thing_finds_no_link_to_it(client, django_user_model):
    make_practice(slug="jardin")
    reader = django_user_model.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename="view_practice"))
    client.force_login(reader)

    assert ask(client, "/fr/practices/jardin/").status_code == 204
    assert ask(Client(), "/fr/practices/jardin/").status_code == 204


@pytest.mark.ignore_template_errors
def test_the_cookie_comes_with_the_desk_and_goes_with_the_session(client, staff, settings):
    cookie = client.get("/admin/").cookies["desk"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"], cookie["secure"]) == ("1", "Lax", "", "")
    assert "desk" not in client.get("/admin/").cookies

    client.session.flush()

    gone = ask(client, "/fr/contacts/")
    assert gone.status_code == 204
    assert gone.cookies["desk"]["max-age"] == 0
    assert "desk" not in ask(client, "/fr/contacts/").cookies


@pytest.mark.ignore_template_errors
def test_logging_out_takes_the_cookie_away(client, staff):
    client.get("/admin/")

    assert client.post("/admin/logout/").cookies["desk"]["max-age"] == 0


@pytest.mark.ignore_template_errors
def test_in_production_the_cookie_is_secure(client, staff, settings):
    settings.SESSION_COOKIE_SECURE = True

    assert client.get("/admin/").cookies["desk"]["secure"]


def test_a_public_page_is_the_same_for_staff_and_sets_no_cookie(client, staff):
    make_practice(slug="jardin")
    client.cookies["desk"] = "1"

    of_staff = client.get("/fr/practices/jardin/")

    assert not of_staff.cookies
    assert of_staff.content == Client().get("/fr/practices/jardin/").content
