"""However Django is asked to change a practice, its index entries and its states of translation are right after it."""

from contextlib import suppress
from datetime import date

import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, QuerySet
from pyroaring import BitMap

from contacts.models import Canton, Commune, Contact, Organisation
from core.changes import batch
from library.check import differences
from library.models import IndexedPractice, PostingList
from library.sets import Library
from practices.models import (
    Audience,
    Practice,
    PracticeCommune,
    PracticeOrganisation,
    PracticeSection,
    SectionKind,
    Term,
    ThemeBlock,
    Topic,
)
from tests.factories import (
    make_audience,
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_theme,
    make_topic,
    named,
)
from translations.models import Translation

pytestmark = pytest.mark.django_db


@pytest.fixture
def practice() -> Practice:
    """A practice tied to one row of each kind; another one stands beside it."""
    Term.objects.create(slug="pci", name_fr="plan communal intégration", abbreviation="PCI")
    make_practice(slug="other", title_fr="Un verger", communes=(make_commune(),), body="<p>Des pommes</p>")
    return make_practice(
        slug="garden",
        title_fr="Le jardin du PCI",
        title_de="Der Garten",
        theme=make_theme(slug="pci"),
        topics=(make_topic(slug="sport"), make_topic()),
        audiences=(make_audience(),),
        communes=(make_commune(slug="strassen"), make_commune()),
        organisations=(make_organisation(),),
        contacts=(make_contact(),),
        body="<p>Des fleurs</p>",
    )


def save(practice):
    practice.title_fr = "Le potager"
    practice.save()


def save_one_field(practice):
    practice.title_de = "Der Gemüsegarten"
    practice.save(update_fields=["title_de"])


def save_raw(practice):
    practice.title_fr = "Le potager"
    practice.save_base(raw=True)


def save_asynchronously(practice):
    practice.title_fr = "Le potager"
    async_to_sync(practice.asave)()


def update(practice):
    Practice.objects.filter(pk=practice.pk).update(title_fr="Le potager", year=2001)


def update_all(practice):
    Practice.objects.order_by("-year").update(state="archived")


def update_asynchronously(practice):
    async_to_sync(Practice.objects.filter(pk=practice.pk).aupdate)(title_fr="Le potager")


def update_from_another_column(practice):
    Practice.objects.update(title_en=F("title_fr"))


def bulk_update(practice):
    practice.title_lb, practice.status = "De Gaart", "ended"
    Practice.objects.bulk_update([practice], ["title_lb", "status"])


def bulk_create(practice):
    Practice.objects.bulk_create(
        [Practice(theme=practice.theme, year=2020, **named({}, "bulk", "title")) for _ in range(3)]
    )


def update_or_create(practice):
    Practice.objects.update_or_create(slug="garden", defaults={"year": 2003, "title_fr": "Le potager"})
    Practice.objects.update_or_create(
        slug="new",
        defaults={"year": 2003, "title_fr": "Neuf"},
        create_defaults=named({"theme": practice.theme, "year": 2000}, "x", "title"),
    )


def archive(practice):
    practice.archive()


def archive_and_publish(practice):
    practice.archive()
    practice.publish()


def delete(practice):
    practice.delete()


def delete_all(practice):
    Practice.objects.all().delete()


def add_topic(practice):
    practice.topics.add(make_topic(slug="music"))


def add_practice_to_topic(practice):
    Topic.objects.get(slug="sport").practices.add(Practice.objects.get(slug="other"))


def remove_topic(practice):
    practice.topics.remove(Topic.objects.get(slug="sport"))


def set_topics(practice):
    practice.topics.set([make_topic()])


def clear_topics(practice):
    practice.topics.clear()


def clear_practices_of_topic(practice):
    Topic.objects.get(slug="sport").practices.clear()


def set_practices_of_audience(practice):
    Audience.objects.get().practices.set(Practice.objects.exclude(pk=practice.pk))


def create_topic_of_practice(practice):
    practice.topics.create(**named({}, "created"))


def add_commune(practice):
    practice.communes.add(make_commune())


def clear_communes(practice):
    practice.communes.clear()


def set_practices_of_commune(practice):
    make_commune().practices.set(Practice.objects.all())


def create_through_row(practice):
    PracticeCommune.objects.create(practice=practice, commune=make_commune())


def bulk_create_through_rows(practice):
    PracticeCommune.objects.bulk_create([PracticeCommune(practice=practice, commune=make_commune())])


def delete_through_rows(practice):
    PracticeCommune.objects.filter(practice=practice).delete()


def save_section(practice):
    section = practice.sections.get()
    section.body_fr = "<p>Des légumes du PCI</p>"
    section.save()


def create_section(practice):
    practice.sections.create(kind=SectionKind.RESULTS, body_fr="<p>Une récolte</p>", body_de="<p>Eine Ernte</p>")


def update_sections(practice):
    PracticeSection.objects.update(body_lb="<p>Blummen</p>")


def update_sections_of_practice(practice):
    practice.sections.update(body_de="<p>Blumen</p>")


def bulk_create_sections(practice):
    PracticeSection.objects.bulk_create([PracticeSection(practice=practice, kind="costs", body_fr="<p>Peu</p>")])


def delete_section(practice):
    practice.sections.get().delete()


def delete_sections(practice):
    PracticeSection.objects.all().delete()


def give_section_away(practice):
    section = practice.sections.get()
    section.practice, section.kind = Practice.objects.get(slug="other"), SectionKind.RESULTS
    section.save()


def give_sections_away_at_once(practice):
    practice.sections.update(practice=Practice.objects.get(slug="other"), kind=SectionKind.RESULTS)


def take_section(practice):
    section = Practice.objects.get(slug="other").sections.get()
    PracticeSection.objects.filter(pk=section.pk).update(kind=SectionKind.RESULTS)
    practice.sections.add(section)


def create_indicator_and_link(practice):
    practice.indicators.create(value=3, label_fr="jardins")
    practice.links.create(url="https://example.org", label_fr="Le site")


def update_role_of_organisation(practice):
    PracticeOrganisation.objects.update(detail_fr="service espaces verts")


def rename_theme(practice):
    ThemeBlock.objects.filter(slug="pci").update(short_title_fr="Verdure")


def rename_topic(practice):
    topic = Topic.objects.get(slug="sport")
    topic.name_fr = "mouvement"
    topic.save()


def rename_topics_in_bulk(practice):
    topics = list(Topic.objects.all())
    for topic in topics:
        topic.name_de = f"Thema {topic.pk}"
    Topic.objects.bulk_update(topics, ["name_de"])


def change_slug_of_topic(practice):
    Topic.objects.filter(slug="sport").update(slug="movement")


def delete_topic(practice):
    Topic.objects.get(slug="sport").delete()


def delete_topics(practice):
    Topic.objects.all().delete()


def rename_organisation(practice):
    Organisation.objects.update(short_name="ABC", name_lb="Verwaltung")


def hide_contact(practice):
    Contact.objects.update(display="hidden")


def merge_communes(practice):
    today = make_commune(slug="today")
    Commune.objects.filter(slug="strassen").update(successor=today, valid_to=date(2023, 8, 31))


def merge_communes_and_take_it_back(practice):
    strassen = Commune.objects.get(slug="strassen")
    strassen.successor, strassen.valid_to = make_commune(), date(2023, 8, 31)
    strassen.save()
    strassen.successor = strassen.valid_to = None
    strassen.save()


def move_commune_to_another_canton(practice):
    canton = Canton.objects.create(code="99", iso_code="T99", slug="wiltz", name_fr="Wiltz")
    Commune.objects.filter(slug="strassen").update(canton=canton)


def change_slug_of_canton(practice):
    Canton.objects.update(slug="elsewhere")


def rename_term(practice):
    Term.objects.filter(slug="pci").update(abbreviation="GP", name_fr="jardin")


def add_term(practice):
    Term.objects.create(slug="flower", name_fr="fleurs")


def delete_term(practice):
    Term.objects.all().delete()


def change_several_in_a_batch(practice):
    with batch():
        save(practice)
        delete_section(practice)
        rename_topic(practice)
        Practice.objects.get(slug="other").delete()


def fail_half_way(practice):
    with suppress(RuntimeError), batch():
        save(practice)
        raise RuntimeError


def fail_within_a_larger_transaction(practice):
    with transaction.atomic():
        with suppress(RuntimeError), transaction.atomic():
            delete_section(practice)
            raise RuntimeError
        save(practice)


WAYS = [
    save, save_one_field, save_raw, save_asynchronously, update, update_all, update_asynchronously,
    update_from_another_column, bulk_update, bulk_create, update_or_create, archive, archive_and_publish, delete,
    delete_all, add_topic, add_practice_to_topic, remove_topic, set_topics, clear_topics, clear_practices_of_topic,
    set_practices_of_audience, create_topic_of_practice, add_commune, clear_communes, set_practices_of_commune,
    create_through_row, bulk_create_through_rows, delete_through_rows, save_section, create_section, update_sections,
    update_sections_of_practice, bulk_create_sections, delete_section, delete_sections, give_section_away,
    give_sections_away_at_once, take_section, create_indicator_and_link, update_role_of_organisation, rename_theme,
    rename_topic, rename_topics_in_bulk, change_slug_of_topic, delete_topic, delete_topics, rename_organisation,
    hide_contact, merge_communes, merge_communes_and_take_it_back, move_commune_to_another_canton,
    change_slug_of_canton, rename_term, add_term, delete_term, change_several_in_a_batch, fail_half_way,
    fail_within_a_larger_transaction,
]  # fmt: skip


@pytest.mark.parametrize("change", WAYS, ids=lambda way: way.__name__)
def test_index_and_states_of_translation_are_right_after_every_kind_of_change(practice, change):
    assert not list(differences())

    change(practice)

    assert not list(differences())


def test_a_fixture_that_is_loaded_again_brings_the_index_along(practice, tmp_path):
    dump = tmp_path / "practices.json"
    options = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True, "verbosity": 0}
    call_command("dumpdata", "practices", output=dump, **options)
    Practice.objects.filter(pk=practice.pk).update(title_fr="Le potager", state="archived")
    practice.topics.clear()

    call_command("loaddata", dump, verbosity=0)

    assert practice.pk in Library().having("topic", "sport")
    assert not list(differences())


@pytest.mark.usefixtures("practice")
def test_the_command_says_that_nothing_differs(capsys):
    call_command("check_library")

    assert capsys.readouterr().out == "No difference.\n"


def write_past_the_portal(practice):
    QuerySet(Practice).filter(pk=practice.pk).update(title_fr="Le potager", title_de="")


def lose_a_word(practice):
    PostingList.objects.filter(word="jardin").delete()


def lose_a_practice(practice):
    IndexedPractice.objects.filter(key=practice.pk).delete()


def lose_a_shown_term(practice):
    IndexedPractice.objects.filter(key=practice.pk).update(shown_terms=BitMap())


def keep_what_is_gone(practice):
    IndexedPractice.objects.create(key=999_999)


def lose_a_state(practice):
    Translation.objects.of(practice).filter(language="de").delete()


def keep_a_state_of_what_is_gone(practice):
    row = Translation.objects.of(practice).first()
    row.pk, row.object_id = None, 999_999
    row.save()


@pytest.mark.parametrize(
    ("break_something", "told"),
    [
        (write_past_the_portal, "its state does not fit its texts"),
        (lose_a_word, "missing"),
        (lose_a_practice, "not indexed"),
        (lose_a_shown_term, "its record differs"),
        (keep_what_is_gone, "deleted, but still indexed"),
        (lose_a_state, "no state of translation"),
        (keep_a_state_of_what_is_gone, "its states of translation are still there"),
    ],
)
def test_the_command_names_what_differs_and_ends_with_an_error(practice, capsys, break_something, told):
    break_something(practice)

    with pytest.raises(CommandError, match="rebuild_search"):
        call_command("check_library")

    assert told in capsys.readouterr().out
