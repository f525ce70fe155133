import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import translation

from practices.models import State
from tests.factories import make_commune, make_organisation, make_practice, make_session, make_staff, make_term

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/linkable-pages/"


@pytest.fixture
def pages():
    make_practice(slug="cafe", title_fr="Café des langues", title_de="Sprachencafé")
    make_practice(slug="draft", title_fr="Café en projet", state=State.DRAFT)
    make_commune(slug="mersch", name_fr="Mersch café")
    make_organisation(slug="clae", name_fr="Café associatif")
    make_session(slug="gresil-1", title_fr="Le café, un lieu")
    make_session(slug="gresil-2", title_fr="Le café, brouillon", is_published=False)
    make_term(slug="pacte", name_fr="Pacte du café")


def found(client, words: str) -> dict[str, str]:
    return {page["address"]: page["title"] for page in client.get(ADDRESS, {"q": words}).json()["pages"]}


def test_pages_are_found_by_words_without_accents_and_drafts_are_not(client, staff, pages):
    assert found(client, "cafe") == {
        "/practices/cafe/": "Café des langues",
        "/communes/mersch/": "Mersch café",
        "/organisations/clae/": "Café associatif",
        "/sessions/gresil-1/": "Le café, un lieu",
        "/glossary/#pacte": "Pacte du café",
    }
    assert found(client, "") == found(client, "\0") == {}


def test_the_address_is_the_same_in_every_language(client, staff, pages):
    with translation.override("de"):
        client.cookies["django_language"] = "de"
        assert found(client, "sprachencafé") == {"/practices/cafe/": "Sprachencafé"}


def test_who_has_no_role_is_refused_and_others_are_offered_only_what_they_may_view(client, pages):
    anne = make_staff()
    client.force_login(anne)
    assert client.get(ADDRESS, {"q": "cafe"}).status_code == 403

    anne.groups.set([Group.objects.get(name="translator")])
    assert len(found(client, "cafe")) == 5

    right = Permission.objects.get(codename="view_practice")
    Group.objects.get(name="translator").permissions.remove(right)
    assert "/practices/cafe/" not in found(client, "cafe")
