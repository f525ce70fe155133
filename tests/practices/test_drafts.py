"""A published practice is changed in a draft of its own, and the public sees it when it is published."""

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType

from practices.drafts import PARTS, RELATIONS
from practices.models import Practice, PracticeSection, SectionKind, State
from tests.factories import (
    make_commune,
    make_contact,
    make_organisation,
    make_practice,
    make_session,
    make_topic,
)
from translations.models import Translation, TranslationState

pytestmark = pytest.mark.django_db
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def everything_of(practice: Practice) -> dict:
    """All that makes up a practice, without keys: texts in four languages, parts, relations, states of translation."""
    practice = Practice.objects.get(pk=practice.pk)
    parts = {name: sorted(map(contents, getattr(practice, name).all()), key=str) for name in PARTS}
    relations = {name: sorted(row.slug for row in getattr(practice, name).all()) for name in RELATIONS}
    translations = {row.language: (row.state, row.done, row.total) for row in Translation.objects.of(practice)}
    return {"row": contents(practice), "parts": parts, "relations": relations, "translations": translations}


def contents(row) -> dict:
    own = {"id", "practice", "slug", "state", "published_at", "created_at", "created_by", "updated_at", "draft_of"}
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in own}


@pytest.fixture
def practice():
    practice = make_practice(
        title_fr="Café",
        title_de="Kaffee",
        summary_de="Zusammenfassung",
        communes=(make_commune(),),
        organisations=(make_organisation(),),
        contacts=(make_contact(),),
        topics=(make_topic(),),
    )
    for kind, text in [(SectionKind.DESCRIPTION, "Texte"), (SectionKind.COSTS, "Coûts")]:
        PracticeSection.objects.create(practice=practice, kind=kind, body_fr=f"<p>{text}</p>", body_de=f"<p>{text}</p>")
    practice.mark_reviewed("de", by=None)
    return practice


def test_a_draft_has_all_that_the_published_practice_has(practice):
    draft = practice.begin_draft(by=None)

    assert everything_of(draft) == everything_of(practice)
    assert (draft.state, draft.draft_of, draft.published_at) == (State.DRAFT, practice, None)
    assert Translation.objects.of(draft).get(language="de").state == TranslationState.REVIEWED


@pytest.mark.usefixtures("content")
def test_every_real_practice_has_a_draft_that_is_equal_and_comes_back_equal():
    for practice in Practice.objects.order_by("pk"):
        before = everything_of(practice)
        draft = practice.begin_draft(by=None)
        assert everything_of(draft) == before

        draft.publish()

        assert everything_of(practice) == before
    assert not Practice.objects.filter(draft_of__isnull=False).exists()


def test_a_practice_has_one_draft_at_a_time(practice):
    assert practice.begin_draft(by=None) == practice.begin_draft(by=None)


def test_the_public_sees_nothing_of_a_draft(client, practice):
    draft = practice.begin_draft(by=None)
    draft.title_fr = "Secret"
    draft.save()
    draft.sections.update(body_fr="<p>Secret</p>")

    for address in [
        practice.get_absolute_url(),
        "/fr/practices/",
        "/fr/practices/?q=secret",
        "/fr/",
        "/sitemap-practices.xml",
    ]:
        assert "Secret" not in client.get(address).text
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_publishing_makes_the_public_practice_equal_to_its_draft(practice):
    session = make_session()
    session.practices.add(practice)
    key, slug = practice.pk, practice.slug
    kept = practice.sections.get(kind=SectionKind.DESCRIPTION).pk
    draft = practice.begin_draft(by=None)
    draft.title_fr = "Café du monde"
    draft.save()
    draft.sections.filter(kind=SectionKind.COSTS).delete()
    draft.sections.filter(kind=SectionKind.DESCRIPTION).update(body_fr="<p>Neuf</p>")
    PracticeSection.objects.create(practice=draft, kind=SectionKind.LESSONS, body_fr="<p>Leçons</p>")
    draft.communes.add(make_commune())
    draft.topics.clear()
    wanted = everything_of(draft)

    public = draft.publish()

    assert everything_of(public) == wanted
    assert (public.pk, public.slug, public.state) == (key, slug, State.PUBLISHED)
    assert public.sections.get(kind=SectionKind.DESCRIPTION).pk == kept
    assert session.practices.get() == public
    assert not Practice.objects.filter(pk=draft.pk).exists()
    assert not Translation.objects.filter(
        content_type=ContentType.objects.get_for_model(Practice), object_id=draft.pk
    ).exists()


def test_the_states_of_translation_come_along(practice):
    draft = practice.begin_draft(by=None)
    draft.sections.filter(kind=SectionKind.COSTS).update(body_fr="<p>D’autres coûts</p>")

    public = draft.publish()

    assert Translation.objects.of(public).get(language="de").state == TranslationState.OUTDATED


def test_a_practice_published_for_the_first_time_keeps_its_row():
    draft = make_practice(state=State.DRAFT, published_at=None, communes=(make_commune(),))

    public = draft.publish()

    assert (public.pk, public.is_published) == (draft.pk, True)
    assert public.published_at
