"""The translations in today's work."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.roles import languages_of
from core.languages import target_languages
from desk.today import Button, Line, Table, add_card, buttons, lines_of, list_url, may_see
from translations.models import Translation, TranslationState

buttons.append(
    Button(40, _("Translate"), "admin:translations_translation_changelist", "translations.change_translation")
)

TRANSLATIONS = add_card(20, _("Translations"))
# What is to be done about each, the most urgent first.
COLUMNS = {
    TranslationState.OUTDATED: _("outdated"),
    TranslationState.MISSING: _("missing"),
    TranslationState.DRAFT: _("not reviewed"),
}


@lines_of(TRANSLATIONS)
def by_language(request: HttpRequest) -> Iterable[Table]:
    if not may_see(request, Translation):
        return
    rows = (
        Translation.objects.of_present_units().order_by().values_list("language", "state").annotate(count=Count("pk"))
    )
    counts = {(language, state): count for language, state, count in rows}
    names = dict(settings.LANGUAGES)
    # One's own languages first.
    own = languages_of(request.user)
    codes = [*own, *(code for code in target_languages() if code not in own)]
    yield Table(
        list(COLUMNS.values()),
        [
            (
                names[code],
                [
                    Line("", list_url(Translation, language=code, state__exact=state), counts.get((code, state), 0))
                    for state in COLUMNS
                ],
            )
            for code in codes
        ],
    )
