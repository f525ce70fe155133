"""The form of an account: name, e-mail, role, languages; an account is made by inviting somebody."""

import re

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import RecordEntry
from accounts.roles import role_of
from tests.conftest import has_typed_the_password
from tests.factories import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]
LIST = "/admin/auth/user/"
ANNE = {
    "name": "Anne Muller",
    "email": "Anne@gresil.example",
    "role": "translator",
    "languages": ["lb"],
    "is_active": "on",
}


@pytest.fixture
def administrator(client):
    user = make_staff("administrator", password="a long password")
    client.force_login(user)
    has_typed_the_password(client, user)
    return user


def test_an_account_is_made_by_an_invitation(client, administrator):
    client.post(f"{LIST}add/", ANNE)

    anne = User.objects.get(email="anne@gresil.example")
    assert (anne.get_full_name(), role_of(anne), anne.account.languages) == ("Anne Muller", "translator", ["lb"])
    assert not anne.has_usable_password()
    assert mail.outbox[0].to == ["anne@gresil.example"]
    assert "http://testserver/admin/account/password/" in mail.outbox[0].body
    assert {"rights changed", "invited"} <= set(RecordEntry.objects.values_list("act", flat=True))


def test_the_invited_person_sets_a_password_and_is_in(client, administrator):
    client.post(f"{LIST}add/", ANNE)
    anne = Client()
    link = re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]

    form = anne.get(link)["Location"]
    anne.post(form, {"password1": "a password of fifteen", "password2": "a password of fifteen"})

    assert anne.get("/admin/translations/translation/").status_code == 200


def test_who_does_not_remember_is_asked_for_the_password(client):
    client.force_login(make_staff("administrator", password="a long password"))

    for response in [client.get(f"{LIST}add/"), client.post(f"{LIST}add/", ANNE)]:
        assert response["Location"].startswith("/admin/account/confirm/")
    assert not User.objects.filter(email="anne@gresil.example").exists()


def test_the_form_has_neither_permissions_nor_hashes_nor_a_way_to_become_superuser(client, administrator):
    other = make_staff("editor")
    form = client.get(f"{LIST}{other.pk}/change/")

    client.post(
        f"{LIST}{other.pk}/change/",
        ANNE | {"role": "editor", "is_superuser": "on", "is_staff": "", "user_permissions": ["1"], "groups": ["4"]},
    )

    other.refresh_from_db()
    assert (other.is_superuser, other.is_staff, role_of(other)) == (False, True, "editor")
    assert not other.user_permissions.exists()
    for word in ["pbkdf2", "is_superuser", "user_permissions", 'name="groups"']:
        assertNotContains(form, word)


@pytest.mark.parametrize("change", [{"role": "editor"}, {"is_active": ""}])
def test_nobody_locks_themselves_out(client, administrator, change):
    values = {"name": "A", "email": administrator.email, "role": "administrator", "is_active": "on"} | change
    response = client.post(
        f"{LIST}{administrator.pk}/change/", {name: value for name, value in values.items() if value}
    )

    assert response.status_code == 200
    administrator.refresh_from_db()
    assert administrator.is_active
    assert role_of(User.objects.get(pk=administrator.pk)) == "administrator"


def test_closing_an_account_ends_its_sessions_at_once(client, administrator):
    bob = make_staff("editor", email="bob@gresil.example", password="a long password")
    browser = Client()
    browser.post("/admin/login/", {"login": bob.email, "password": "a long password"})
    before = browser.get("/admin/").status_code

    client.post(f"{LIST}{bob.pk}/change/", {"name": "Bob", "email": bob.email, "role": "editor"})

    assert (before, browser.get("/admin/").status_code) == (200, 302)
    assert RecordEntry.objects.filter(act="account closed", about_key=str(bob.pk)).exists()


@pytest.mark.parametrize("change", [{"languages": []}, {"email": "STAFF@gresil.example"}])
def test_what_is_wrong_is_said_at_its_field(client, administrator, change):
    make_staff(email="staff@gresil.example")

    response = client.post(f"{LIST}add/", ANNE | change)

    assertContains(response, "errorlist")
    assert not User.objects.filter(email="anne@gresil.example").exists()


def test_an_invitation_reaches_a_mail_server(client, administrator, smtp):
    client.post(f"{LIST}add/", ANNE)

    [message] = smtp
    assert message["To"] == "anne@gresil.example"


def test_when_no_mail_server_answers_the_account_is_there_and_is_invited_again(client, administrator, settings):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    response = client.post(f"{LIST}add/", ANNE, follow=True)
    settings.EMAIL_BACKEND = backend
    anne = User.objects.get(email="anne@gresil.example")
    client.post(f"{LIST}{anne.pk}/change/", ANNE | {"_invite": "yes"})

    assertContains(response, "l’invitation n’a pas pu partir")
    assert [message.to for message in mail.outbox] == [["anne@gresil.example"]]


def test_the_command_invites_and_takes_an_account_of_earlier_along(capsys):
    User.objects.create_superuser("admin")

    call_command("invite", "anne@gresil.example", role="administrator", user_name="admin")

    anne = User.objects.get()
    assert (anne.username, anne.email, role_of(anne)) == ("admin", "anne@gresil.example", "administrator")
    assert "/admin/account/password/" in capsys.readouterr().out
    with pytest.raises(CommandError, match="languages"):
        call_command("invite", "bob@gresil.example", role="translator")


@pytest.mark.parametrize(
    ("fields", "shown"),
    [({"first_name": "Anne", "last_name": "Muller"}, "Anne Muller"), ({}, "anne@gresil.example")],
    ids=["name", "address"],
)
def test_colleagues_are_called_by_their_name_not_by_a_user_name_that_nobody_chose(fields, shown):
    assert str(make_staff(username="staff-1f9a", email="anne@gresil.example", **fields)) == shown
