"""What the portal knows of its languages; their list is `settings.LANGUAGES`."""

from django.conf import settings
from django.db.models import CharField, F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import get_language


def active_language() -> str:
    """The language of this page, always one of `settings.LANGUAGES`."""
    code = get_language() or settings.LANGUAGE_CODE
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def languages() -> list[tuple[str, str]]:
    """Code and name of each language. As the choices of a field this leaves no trace of them in a migration."""
    return settings.LANGUAGES


def in_source_language(field: str) -> str:
    """The name of the column that holds `field` in the source language."""
    return f"{field}_{settings.LANGUAGE_CODE}"


def translated(field: str, language: str = "") -> Coalesce:
    """`field` as the reader sees it, for SQL: in `language`, the active one unless told, else in the source language.

    `field` may follow relations ("commune__name").
    """
    return Coalesce(
        # Not NullIf(): SQLite knows an index of this expression again only without a parameter.
        Func(F(f"{field}_{language or active_language()}"), template="NULLIF(%(expressions)s, '')"),
        F(in_source_language(field)),
        output_field=CharField(),
    )


def text_language(instance: object, field: str) -> str:
    """The language in which `instance.field` is shown: the active one, else the source language."""
    language = active_language()
    return language if getattr(instance, f"{field}_{language}", None) else settings.LANGUAGE_CODE


def in_language(instance: object, field: str, language: str) -> str:
    """`instance.field` in `language` alone; empty where it is not written."""
    return getattr(instance, f"{field}_{language}", None) or ""


def has_source_text(field: str) -> Q:
    """For constraints: `field` is written in the source language. SQL lets an unknown (NULL) pass a check."""
    column = in_source_language(field)
    return Q(**{f"{column}__isnull": False, f"{column}__gt": ""})


def all_columns(field: str) -> list[str]:
    """The columns of a translated field, one a language, in the order of the settings."""
    return [f"{field}_{code}" for code, _ in settings.LANGUAGES]


def target_languages() -> list[str]:
    """The languages into which the source language is translated, in the order of the settings."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
