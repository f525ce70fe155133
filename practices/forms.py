from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.html import strip_tags
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.text import plain
from desk.forms import PortalForm
from desk.rows import PartForm, PartFormSet
from practices.checklist import year_is_plausible
from practices.models import Audience, PracticeSection, SectionKind, ThemeBlock, Topic

KINDS = list(SectionKind)

# The button that publishes what the form shows.
PUBLISH = "_publish"


class PracticeForm(PortalForm):
    """What must be there before a practice is published is asked for at its field, with all that was typed."""

    message = forms.CharField(
        label=_("Message"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("to whom you send the factsheet: what to look at, or what is still to be changed"),
    )

    def clean(self) -> dict:
        values = super().clean() or self.cleaned_data
        year = values.get("year")
        if year is not None and not year_is_plausible(year):
            self.add_error("year", _("This year cannot be right: write four figures, such as 2017."))
        summary = f"summary_{settings.LANGUAGE_CODE}"
        if PUBLISH in self.data and summary in values and not values[summary].strip():
            self.add_error(summary, _("A published factsheet needs a summary in the source language."))
        return values


class PracticeCommuneFormSet(PartFormSet):
    """The communes of a practice. Once it is published they may be missing only where it serves the whole country."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("commune") and not form.cleaned_data.get("DELETE")]
        if PUBLISH in self.data and not self.instance.is_national and not kept:
            raise ValidationError(_("Name at least one commune, or choose the whole country as territory."))


class PracticeSectionForm(PartForm):
    """A section of the outline: its kind is given, or it has a heading of its own."""

    given_fields = ("position", "kind")

    @property
    def kind(self) -> SectionKind:
        value = self["kind"].value()
        return SectionKind(value) if value in SectionKind.values else SectionKind.OTHER

    @property
    def is_own(self) -> bool:
        return self.kind == SectionKind.OTHER

    @property
    def title(self) -> str:
        if self.is_own:
            return self.instance.heading or gettext("Heading of its own")
        return str(self.kind.label)

    @property
    def words(self) -> str:
        return strip_tags(self.instance.body.replace("<", " <"))


class PracticeSectionFormSet(PartFormSet):
    """The sections of a practice: one of each kind, and any number with a heading of their own.

    The form shows all kinds in their order, with an empty row for each that the practice does not have. Such a row
    stands after the section that comes before it in the order of kinds, wherever staff have moved that.

    Django compares the rows of a form by such constraints only as hold without a condition.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            return
        places = {section.kind: section.position for section in self.get_queryset()}
        place, missing = 0, []
        for kind in KINDS:
            place = places.get(kind, place)
            if kind != SectionKind.OTHER and kind not in places:
                missing.append({"kind": kind, "position": place})
        self.initial_extra, self.extra = missing, len(missing)

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if index is None:
            form.initial.setdefault("kind", SectionKind.OTHER)

    def save(self, commit: bool = True) -> list:
        """A section that was empty until now takes its place among the others, which move on."""
        saved = super().save(commit)
        if commit and self.new_objects:
            new = {section.pk for section in self.new_objects}

            def place(section: PracticeSection) -> tuple:
                return section.position, section.pk in new, KINDS.index(SectionKind(section.kind))

            for position, section in enumerate(sorted(self.instance.sections.all(), key=place), start=1):
                if section.position != position:
                    section.position = position
                    section.save(update_fields=["position"])
        return saved

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
        body = f"body_{settings.LANGUAGE_CODE}"
        written = [form for form in self.forms if plain(form.cleaned_data.get(body) or "").strip()]
        if PUBLISH in self.data and all(form.cleaned_data.get("DELETE") for form in written):
            raise ValidationError(_("Write at least one section in the source language: what is done, and how."))


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


class MergeForm(forms.Form):
    """Which topic (or target group) takes the place of another one."""

    def __init__(self, old: Topic | Audience, *args: Any) -> None:
        super().__init__(*args)
        others: Any = type(old)._default_manager
        self.fields["into"] = forms.ModelChoiceField(
            others.exclude(pk=old.pk).by_name(), label=_("What takes its place")
        )
