"""The terms of the field, for translators. They are kept by the library, one floor up, and known here by name only."""

from dataclasses import dataclass

from django.apps import apps
from django.conf import settings

from gresil.text import fold, plain


@dataclass(frozen=True)
class GlossaryTerm:
    forms: tuple[str, ...]
    """Folded forms in the source language."""
    source: str
    target: str

    def stands_in(self, text: str) -> bool:
        words = f" {fold(plain(text))} "
        return any(f" {form} " in words for form in self.forms)


def glossary(language: str) -> list[GlossaryTerm]:
    """The terms that have a name in `language`."""
    source = settings.LANGUAGE_CODE
    columns = [f"name_{source}", f"name_{language}", f"aliases_{source}", "abbreviation"]
    rows = apps.get_model("practices", "Term")._default_manager.order_by("slug").values_list(*columns)
    return [
        GlossaryTerm(
            tuple(fold(form) for form in [name, abbreviation, *(aliases or "").splitlines()] if form), name, target
        )
        for name, target, aliases, abbreviation in rows
        if target
    ]
