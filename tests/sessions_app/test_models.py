import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from sessions_app.models import Session
from tests.factories import make_organisation, make_session

pytestmark = pytest.mark.django_db
TODAY, DAY = timezone.localdate(), datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"title_fr": ""}, "session_has_a_title"),
        ({"title_fr": None}, "session_has_a_title"),
        ({"start_time": datetime.time(14), "end_time": datetime.time(9)}, "session_ends_after_it_begins"),
        ({"kind": "riddle"}, "session_kind_is_known"),
        ({"mode": "riddle"}, "session_mode_is_known"),
        ({"evidence": "riddle"}, "session_evidence_is_known"),
    ],
)
def test_the_database_refuses_a_session_that_breaks_a_rule(fields, constraint):
    session = make_session()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(**fields)


def test_an_edition_stands_once_in_its_kind():
    make_session(kind="gresil", edition=4)
    make_session(kind="assises", edition=4)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_session(kind="gresil", edition=4)


def test_today_is_still_to_come():
    yesterday, today, tomorrow = (make_session(date=TODAY + DAY * days) for days in [-1, 0, 1])
    earlier = make_session(date=TODAY - DAY * 9)

    assert list(Session.objects.upcoming()) == [today, tomorrow]
    assert list(Session.objects.past()) == [yesterday, earlier]
    assert yesterday.is_past
    assert not today.is_past


def test_only_published_sessions_are_public():
    published = make_session(is_published=True)
    make_session(is_published=False)

    assert list(Session.objects.published()) == [published]


def test_parts_of_a_session_are_checked_by_the_database():
    session, organisation = make_session(), make_organisation()
    session.partners.create(organisation=organisation, role="host")
    session.documents.create(url="https://asti.lu", title_fr="ASTI")
    session.figures.create(value=24, label_fr="bonnes pratiques")
    session.agenda_items.create(title_fr="Accueil")
    session.speakers.create(name="Anne Weber", affiliation_fr="Échevine")

    for add in [
        lambda: session.partners.create(organisation=organisation, role="host"),
        lambda: session.partners.create(organisation=organisation, role="riddle"),
        lambda: session.documents.create(url="https://asti.lu", title_fr="again"),
        lambda: session.documents.create(url="https://x.lu", title_fr="x", kind="riddle"),
        lambda: session.figures.create(value=25, label_fr="bonnes pratiques"),
        lambda: session.agenda_items.create(title_fr="Accueil"),
        lambda: session.speakers.create(name="Anne Weber", affiliation_fr="Échevine"),
        lambda: session.speakers.create(name="", affiliation_fr=""),
        lambda: session.speakers.create(name="", affiliation_fr=None),
        lambda: session.speakers.create(name="X", role="riddle"),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            add()
