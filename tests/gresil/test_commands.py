import pytest
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.management import call_command

from contacts.models import Canton
from practices.models import Practice


@pytest.mark.django_db
def test_the_first_start_makes_one_account_and_shows_its_password_once(capsys):
    call_command("prepare")
    first = capsys.readouterr().out
    call_command("prepare")
    second = capsys.readouterr().out

    password = first.split("password:")[1].split()[0]
    assert get_user_model().objects.get().check_password(password)
    assert password not in second
    assert "/admin/" in second


@pytest.mark.django_db
def test_a_second_start_keeps_what_staff_changed_and_removed():
    call_command("load_content")
    Practice.objects.filter(slug="lisko").update(title_fr="Un titre de l’équipe")
    Practice.objects.get(slug="kufika-strassen").delete()

    call_command("load_content")

    assert Practice.objects.get(slug="lisko").title_fr == "Un titre de l’équipe"
    assert not Practice.objects.filter(slug="kufika-strassen").exists()


@pytest.mark.django_db
def test_a_subject_that_is_missing_is_filled_beside_the_others():
    call_command("load_content")
    before = serializers.serialize("json", Canton.objects.all())
    Practice.objects.all().delete()

    call_command("load_content")

    assert Practice.objects.count() == 25
    assert serializers.serialize("json", Canton.objects.all()) == before
