import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, QuerySet

from practices.models import Practice, SectionKind
from tests.factories import (
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_source_document,
    make_topic,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"title_fr": ""}, "practice_has_a_title"),
        ({"title_fr": None}, "practice_has_a_title"),
        ({"summary_fr": ""}, "published_practice_has_summary_and_date"),
        ({"summary_fr": None}, "published_practice_has_summary_and_date"),
        ({"published_at": None}, "published_practice_has_summary_and_date"),
        ({"state": "lost"}, "practice_state_is_known"),
        ({"territory": "abroad"}, "practice_territory_is_known"),
        ({"status": "asleep"}, "practice_status_is_known"),
        ({"cost_band": "priceless"}, "practice_cost_band_is_known"),
        ({"started_on": datetime.date(2017, 1, 1)}, "practice_beginning_has_an_exactness"),
        ({"started_precision": "year"}, "practice_beginning_has_an_exactness"),
        ({"ended_on": datetime.date(2017, 1, 1)}, "practice_end_has_an_exactness"),
        (
            {
                "started_on": datetime.date(2017, 1, 2),
                "started_precision": "day",
                "ended_on": datetime.date(2017, 1, 1),
                "ended_precision": "day",
            },
            "practice_ends_after_it_begins",
        ),
    ],
)
def test_the_database_refuses_a_fiche_that_breaks_a_rule(fields, constraint):
    practice = make_practice()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Practice.objects.filter(pk=practice.pk).update(**fields)


def test_two_fiches_cannot_share_an_address():
    make_practice(slug="cafe")

    with pytest.raises(IntegrityError), transaction.atomic():
        make_practice(slug="cafe")


def test_a_standard_section_stands_once_and_an_own_heading_goes_with_its_kind():
    sections = make_practice(body="<p>Texte</p>").sections

    for fields in [
        {"kind": SectionKind.DESCRIPTION},
        {"kind": SectionKind.OTHER},
        {"kind": SectionKind.RESULTS, "heading_fr": "Un titre"},
        {"kind": "riddle"},
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            sections.create(body_fr="<p>Texte</p>", **fields)
    sections.create(kind=SectionKind.OTHER, heading_fr="Disponibilités", body_fr="<p>6</p>")
    sections.create(kind=SectionKind.OTHER, heading_fr="Permanences", body_fr="<p>mardi</p>")


def test_relations_of_a_fiche_stand_once():
    commune, organisation, contact, document = (
        make_commune(),
        make_organisation(),
        make_contact(),
        make_source_document(),
    )
    practice = make_practice(communes=(commune,), organisations=(organisation,), contacts=(contact,))
    practice.practice_sources.create(document=document)
    practice.links.create(url="https://www.strassen.lu", label_fr="Strassen")
    practice.indicators.create(value=3, label_fr="langues")

    for add in [
        lambda: practice.practice_communes.create(commune=commune),
        lambda: practice.practice_organisations.create(organisation=organisation, role="carrier"),
        lambda: practice.practice_contacts.create(contact=contact),
        lambda: practice.practice_sources.create(document=document),
        lambda: practice.links.create(url="https://www.strassen.lu", label_fr="again"),
        lambda: practice.indicators.create(value=4, label_fr="langues"),
        lambda: practice.links.create(url="https://x.lu", label_fr="x", kind="riddle"),
        lambda: practice.practice_organisations.create(organisation=organisation, role="riddle"),
        lambda: practice.indicators.create(value=4, label_fr="x", measured_precision="day"),
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            add()


def test_what_a_fiche_leans_on_cannot_be_deleted():
    commune, organisation, contact = make_commune(), make_organisation(), make_contact()
    practice = make_practice(communes=(commune,), organisations=(organisation,), contacts=(contact,))

    for needed in [commune, organisation, contact, practice.theme]:
        with pytest.raises(ProtectedError):
            needed.delete()


def test_only_published_fiches_are_public():
    published = make_practice(state="published")
    others = [make_practice(state=state) for state in ["draft", "in-review", "archived"]]

    assert list(Practice.objects.published()) == [published]
    assert published.is_published
    assert not any(practice.is_published for practice in others)


def test_publishing_keeps_the_first_date():
    practice = make_practice(state="draft", published_at=None, communes=(make_commune(),))

    practice.publish()
    first = practice.published_at
    practice.archive()
    practice.publish()

    practice.refresh_from_db()
    assert practice.is_published
    assert practice.published_at == first


def test_a_fiche_without_summary_or_commune_is_not_published():
    incomplete = make_practice(state="draft", published_at=None, summary_fr="", communes=(make_commune(),))
    nowhere = make_practice(state="draft", published_at=None)

    for practice in [incomplete, nowhere]:
        with pytest.raises(ValidationError):
            practice.publish()
        practice.refresh_from_db()
        assert practice.state == "draft"


def test_fiches_stand_by_date_and_by_title():
    old = make_practice(title_fr="Été", published_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))
    new = make_practice(title_fr="Zèbre", published_at=datetime.datetime(2021, 1, 1, tzinfo=datetime.UTC))

    assert list(Practice.objects.newest()) == [new, old]
    assert list(Practice.objects.by_title()) == [old, new]


def test_a_figure_reads_without_idle_noughts():
    indicator = make_practice().indicators.create(value="121.00", label_fr="participantes")

    indicator.refresh_from_db()

    assert str(indicator) == "121 participantes"


LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def translate(practice):
    practice.title_lb = "De Gaart"
    practice.save(update_fields=["title_lb"])


def translate_a_section(practice):
    practice.sections.update(body_de="<p>Blumen</p>")


def add_a_commune(practice):
    practice.communes.add(make_commune())


def delete_a_section(practice):
    practice.sections.all().delete()


def set_topics(practice):
    practice.topics.set([make_topic()])


@pytest.mark.parametrize("change", [translate, translate_a_section, add_a_commune, delete_a_section, set_topics])
def test_a_practice_has_changed_when_its_translation_or_a_part_of_it_has(change):
    practice = make_practice(body="<p>Fleurs</p>")
    QuerySet(Practice).update(updated_at=LONG_AGO)

    change(practice)

    assert Practice.objects.get().updated_at > LONG_AGO


def test_another_practice_has_not_changed():
    changed, other = make_practice(), make_practice()
    QuerySet(Practice).update(updated_at=LONG_AGO)

    translate(changed)

    assert Practice.objects.get(pk=other.pk).updated_at == LONG_AGO


def test_a_fixture_says_itself_when_its_practices_were_changed(tmp_path):
    make_practice()
    QuerySet(Practice).update(updated_at=LONG_AGO)
    dump = tmp_path / "practices.json"
    options = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True, "verbosity": 0}
    call_command("dumpdata", "practices", output=dump, **options)

    call_command("loaddata", dump, verbosity=0)

    assert Practice.objects.get().updated_at == LONG_AGO
