"""Every address, asked for by every role: who may, and who may not."""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django.asserts import assertNotContains

from accounts.record import note
from accounts.roles import ROLES
from contacts.models import Commune
from library.models import EmptySearch
from practices.models import Practice, Term
from tests.factories import make_broken_link, make_locality, make_practice, make_session, make_staff, make_theme
from tests.practices.test_admin import form_data
from tests.test_messages import everything_once
from translations.models import Translation, TranslationImport

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
LIST = "/admin/practices/practice/"

# Who asks, in the order of the columns below.
ASKING = ["nobody", "no role", *ROLES]
# What each gets, by GET and by direct POST:
#   l  is led to the login     y  is answered     -  is refused (403)     0  finds nothing (404)     m  not so (405)
#   c  is asked for the password once more
# The object is a draft of somebody else, the translation one into German, as are those of the translator who asks.
# Public pages are not listed: all are answered by GET, none takes a POST.
CONTENT = ["practices/topic", "practices/audience", "practices/sourcedocument"]
# What has a bin.
BINNABLE = ["practices/term", "contacts/organisation", "contacts/contact", "sessions_app/session"]
REFERENCE = ["practices/themeblock", "contacts/canton", "contacts/commune", "contacts/locality"]
MATRIX = """
                                                                        GET     POST
healthz                                                                 yyyyyy  yyyyyy
readyz                                                                  yyyyyy  yyyyyy
favicon.ico                                                             yyyyyy  yyyyyy
i18n/setlang/                                                           yyyyyy  yyyyyy
admin/login/                                                            yyyyyy  yyyyyy
admin/password_change/                                                  lyyyyy  lyyyyy
admin/password_change/done/                                             yyyyyy  yyyyyy
admin/account/confirm/                                                  lyyyyy  lyyyyy
admin/account/password/                                                 yyyyyy  yyyyyy
admin/account/password/set/                                             yyyyyy  yyyyyy
admin/account/password/sent/                                            yyyyyy  mmmmmm
admin/^account/password/(?P<uidb36>[0-9A-Za-z]+)-<key>/$                l-0000  l-0000
admin/account/                                                          lyyyyy  lmmmmm
admin/account/code/                                                     lyyyyy  lyyyyy
admin/account/app/                                                      cycccc  cycccc
admin/account/app/remove/                                               l00000  l00000
admin/account/recovery-codes/                                           l00000  lmmmmm
admin/account/recovery-codes/new/                                       cycccc  cycccc
admin/account/passkeys/                                                 yyyyyy  yyyyyy
admin/account/passkeys/new/                                             cycccc  cycccc
admin/account/passkeys/<int:pk>/remove/                                 l-0000  l-0000
admin/account/passkeys/login/                                           lyyyyy  lyyyyy
admin/account/sessions/                                                 lyyyyy  lyyyyy
admin/bin/                                                              l-yyyy  l-yyyy
admin/bin/<int:kind>/<int:key>/restore/                                 l-mmmm  l-0000
admin/bin/<int:kind>/<int:key>/delete/                                  l-0000  l-0000
admin/edit-link/                                                        yyyyyy  mmmmmm
admin/                                                                  lyyyyy  lyyyyy
admin/logout/                                                           ymmmmm  yyyyyy
admin/autocomplete/                                                     l-yyyy  l-mmmm
admin/jsi18n/                                                           l-yyyy  l-mmmm
admin/r/<path:content_type_id>/<path:object_id>/                        l-0000  l-0000
admin/auth/user/                                                        l----y  l----y
admin/auth/user/add/                                                    l----c  l----c
admin/auth/user/<path:object_id>/history/                               l----y  l----y
admin/auth/user/<path:object_id>/delete/                                l-----  l-----
admin/auth/user/<path:object_id>/change/                                l----c  l----c
admin/auth/user/<path:object_id>/                                       l-yyyy  l-yyyy
admin/accounts/recordentry/                                             l----y  l----y
admin/accounts/recordentry/add/                                         l-----  l-----
admin/accounts/recordentry/<path:object_id>/history/                    l----y  l----y
admin/accounts/recordentry/<path:object_id>/delete/                     l-----  l-----
admin/accounts/recordentry/<path:object_id>/change/                     l----y  l-----
admin/accounts/recordentry/<path:object_id>/                            l-yyyy  l-yyyy
admin/desk/linkcheck/                                                   l-yyyy  l-yyyy
admin/desk/linkcheck/add/                                               l-----  l-----
admin/desk/linkcheck/<path:object_id>/history/                          l-yyyy  l-yyyy
admin/desk/linkcheck/<path:object_id>/delete/                           l-----  l-----
admin/desk/linkcheck/<path:object_id>/change/                           l-yyyy  l-----
admin/desk/linkcheck/<path:object_id>/                                  l-yyyy  l-yyyy
admin/translations/translation/export/<slug:language>/                  l--ccc  l--ccc
admin/translations/translation/import/                                  l--yyy  l--yyy
admin/translations/translation/next/                                    l--yyy  l--yyy
admin/translations/translation/review/                                  l---yy  l---yy
admin/translations/translation/                                         l-yyyy  l-yyyy
admin/translations/translation/add/                                     l-----  l-----
admin/translations/translation/<path:object_id>/history/                l-yyyy  l-yyyy
admin/translations/translation/<path:object_id>/delete/                 l-----  l-----
admin/translations/translation/<path:object_id>/change/                 l--yyy  l--yyy
admin/translations/translation/<path:object_id>/                        l-yyyy  l-yyyy
admin/translations/translationimport/<int:key>/take/<int:number>/       l--000  l--000
admin/translations/translationimport/                                   l--yyy  l--yyy
admin/translations/translationimport/add/                               l-----  l-----
admin/translations/translationimport/<path:object_id>/history/          l-yyyy  l-yyyy
admin/translations/translationimport/<path:object_id>/delete/           l-----  l-----
admin/translations/translationimport/<path:object_id>/change/           l--yyy  l-----
admin/translations/translationimport/<path:object_id>/                  l-yyyy  l-yyyy
admin/REFERENCE/                                                        l-yyyy  l-yyyy
admin/REFERENCE/add/                                                    l----y  l----y
admin/REFERENCE/<path:object_id>/history/                               l-yyyy  l-yyyy
admin/REFERENCE/<path:object_id>/history/<int:version>/                 l----0  l----0
admin/REFERENCE/<path:object_id>/delete/                                l----y  l----y
admin/REFERENCE/<path:object_id>/change/                                l-yyyy  l----y
admin/REFERENCE/<path:object_id>/                                       l-yyyy  l-yyyy
admin/CONTENT/<path:object_id>/correction/                              l---yy  l---yy
admin/CONTENT/                                                          l-yyyy  l-yyyy
admin/CONTENT/add/                                                      l---yy  l---yy
admin/CONTENT/<path:object_id>/history/                                 l-yyyy  l-yyyy
admin/CONTENT/<path:object_id>/history/<int:version>/                   l---00  l---00
admin/CONTENT/<path:object_id>/delete/                                  l----y  l----y
admin/CONTENT/<path:object_id>/change/                                  l-yyyy  l---yy
admin/CONTENT/<path:object_id>/                                         l-yyyy  l-yyyy
admin/BINNABLE/<path:object_id>/correction/                             l---yy  l---yy
admin/BINNABLE/                                                         l-yyyy  l-yyyy
admin/BINNABLE/add/                                                     l---yy  l---yy
admin/BINNABLE/<path:object_id>/history/                                l-yyyy  l-yyyy
admin/BINNABLE/<path:object_id>/history/<int:version>/                  l---00  l---00
admin/BINNABLE/<path:object_id>/delete/                                 l---yy  l---yy
admin/BINNABLE/<path:object_id>/change/                                 l-yyyy  l---yy
admin/BINNABLE/<path:object_id>/                                        l-yyyy  l-yyyy
admin/BINNABLE/undo/                                                    l-mmmm  l---yy
admin/practices/topic/<path:object_id>/merge/                           l----y  l----y
admin/practices/audience/<path:object_id>/merge/                        l----y  l----y
admin/practices/themeblock/<path:object_id>/correction/                 l----y  l----y
admin/practices/practice/<path:object_id>/correction/                   l---yy  l---yy
admin/practices/practice/                                               l-yyyy  l-yyyy
admin/practices/practice/add/                                           l-y-yy  l-y-yy
admin/practices/practice/<path:object_id>/history/                      l-yyyy  l-yyyy
admin/practices/practice/<path:object_id>/history/<int:version>/        l---00  l---00
admin/practices/practice/undo/                                          l-mmmm  l-y-yy
admin/practices/practice/<path:object_id>/delete/                       l---yy  l---yy
admin/practices/practice/<path:object_id>/change/                       l-yyyy  l---yy
admin/practices/practice/<path:object_id>/                              l-yyyy  l-yyyy
admin/library/emptysearch/                                              l---yy  l---yy
admin/library/emptysearch/add/                                          l-----  l-----
admin/library/emptysearch/<path:object_id>/history/                     l---yy  l---yy
admin/library/emptysearch/<path:object_id>/delete/                      l---yy  l---yy
admin/library/emptysearch/<path:object_id>/change/                      l---yy  l-----
admin/library/emptysearch/<path:object_id>/                             l-yyyy  l-yyyy
admin/<app_label>/$                                                     l-yyyy  l-yyyy
admin/<url>$                                                            l-0000  l-0000
fr/practices/<slug:slug>/preview/                                       l-yyyy  l-mmmm
fr/sessions/<slug:slug>/preview/                                        l-yyyy  l-mmmm
admin/linkable-pages/                                                   l-yyyy  l-mmmm
admin/REFERENCE/add/typed/                                              l----m  l----y
admin/REFERENCE/<path:object_id>/typed/                                 l----m  l----y
admin/CONTENT/add/typed/                                                l---mm  l---yy
admin/CONTENT/<path:object_id>/typed/                                   l---mm  l---yy
admin/BINNABLE/add/typed/                                               l---mm  l---yy
admin/BINNABLE/<path:object_id>/typed/                                  l---mm  l---yy
admin/BINNABLE/undo/                                                    l-mmmm  l---yy
admin/practices/topic/<path:object_id>/merge/                           l----y  l----y
admin/practices/audience/<path:object_id>/merge/                        l----y  l----y
admin/practices/practice/add/typed/                                     l-m-mm  l-y-yy
admin/practices/practice/<path:object_id>/typed/                        l---mm  l---yy
fr/practices/shared/<str:token>/                                        000000  mmmmmm
"""

NAMES_OF_PARTS = re.compile(r"\^?\(\?P<(\w+)>[^)]*\)(?=/?\$)")
PARTS_OF_PATHS = {
    "practices/<slug:slug>/preview": "practices/draft/preview",
    "sessions/<slug:slug>/preview": "sessions/plan/preview",
    "practices/<slug:slug>": "practices/row-practice",
    "sessions/<slug:slug>": "sessions/row-session",
    "communes/<slug:slug>": "communes/row-commune",
    "organisations/<slug:slug>": "organisations/row-organisation",
    "<int:kind>/<int:key>": "1/1",
    "<slug:section>": "practices",
    "<path:content_type_id>/<path:object_id>": "1/1",
    "<slug:language>": "de",
    "<app_label>": "practices",
    "<url>": "nothing/",
}
VALUES = {
    "admin/autocomplete/": {"app_label": "practices", "model_name": "practice", "field_name": "topics", "term": "a"},
}


def routes(patterns: list, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(address as it stands in the urls, its pattern) of everything that the portal answers."""
    for pattern in patterns:
        address = before + NAMES_OF_PARTS.sub(r"<\1>", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, address)
        else:
            yield address, pattern


def expected() -> dict[str, tuple[str, str]]:
    """Address -> what each of `ASKING` gets by GET, and by POST."""
    rows = {
        address: ("yyyyyy", "mmmmmm")
        for address, pattern in routes(get_resolver().url_patterns)
        if hasattr(pattern.callback, "is_public_page")
    }
    for line in MATRIX.strip().splitlines()[1:]:
        address, by_get, by_post = line.split()
        for kind, models in {"CONTENT": CONTENT, "BINNABLE": BINNABLE, "REFERENCE": REFERENCE}.items():
            if kind in address:
                rows |= {address.replace(kind, model): (by_get, by_post) for model in models}
                break
        else:
            rows[address] = (by_get, by_post)
    return rows


def got(response: HttpResponse) -> str:
    if response.status_code == 302 and "/login/" in response["Location"]:
        return "l"
    if response.status_code == 302 and "/account/confirm/" in response["Location"]:
        return "c"
    return {200: "y", 302: "y", 204: "y", 400: "y", 403: "-", 404: "0", 405: "m"}[response.status_code]


def ask(client: Client, method: str, path: str, values: dict[str, str]) -> HttpResponse:
    """The answer; what it changed, in the database and of the session, is taken back."""
    cookies, savepoint = client.cookies.output(header="", sep=";"), transaction.savepoint()
    response = getattr(client, method)(path, values if method == "get" else {"post": "yes"})
    transaction.savepoint_rollback(savepoint)
    client.cookies.clear()
    client.cookies.load(cookies)
    return response


@pytest.fixture
def addresses() -> dict[str, str]:
    """Address as it stands in the urls -> one that can be asked for: a row of everything is there."""
    everything_once()
    make_locality(Commune.objects.get(slug="row-commune"))
    Term.objects.create(slug="row-pact", name_fr="ROWpact")
    EmptySearch.objects.create(query="ROWwords", language="de")
    TranslationImport.objects.create(file_name="ROWfile", language="de")
    make_staff()
    make_broken_link()
    note("logged in", by=None)
    draft = make_practice(slug="draft", state="draft")
    make_session(slug="plan", is_published=False)
    keys = {
        f"admin/{model._meta.app_label}/{model._meta.model_name}/": model._default_manager.order_by("pk")[0].pk
        for model in admin.site._registry
    }
    keys["admin/practices/practice/"] = draft.pk
    keys["admin/translations/translation/"] = Translation.objects.of(draft).get(language="de").pk
    filled = {}
    for address, _pattern in routes(get_resolver().url_patterns):
        path = address.replace("$", "").replace("<int:version>", "999999")
        for beginning, key in keys.items():
            if path.startswith(beginning):
                path = re.sub(r"<(path|int):\w+>", str(key), path)
        for name, value in PARTS_OF_PATHS.items():
            path = path.replace(name, value)
        filled[address] = f"/{path}"
    return filled


@pytest.mark.repeats
def test_every_address_answers_each_role_as_the_matrix_says(addresses):
    rows = expected()
    clients = {"nobody": Client(), "no role": Client(), **{role: Client() for role in ROLES}}
    clients["no role"].force_login(make_staff())
    for role in ROLES:
        clients[role].force_login(make_staff(role, ("de",), password="a long password"))

    answers = {
        address: tuple(
            "".join(got(ask(client, method, path, VALUES.get(address, {}))) for client in clients.values())
            for method in ("get", "post")
        )
        for address, path in addresses.items()
    }

    assert set(addresses) == set(rows)
    assert {address: row for address, row in answers.items() if row != rows[address]} == {}
    assert len(rows) * len(ASKING) * 2 > 1000


@pytest.mark.parametrize("role", ["contributor", "translator", "editor"])
def test_nobody_else_deletes_them_for_good(client, role):
    practice = make_practice()
    client.force_login(make_staff(role))

    response = client.post(f"{LIST}{practice.pk}/delete/", {"post": "yes"})
    client.post(LIST, {"action": "delete_selected", "_selected_action": [practice.pk], "post": "yes"})

    assert response.status_code == (302 if role == "editor" else 403)
    assert Practice.everything.get().is_binned == (role == "editor")


def test_a_contributor_changes_own_drafts_alone(client):
    anne, bob = make_staff("contributor"), make_staff("contributor")
    own = make_practice(state="draft", created_by=anne, title_fr="Jardin")
    foreign = make_practice(state="draft", created_by=bob, title_fr="Verger")
    published = make_practice(created_by=anne, title_fr="Potager")
    client.force_login(anne)
    addresses = [f"{LIST}{practice.pk}/change/" for practice in (own, foreign, published)]

    values = form_data(client, own, title_fr="Cuisine")
    answers = [client.post(address, values).status_code for address in addresses]

    assert answers == [302, 403, 403]
    assert [row.title_fr for row in Practice.objects.order_by("pk")] == ["Cuisine", "Verger", "Potager"]
    assertNotContains(client.get(addresses[1]), "_save")


def test_a_contributor_writes_a_fiche_and_sends_it_to_review_with_its_parts(client):
    anne = make_staff("contributor")
    draft = make_practice(state="draft", created_by=anne, body="<p>Texte</p>")
    client.force_login(anne)
    address = f"{LIST}{draft.pk}/change/"

    client.post(address, form_data(client, draft, _review="1", **{"sections-0-body_fr": "<p>Autre</p>"}))

    draft.refresh_from_db()
    assert (draft.state, draft.sections.get().body_fr) == ("in-review", "<p>Autre</p>")
    assert client.post(address, {}).status_code == 403


def test_who_writes_a_fiche_is_noted(client):
    anne, theme = make_staff("contributor"), make_theme()
    client.force_login(anne)
    page = client.get(f"{LIST}add/")
    counts = {
        bound.html_name: bound.value()
        for formset in page.context["inline_admin_formsets"]
        for bound in formset.formset.management_form
    }

    values = {"title_fr": "A", "slug": "a", "theme": theme.pk, "year": 2026, "state": "draft", "territory": "national"}
    client.post(f"{LIST}add/", counts | values)

    assert Practice.objects.get().created_by == anne


@pytest.mark.parametrize("state", ["published", "archived"])
def test_without_the_right_nobody_publishes_or_archives_a_fiche_by_form_or_action(client, state):
    anne = make_staff("contributor")
    draft = make_practice(state="draft", created_by=anne)
    client.force_login(anne)
    address = f"{LIST}{draft.pk}/change/"

    client.post(address, form_data(client, draft, state=state))
    for action in ["publish", "archive"]:
        client.post(LIST, {"action": action, "_selected_action": [draft.pk]})

    draft.refresh_from_db()
    assert draft.state == "draft"


def test_who_may_change_a_fiche_but_not_publish_leaves_its_state_alone(client):
    practice = make_practice(territory="national")
    colleague = make_staff("editor")
    Group.objects.get(name="editor").permissions.remove(Permission.objects.get(codename="publish_practice"))
    client.force_login(colleague)
    address = f"{LIST}{practice.pk}/change/"

    client.post(address, form_data(client, practice, state="draft", year=2020))
    draft = practice.current_draft()
    refused = client.post(f"{LIST}{draft.pk}/change/", form_data(client, draft, _publish="1", year=2021))

    practice.refresh_from_db()
    assert (practice.state, practice.year, practice.draft.year) == ("published", 2017, 2020)
    assert refused.status_code == 403
