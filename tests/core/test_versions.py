"""Whatever changes what the public sees renews its version, in the same transaction."""

import re

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from core.changes import batch
from core.models import Version
from core.versions import PUBLIC, public_tables, writes_for_the_public
from library.models import EmptySearch
from practices.models import Practice, Topic
from tests.factories import make_commune, make_contact, make_practice, make_session, make_term, make_topic
from translations.models import Translation


def version():
    return Version.objects.current(PUBLIC)[0]


def raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def set_up():
    practice = make_practice(slug="jardin", communes=(make_commune(slug="strassen"),), contacts=(make_contact(),))
    make_term(slug="pci")
    make_session(slug="forum")
    return practice


CHANGES = {
    "a row is saved": lambda practice: practice.save(),
    "a row is created": lambda practice: make_topic(),
    "a row is deleted": lambda practice: practice.delete(),
    "rows are updated": lambda practice: Practice.objects.update(year=2016),
    "rows are updated behind the back of the signals": lambda practice: QuerySet(Practice).update(year=2016),
    "rows are created in bulk": lambda practice: QuerySet(Topic).bulk_create([Topic(slug="sport", name_fr="Sport")]),
    "a relation is set": lambda practice: practice.topics.set([make_topic()]),
    "a row between two models is deleted": lambda practice: practice.communes.through.objects.all().delete(),
    "a translation is reviewed": lambda practice: Translation.objects.update(is_reviewed=True),
    "the index is written anew": lambda practice: call_command("rebuild_search", verbosity=0),
    "SQL is written by hand": lambda practice: raw("UPDATE sessions_app_session SET participants = 7"),
    "many rows are written by hand": lambda practice: raw("DELETE FROM practices_term"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES)
def test_the_version_is_another_one_after_each_change(change):
    practice = set_up()
    before = version()

    CHANGES[change](practice)

    assert version() not in {before, None}


@pytest.mark.django_db
def test_what_the_public_does_not_see_renews_nothing():
    set_up()
    before = version()

    get_user_model().objects.create_user("staff")
    EmptySearch.objects.create(language="fr", fingerprint="a")

    assert version() == before


@pytest.mark.django_db
def test_a_batch_renews_the_version_once_and_last():
    practice = set_up()

    with CaptureQueriesContext(connection) as captured, batch():
        practice.save()
        make_topic()

    renewals = [place for place, query in enumerate(captured) if f"'{PUBLIC}'" in query["sql"]]
    writes = [place for place, query in enumerate(captured) if writes_for_the_public(query["sql"])]
    assert len(renewals) == 1
    assert renewals[0] > max(writes)


@pytest.mark.django_db(transaction=True)
def test_a_change_and_its_version_are_seen_together_or_not_at_all():
    practice = set_up()
    before = version()

    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 - both belong to one transaction
        practice.save()
        raise RuntimeError

    assert version() == before


@pytest.mark.django_db(transaction=True)
def test_a_statement_outside_any_transaction_renews_the_version_in_one_of_its_own():
    set_up()
    before = version()

    with CaptureQueriesContext(connection) as captured:
        QuerySet(Practice).update(year=2016)

    assert version() != before
    assert {"BEGIN", "COMMIT"} <= {query["sql"].split()[0] for query in captured}


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("statement", "is_public"),
    [
        ('INSERT INTO "practices_term" ("slug") VALUES (1)', True),
        ('INSERT OR IGNORE INTO "practices_practice_topics" VALUES (1, 2)', True),
        ('UPDATE "translations_translation" SET "state" = 1', True),
        ("DELETE FROM contacts_contact", True),
        ("TRUNCATE practices_term", True),
        ("WITH a AS (DELETE FROM practices_term RETURNING 1) SELECT 1", True),
        ('INSERT INTO "django_session" VALUES (1)', False),
        ('UPDATE "core_version" SET "token" = 1', False),
        ('SELECT "practices_term"."slug" FROM "practices_term" FOR UPDATE', False),
        ("(SELECT 1) UNION (SELECT 2)", False),
        ("SAVEPOINT s1", False),
        ("PRAGMA foreign_keys = ON", False),
        ('CREATE TABLE "practices_term" ("slug" text)', False),
    ],
)
def test_a_write_that_the_public_sees_is_known_by_its_statement(statement, is_public):
    assert writes_for_the_public(statement) == is_public


@pytest.mark.any_database
def test_every_table_of_the_portal_is_public_unless_its_model_says_otherwise():
    private = {model.__name__ for model in apps.get_models() if getattr(model, "is_public", True) is False}

    rebuilt = {"Rebuild", "RebuiltPart", "RebuiltPosting", "RebuiltPractice"}
    private_data = {"EmptySearch", "TranslationImport", "LinkCheck", "Account", "RecordEntry", "Opened"}
    private_data |= {"Attempts", "Review", "Typed", "OpenForm"}
    assert private == {"Version"} | private_data | rebuilt
    assert {"practices_practice", "practices_practice_topics", "translations_translation"} <= public_tables()
    assert not {table for table in public_tables() if re.match("auth_|django_", table)}
