import pytest
from django.conf import settings
from pytest_django.asserts import assertContains

from tests.factories import make_organisation, make_practice, make_session

pytestmark = pytest.mark.django_db


def test_a_reader_is_told_how_the_text_came_into_their_language(client):
    practice = make_practice(slug="cafe", title_fr="Café")

    def note(language: str = "lb") -> str:
        return client.get(f"/{language}/practices/cafe/").content.decode().split('class="translation-note">')[1][:400]

    original, missing = note(settings.LANGUAGE_CODE), note()
    type(practice).objects.update(title_lb="Kaffi", summary_lb="Resumé")
    draft = note()
    type(practice).objects.update(title_fr="Grand café")
    outdated = note()
    practice.mark_reviewed("lb", by=None)
    reviewed = note()

    assert "hreflang" not in original
    for text in [missing, draft, outdated, reviewed]:
        assert 'href="/fr/practices/cafe/" hreflang="fr"' in text
    assert len({original, missing, draft, outdated, reviewed}) == 5


@pytest.mark.parametrize("path", ["organisations/asti/", "sessions/forum/"])
def test_organisations_and_sessions_tell_it_too(client, path):
    make_organisation(slug="asti")
    make_session(slug="forum")

    assertContains(client.get(f"/lb/{path}"), 'class="translation-note"')
