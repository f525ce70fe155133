"""Topics and target groups say where they are used, and two that mean the same become one."""

import pytest

from accounts.models import RecordEntry
from library.check import differences
from practices.models import Practice, Topic
from tests.factories import make_audience, make_practice, make_staff, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.ignore_template_errors]


@pytest.mark.parametrize("make", [make_topic, make_audience])
def test_all_factsheets_get_the_one_that_stays(client, staff, make):
    old, new = make(name_fr="langues"), make(name_fr="apprendre une langue")
    name = "topics" if make is make_topic else "audiences"
    first, second, binned = (make_practice(**{name: rows}) for rows in ((old,), (old, new), (old,)))
    binned.put_in_bin(by=staff)
    address = f"/admin/practices/{old._meta.model_name}/{old.pk}/merge/"

    question = client.get(address).content.decode()
    client.post(address, {"into": new.pk})

    assert f">{first}</a>" in question
    assert not type(old).objects.filter(pk=old.pk).exists()
    for practice in Practice.everything.all():
        assert list(getattr(practice, name).all()) == [new]
    assert second.updated_at < Practice.objects.get(pk=second.pk).updated_at
    assert RecordEntry.objects.get(act="merged").about == "langues"
    assert not list(differences())


def test_list_and_form_say_by_how_many_factsheets_it_is_used(client, staff):
    topic = make_topic()
    make_practice(topics=(topic,))
    make_practice(topics=(topic,))

    for address in ["", f"{topic.pk}/change/"]:
        assert "dans 2 fiches" in client.get(f"/admin/practices/topic/{address}").content.decode()


def test_only_administrators_merge(client):
    old, new = make_topic(), make_topic()
    client.force_login(make_staff("editor"))

    assert client.post(f"/admin/practices/topic/{old.pk}/merge/", {"into": new.pk}).status_code == 403
    assert Topic.objects.count() == 2
