import pytest
from django.conf import settings
from django.utils import translation

from contacts.models import Canton
from core.languages import active_language, text_language
from tests.factories import make_canton


def test_an_unknown_language_counts_as_the_source_language():
    with translation.override("it"):
        assert active_language() == settings.LANGUAGE_CODE


@pytest.mark.django_db
def test_a_missing_translation_is_shown_and_sorted_in_the_source_language():
    make_canton(name_fr="Mersch", name_de="")
    make_canton(name_fr="Clervaux", name_de="Zwischen")
    make_canton(name_fr="Wiltz", name_de=None)

    with translation.override("de"):
        cantons = list(Canton.objects.by_name())

        assert [str(canton) for canton in cantons] == ["Mersch", "Wiltz", "Zwischen"]
        assert [text_language(canton, "name") for canton in cantons] == ["fr", "fr", "de"]
