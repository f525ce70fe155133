import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

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


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("Tiers-lieux\xa0: des lieux de rencontre", ("Tiers-lieux", "Des lieux de rencontre")),
        ("Gemeinden und Vereine: Wie handeln?", ("Gemeinden und Vereine", "Wie handeln?")),
        (
            "Les communes contre le racisme\u202f! Promouvoir : oui",
            ("Les communes contre le racisme\u202f!", "Promouvoir : oui"),
        ),
        (
            "Gemengen a Veräiner, wéi d’Zesummeliewe gestalten?",
            ("Gemengen a Veräiner, wéi d’Zesummeliewe gestalten?", ""),
        ),
        ("Après la loi du 23 août 2023", ("Après la loi du 23 août 2023", "")),
        ("Rendez-vous à 10:30", ("Rendez-vous à 10:30", "")),
    ],
)
def test_a_long_title_has_a_short_part_and_a_rest(title, parts):
    assert Session(title_fr=title).title_parts == parts


def test_a_title_is_in_the_language_in_which_it_is_shown():
    session = make_session(title_fr="Titre", title_de="Titel")

    with translation.override("de"):
        assert session.title_language == "de"
    with translation.override("lb"):
        assert session.title_language == "fr"


def test_missing_editions_are_those_of_gresil_before_the_latest():
    for edition in [4, 5, 7]:
        make_session(kind="gresil", edition=edition)
    make_session(kind="assises", edition=2)
    make_session(kind="assises", edition=9)

    assert Session.objects.missing_editions() == [1, 2, 3, 6]
    assert Session.objects.filter(kind="assises").missing_editions() == []


def test_what_a_session_produced_stands_before_what_was_written_of_it():
    session = make_session()
    for kind in ["press", "web-page", "report", "thematic-sheet"]:
        session.documents.create(kind=kind, title_fr=kind, url=f"https://asti.lu/{kind}")

    kinds = [document.kind for document in session.documents_by_use]

    assert kinds == ["thematic-sheet", "report", "web-page", "press"]
