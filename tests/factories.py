"""Rows for tests: each function fills only what the database asks for; a test states every value it then asserts."""

import datetime
from itertools import count

from django.contrib.auth.models import Group, User
from django.utils import timezone

from accounts.models import Account
from contacts.models import Canton, Commune, Contact, Locality, Organisation, OrganisationKind
from core.changes import batch
from desk.models import LinkCheck, LinkStatus
from practices.models import (
    Audience,
    OrganisationRole,
    Practice,
    PracticeCommune,
    PracticeContact,
    PracticeOrganisation,
    PracticeSection,
    SectionKind,
    SourceDocument,
    State,
    Term,
    ThemeBlock,
    Topic,
)
from sessions_app.models import Session

numbers = count(1)
# Their code has two figures: numbers of their own come again only after a hundred cantons.
numbers_of_cantons = count(1)


def named(fields: dict, noun: str, field: str = "name") -> dict:
    number = next(numbers)
    return {"slug": f"{noun}-{number}", f"{field}_fr": f"{noun} {number}"} | fields


def make_canton(**fields) -> Canton:
    number = next(numbers_of_cantons)
    return Canton.objects.create(**{"code": f"{number % 100:02}", "iso_code": f"T{number}"} | named(fields, "canton"))


def make_commune(**fields) -> Commune:
    if "canton" not in fields:
        fields["canton"] = Canton.objects.first() or make_canton()
    return Commune.objects.create(**{"code": f"T{next(numbers)}"} | named(fields, "commune"))


def make_merged_commune(successor: Commune, **fields) -> Commune:
    return make_commune(**{"successor": successor, "valid_to": datetime.date(2023, 8, 31)} | fields)


def make_locality(commune: Commune, **fields) -> Locality:
    return Locality.objects.create(**{"commune": commune, "name_fr": f"locality {next(numbers)}"} | fields)


def make_organisation(**fields) -> Organisation:
    return Organisation.objects.create(**{"kind": OrganisationKind.ASSOCIATION} | named(fields, "organisation"))


def make_contact(**fields) -> Contact:
    if "organisation" not in fields:
        fields["organisation"] = make_organisation()
    number = next(numbers)
    defaults = {
        "slug": f"contact-{number}",
        "name": f"contact {number}",
        "sort_name": f"contact {number}",
        "recorded_year": 2017,
        "display": "public",
    }
    return Contact.objects.create(**defaults | fields)


def make_theme(**fields) -> ThemeBlock:
    number = next(numbers)
    defaults = {"slug": f"theme-{number}", "code": f"{number}", "title_fr": f"theme {number}", "short_title_fr": "T"}
    return ThemeBlock.objects.create(**defaults | fields)


def make_topic(**fields) -> Topic:
    return Topic.objects.create(**named(fields, "topic"))


def make_audience(**fields) -> Audience:
    return Audience.objects.create(**named(fields, "audience"))


def make_term(**fields) -> Term:
    return Term.objects.create(**named(fields, "term"))


def make_source_document(**fields) -> SourceDocument:
    return SourceDocument.objects.create(**named(fields, "document", "title"))


def make_practice(
    communes: tuple[Commune, ...] = (),
    topics: tuple[Topic, ...] = (),
    audiences: tuple[Audience, ...] = (),
    organisations: tuple[Organisation, ...] = (),
    contacts: tuple[Contact, ...] = (),
    body: str = "",
    **fields,
) -> Practice:
    """A published practice; `body` is the text of a description."""
    if "theme" not in fields:
        fields["theme"] = ThemeBlock.objects.first() or make_theme()
    defaults = {"year": 2017, "state": State.PUBLISHED, "summary_fr": "summary", "published_at": timezone.now()}
    with batch():
        practice = Practice.objects.create(**defaults | named(fields, "practice", "title"))
        practice.topics.set(topics)
        practice.audiences.set(audiences)
        for commune in communes:
            PracticeCommune.objects.create(practice=practice, commune=commune)
        for organisation in organisations:
            PracticeOrganisation.objects.create(
                practice=practice, organisation=organisation, role=OrganisationRole.CARRIER
            )
        for contact in contacts:
            PracticeContact.objects.create(practice=practice, contact=contact)
        if body:
            PracticeSection.objects.create(practice=practice, kind=SectionKind.DESCRIPTION, body_fr=body)
    return practice


def make_session(**fields) -> Session:
    defaults = {"date": datetime.date(2026, 2, 4), "is_published": True}
    return Session.objects.create(**defaults | named(fields, "session", "title"))


def make_broken_link(url: str = "https://www.example.lu/", **fields) -> LinkCheck:
    """One that is reported."""
    now = timezone.now()
    defaults = {"status": LinkStatus.GONE, "checked_at": now, "failures": 3}
    return LinkCheck.objects.create(
        **defaults | {"url": url, "failing_since": now - datetime.timedelta(days=8)} | fields
    )


def make_staff(role: str | None = None, languages: tuple[str, ...] = (), **fields) -> User:
    """A member of staff with a role of `accounts.roles`; `languages` are those into which a translator translates."""
    number = next(numbers)
    defaults = {"username": f"staff-{number}", "email": f"staff-{number}@gresil.example", "is_staff": True}
    user = User.objects.create_user(**defaults | fields)
    Account.objects.create(user=user, languages=list(languages))
    if role:
        user.groups.set([Group.objects.get(name=role)])
    return user
