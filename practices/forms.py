from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from desk.seen import SeenFormSet
from practices.models import SectionKind, ThemeBlock


class PracticeCommuneFormSet(SeenFormSet):
    """The communes of a practice. Once it is published they may be missing only where it serves the whole country."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("commune") and not form.cleaned_data.get("DELETE")]
        if self.instance.is_published and not self.instance.is_national and not kept:
            raise ValidationError(_("Name at least one commune, or choose the whole country as territory."))


class PracticeSectionFormSet(SeenFormSet):
    """The sections of a practice: one of each kind, and any number with a heading of their own.

    Django compares the rows of a form by such constraints only as hold without a condition.
    """

    def clean(self) -> None:
        super().clean()
        seen = set()
        for form in self.forms:
            kind = form.cleaned_data.get("kind")
            if form.cleaned_data.get("DELETE") or kind in (None, SectionKind.OTHER):
                continue
            if kind in seen:
                form.add_error("kind", _("The factsheet has a section of this kind already."))
            seen.add(kind)


class ThemeForm(forms.Form):
    """The theme blocks that a map or list is narrowed to, by their slugs; empty: all."""

    theme = forms.MultipleChoiceField(
        label=_("Theme block"),
        required=False,
        error_messages={"invalid_choice": _("We do not know one of these choices. Please choose from the list.")},
    )

    def __init__(self, data: QueryDict, themes: Iterable[ThemeBlock]) -> None:
        given = data.copy()
        given.setlist("theme", [slug for slug in given.getlist("theme") if slug])
        super().__init__(given)
        # Read once and compared in Python: nothing that a visitor sends reaches SQL.
        self.themes = {theme.slug: theme for theme in themes}
        self.fields["theme"].choices = [(slug, str(theme)) for slug, theme in self.themes.items()]  # type: ignore[attr-defined]

    def clean_theme(self) -> list[ThemeBlock]:
        return [self.themes[slug] for slug in self.themes if slug in self.cleaned_data["theme"]]
