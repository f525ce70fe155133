import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.test.signals import setting_changed
from django.utils import translation


def pytest_configure() -> None:
    """Catalogues are compiled first, and Django forgets those that it has read by then."""
    call_command("compile_messages")
    setting_changed.send(pytest_configure, setting="LANGUAGES", value=None, enter=True)


@pytest.fixture(autouse=True)
def _source_language(settings):
    """Each test begins in the source language, whatever the one before it left."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="module")
def content(django_db_setup, django_db_blocker):
    """The real content of fixtures/, for the tests of a whole module."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_content", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def staff(db, client):
    """A member of staff, signed in."""
    user = get_user_model().objects.create_superuser("staff", password="a password of staff")
    client.force_login(user)
    return user
