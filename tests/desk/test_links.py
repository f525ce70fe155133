import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from core.locks import only_one
from core.web import Guard
from desk import links
from desk.links import check_links, follow, link_state, links_in_use
from desk.models import LinkCheck, LinkStatus
from practices.models import PracticeLink, PracticeSection
from tests.factories import (
    make_broken_link,
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_session,
    make_source_document,
    make_term,
)
from tests.servers import guard_for, site

pytestmark = pytest.mark.django_db
LIST = "/admin/desk/linkcheck/"
DAY = datetime.timedelta(days=1)


def test_every_address_that_staff_write_is_known_with_where_it_stands():
    practice = make_practice(history_url="https://a.lu/history")
    PracticeLink.objects.create(practice=practice, url="https://a.lu/link#part", label_fr="lien")
    text = '<p><a href="https://a.lu/text?a=1&amp;b=2">ici</a> <a href="mailto:x@a.lu">x</a> <a href="/fr/">y</a></p>'
    PracticeSection.objects.create(practice=practice, kind="description", body_fr=text, body_de="")
    PracticeSection.objects.create(practice=practice, kind="need", body_fr="", body_de=text.replace("text", "german"))
    rows = {
        "contact": make_contact(website="https://a.lu/contact"),
        "organisation": make_organisation(website="https://a.lu/organisation"),
        "commune": make_commune(website="https://a.lu/commune"),
        "term": make_term(url="https://a.lu/term"),
        "document": make_source_document(url="https://a.lu/document"),
    }
    session = make_session()
    session.documents.create(title_fr="Compte rendu", url="https://a.lu/session")

    uses = links_in_use()

    here = [("practices.practice", practice.pk)]
    expected = {f"https://a.lu/{path}": here for path in ["history", "link", "text?a=1&b=2", "german?a=1&b=2"]}
    expected |= {f"https://a.lu/{name}": [(row._meta.label_lower, row.pk)] for name, row in rows.items()}
    assert uses == expected | {"https://a.lu/session": [("sessions_app.session", session.pk)]}


@pytest.mark.parametrize(
    ("answers", "status", "methods"),
    [
        ({"/": (200, {})}, LinkStatus.ALIVE, ["HEAD"]),
        ({"/": (404, {})}, LinkStatus.GONE, ["HEAD", "GET"]),
        ({"/": (410, {})}, LinkStatus.GONE, ["HEAD", "GET"]),
        ({"/": (503, {})}, LinkStatus.ERROR, ["HEAD", "GET"]),
        ({"/": (403, {})}, LinkStatus.ALIVE, ["HEAD"]),
        ({"HEAD /": (404, {}), "GET /": (200, {})}, LinkStatus.ALIVE, ["HEAD", "GET"]),
        ({"/": (301, {"Location": "/a"}), "/a": (200, {})}, LinkStatus.ALIVE, ["HEAD", "HEAD"]),
        ({"/": (301, {"Location": "/a"})}, LinkStatus.GONE, ["HEAD", "HEAD", "GET", "GET"]),
        ({"/": (301, {"Location": "http://10.0.0.1/"})}, LinkStatus.NOT_PUBLIC, ["HEAD"]),
    ],
)
def test_a_link_is_followed_politely_and_told_by_what_the_site_says(answers, status, methods):
    with site(answers) as (port, asked):
        assert follow(f"http://a.lu:{port}/", guard_for(port)) == status

    assert [method for method, _host, _path in asked] == methods


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://localhost/", LinkStatus.NOT_PUBLIC),
        ("http://a.lu:22/", LinkStatus.NOT_PUBLIC),
        ("https://nothing.invalid/", LinkStatus.UNKNOWN_HOST),
    ],
)
def test_what_no_site_can_answer_is_told_too(url, status):
    assert follow(url, Guard()) == status


def test_a_site_that_is_not_there_gives_no_answer():
    with site({}) as (port, _asked):
        pass

    assert follow(f"http://a.lu:{port}/", guard_for(port)) == LinkStatus.NO_ANSWER


@pytest.fixture
def outcomes(monkeypatch) -> dict[str, LinkStatus]:
    """What following each address comes to; the rest answers. `followed` are those that were asked for."""

    class Outcomes(dict):
        followed: list[str] = []

    outcomes = Outcomes()
    outcomes.followed = []

    def follow(url: str, guard: Guard) -> LinkStatus:
        outcomes.followed.append(url)
        return outcomes.get(url, LinkStatus.ALIVE)

    monkeypatch.setattr(links, "follow", follow)
    return outcomes


@pytest.fixture
def on_day(monkeypatch, outcomes):
    """Run the check so many days after the first one."""
    start = timezone.now()

    def run(day: float, **options) -> dict[str, int]:
        outcomes.followed.clear()
        monkeypatch.setattr(timezone, "now", lambda: start + day * DAY)
        return check_links(**options)

    return run


def test_what_answers_is_followed_once_a_week_and_what_fails_each_day(on_day, outcomes):
    make_contact(website="https://alive.lu/")
    make_organisation(website="https://broken.lu/")
    outcomes["https://broken.lu/"] = LinkStatus.GONE

    followed = [(on_day(day), sorted(outcomes.followed))[1] for day in (0, 0.5, 1, 2, 7)]

    both = ["https://alive.lu/", "https://broken.lu/"]
    assert followed == [both, [], both[1:], both[1:], both]
    on_day(7.1, all_of_them=True)
    assert sorted(outcomes.followed) == both


def test_a_link_is_reported_after_three_failures_over_a_week_and_no_sooner(on_day, outcomes):
    contact = make_contact(website="https://broken.lu/")
    outcomes["https://broken.lu/"] = LinkStatus.NO_ANSWER

    reported = [on_day(day)["reported"] for day in (0, 3, 6.9, 7.95)]

    assert reported == [0, 0, 0, 1]
    [check] = LinkCheck.objects.reported()
    assert check.is_reported
    assert check.uses == [["contacts.contact", contact.pk]]


def test_two_failures_are_not_reported_however_long_ago(on_day, outcomes):
    make_contact(website="https://broken.lu/")
    outcomes["https://broken.lu/"] = LinkStatus.NO_ANSWER
    on_day(0)

    assert on_day(30)["reported"] == 0


def test_a_link_that_answers_again_begins_anew(on_day, outcomes):
    make_contact(website="https://broken.lu/")
    outcomes["https://broken.lu/"] = LinkStatus.ERROR
    for day in (0, 4, 8):
        on_day(day)
    outcomes.clear()

    assert on_day(9)["reported"] == 0
    check = link_state("https://broken.lu/#part")
    assert (check.status, check.failures, check.failing_since) == (LinkStatus.ALIVE, 0, None)


def test_a_link_that_stands_nowhere_any_more_is_forgotten_and_no_text_is_changed(on_day, outcomes):
    contact = make_contact(website="https://broken.lu/")
    outcomes["https://broken.lu/"] = LinkStatus.GONE
    for day in (0, 4, 8):
        on_day(day)
    contact.refresh_from_db()
    assert contact.website == "https://broken.lu/"

    contact.website = ""
    contact.save()
    on_day(9)

    assert not LinkCheck.objects.exists()


def test_nothing_is_known_of_a_link_before_it_was_followed():
    assert link_state("https://a.lu/") is None
    assert link_state("mailto:x@a.lu") is None


def test_the_command_says_what_it_did(capsys, outcomes):
    make_contact(website="https://broken.lu/")
    outcomes["https://broken.lu/"] = LinkStatus.GONE

    call_command("check_links")

    assert capsys.readouterr().out == "1 links followed, 1 of them failed; 0 are reported.\n"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="there the lock belongs to the connection")
def test_two_commands_at_once_do_not_ask_every_site_twice(outcomes):
    make_contact(website="https://a.lu/")

    with only_one("check_links", wait=False), pytest.raises(CommandError):
        call_command("check_links")

    assert not outcomes.followed


@pytest.mark.parametrize("fields", [{"failures": 0}, {"failing_since": None}, {"status": "odd"}])
def test_a_record_that_says_two_things_is_refused(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_broken_link(**fields)


@pytest.mark.ignore_template_errors
@pytest.mark.usefixtures("staff")
class TestList:
    def test_shows_broken_links_with_the_forms_on_which_they_are_mended(self, client):
        contact = make_contact(name="Anne Daems", website="https://broken.lu/")
        uses = [["contacts.contact", contact.pk], ["contacts.contact", 0], ["x.y", 1]]
        make_broken_link("https://broken.lu/", uses=uses)
        make_broken_link("https://lately.lu/", failing_since=timezone.now())

        page = client.get(LIST)

        assertContains(page, f'<a href="/admin/contacts/contact/{contact.pk}/change/">Anne Daems</a>', html=True)
        assertContains(page, "page introuvable")
        assertNotContains(page, "lately.lu")
        assertContains(client.get(f"{LIST}?links=failing"), "https://lately.lu/")

    def test_says_of_a_link_that_it_was_mended_since(self, client):
        contact = make_contact(name="Anne Daems", website="https://mended.lu/")
        make_broken_link("https://broken.lu/", uses=[["contacts.contact", contact.pk]])

        page = client.get(LIST)

        assertContains(page, "https://broken.lu/")
        assertContains(page, "corrigé depuis")
        assertNotContains(page, "Anne Daems")

    def test_asks_the_database_as_often_for_many_links(self, client):
        counts = []
        # The first request of a session writes when it came.
        client.get(LIST)
        for number in (2, 20):
            for place in range(number):
                url = f"https://broken{number}.lu/{place}"
                rows = [
                    make_contact(website=url), make_organisation(website=url), make_commune(website=url),
                    make_term(url=url), make_source_document(url=url), make_practice(history_url=url), make_session(),
                ]  # fmt: skip
                rows[-1].documents.create(title_fr="Document", url=url)
                make_broken_link(url, uses=[[row._meta.label_lower, row.pk] for row in rows])
            with CaptureQueriesContext(connection) as captured:
                client.get(LIST)
            counts.append(len(captured))

        assert counts[0] == counts[1] <= 25

    def test_can_be_changed_by_nobody(self, client):
        link = make_broken_link()

        assert client.get(f"{LIST}add/").status_code == 403
        assert client.post(f"{LIST}{link.pk}/delete/", {"post": "yes"}).status_code == 403
