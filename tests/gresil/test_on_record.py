"""What staff do stands in the record, whichever way they do it: one walk through all that has to be found again."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import RecordEntry
from accounts.record import ACTS
from library.models import EmptySearch
from practices.models import State
from tests.accounts.test_coming_in import PASSWORD, log_in, set_up_app
from tests.desk.test_bulk import ask, confirm, undo
from tests.factories import make_commune, make_practice, make_session, make_staff, make_term, make_topic
from tests.practices.test_admin import form_data

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
PRACTICES, SESSIONS, BOARD = (
    "/admin/practices/practice/",
    "/admin/sessions_app/session/",
    "/admin/translations/translation/",
)


@pytest.fixture
def acts():
    """What is on record since the last time, the oldest first."""
    seen = 0

    def acts() -> list[str]:
        nonlocal seen
        new = list(RecordEntry.objects.filter(pk__gt=seen).order_by("pk"))
        seen = max([seen, *(entry.pk for entry in new)])
        return [entry.act for entry in new]

    return acts


def test_coming_in_and_all_that_concerns_an_account(client, acts, django_capture_on_commit_callbacks):
    anne = make_staff("editor", email="anne@gresil.example", password=PASSWORD)
    log_in(client, "wrong")
    log_in(client)
    assert acts() == ["login failed", "logged in"]

    with django_capture_on_commit_callbacks(execute=True):
        codes = set_up_app(client)
    assert acts() == ["second factor set", "second factor set"]
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/admin/account/recovery-codes/new/")
    client.post("/admin/account/app/remove/")
    # The codes go with the app.
    assert acts() == ["recovery codes made", "second factor removed", "second factor removed"]

    client.post("/admin/account/sessions/")
    client.post("/admin/password_change/", {"oldpassword": PASSWORD, "password1": "x" * 20, "password2": "x" * 20})
    client.post("/admin/logout/")
    client.post("/admin/account/password/", {"email": anne.email})
    assert acts() == ["sessions ended", "password set", "logged out", "password reset asked"]
    assert len(codes) == 10
    assert len(mail.outbox) == 1


def test_a_wrong_code_and_a_wrong_passkey(client, acts):
    make_staff("editor", email="anne@gresil.example", password=PASSWORD)
    log_in(client)
    set_up_app(client)
    other = Client()
    log_in(other)
    acts()

    other.post("/admin/account/code/", {"code": "000000"})
    Client().post("/admin/account/passkeys/login/", {"credential": '{"id": "x"}'})

    assert acts() == ["login failed", "login failed"]


def test_accounts_and_rights(client, acts, staff):
    values = {"name": "Bob", "email": "bob@gresil.example", "role": "editor", "is_active": "on"}
    client.post("/admin/auth/user/add/", values)
    assert acts() == ["rights changed", "invited"]
    bob = make_staff("editor", email="eve@gresil.example")

    address, values = f"/admin/auth/user/{bob.pk}/change/", values | {"email": bob.email}
    client.post(address, values | {"role": "administrator"})
    client.post(address, {name: value for name, value in values.items() if name != "is_active"})
    client.post(address, values)

    assert acts() == ["rights changed", "rights changed", "account closed", "account opened"]


def test_publishing_withdrawing_and_deleting(client, acts, staff):
    draft = make_practice(state=State.DRAFT, published_at=None, communes=(make_commune(),), body="<p>Texte</p>")
    client.post(f"{PRACTICES}{draft.pk}/change/", form_data(client, draft, _publish="1"))
    answer = confirm(client, ask(client, "archive", draft))
    undo(client, answer)
    assert acts() == ["published", "archived", "undone"]

    session = make_session(is_published=False)
    page = client.get(f"{SESSIONS}{session.pk}/change/")
    forms = [page.context["adminform"].form]
    for formset in page.context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    values = {bound.html_name: bound.value() for form in forms for bound in form if bound.value() is not None}
    values = {name: value for name, value in values.items() if value is not False}
    client.post(f"{SESSIONS}{session.pk}/change/", values | {"is_published": "on"})
    page = client.get(f"{SESSIONS}{session.pk}/change/")
    client.post(f"{SESSIONS}{session.pk}/change/", values | {"seen": page.context["seen"]})
    assert acts() == ["published", "withdrawn"]

    client.post(f"{SESSIONS}{session.pk}/delete/", {"post": "yes"})
    client.post(re.search(r"/admin/bin/\d+/\d+/restore/", client.get("/admin/bin/").content.decode())[0])
    client.post(f"/admin/practices/topic/{make_topic().pk}/delete/", {"post": "yes"})
    search = EmptySearch.objects.create(query="jean dupont", language="fr")
    client.post(f"/admin/library/emptysearch/{search.pk}/delete/", {"post": "yes"})
    assert acts() == ["binned", "restored", "deleted", "deleted"]
    assert "dupont" not in str(list(RecordEntry.objects.values()))


def test_files_out_and_in(client, acts, staff):
    make_term(name_fr="Pacte")

    file = b"".join(client.get(f"{BOARD}export/de/").streaming_content)
    delivered = SimpleUploadedFile("de.xliff", file.replace(b"</source>", b"</source><target>Pakt</target>", 1))
    client.post(f"{BOARD}import/", {"file": delivered})

    assert acts() == ["exported", "imported"]


def test_every_act_of_the_record_is_noted_somewhere():
    apps = [Path(settings.BASE_DIR, app.partition(".")[0]) for app in settings.INSTALLED_APPS if app.endswith("Config")]
    files = [path for app in apps for path in app.rglob("*.py") if path.name != "record.py"]
    code = "\n".join(path.read_text() for path in files)

    assert len(files) > 50
    assert [act for act in ACTS if f'"{act}"' not in code] == []


def test_who_walked_away_from_the_desk_loses_no_file(client):
    """Files leave the portal after the password was typed."""
    make_term(name_fr="Pacte")
    client.force_login(make_staff("editor", email="anne@gresil.example", password=PASSWORD))

    asked = client.get(f"{BOARD}export/de/")
    ticked = client.post(f"{BOARD}?language=de", {"action": "export_selected", "_selected_action": ["1"]})
    page = client.get(asked["Location"])
    back = client.post(asked["Location"], {"password": PASSWORD, "next": f"{BOARD}?language=de"})
    exported = client.get(f"{BOARD}export/de/")

    for answer in (asked, ticked):
        assert answer["Location"].startswith("/admin/account/confirm/?next=")
    assert "exportez à nouveau" in page.content.decode()
    assert back["Location"] == f"{BOARD}?language=de"
    assert "attachment" in exported["Content-Disposition"]
