from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from contacts.models import Commune
from core.text import UNREADABLE, fold
from desk.forms import PortalForm


def has_a_word(text: str) -> None:
    """Refuse signs without a word, such as "---": a list that they narrow would stay whole."""
    if not fold(text):
        raise forms.ValidationError(_("Please write at least one word in letters or figures."))


def is_readable(text: str) -> None:
    """Refuse control characters, which `keep_parameters` has made visible."""
    if UNREADABLE in text:
        raise forms.ValidationError(_("This text has signs that nobody can read. Please type it again."))


class SearchForm(forms.Form):
    """The words of a search field."""

    q = forms.CharField(
        label=_("Words"),
        max_length=200,
        required=False,
        validators=[is_readable],
        error_messages={"max_length": _("Please use at most %(limit_value)d characters.")},
    )


class NarrowingForm(SearchForm):
    """The words that narrow a list."""

    def clean_q(self) -> str:
        query = self.cleaned_data["q"]
        if query:
            has_a_word(query)
        return query


class CommuneForm(PortalForm):
    """The desk's form of a commune. A merger is not made, and not taken back, by one click."""

    confirm_merger = forms.BooleanField(
        label=_("I have read what the merger changes"),
        required=False,
        help_text=_("Needed only where a commune is merged, or a merger is taken back."),
    )

    def clean(self) -> dict:
        super().clean()
        before, after = self.initial.get("successor"), self.cleaned_data.get("successor")
        is_changed = "successor" in self.cleaned_data and before != (after.pk if after else None)
        if is_changed and not self.cleaned_data.get("confirm_merger"):
            sentence = self.merger_in_words(after) if after else gettext("The commune will be one of today again.")
            confirm = gettext("If that is right, tick “I have read what the merger changes” and save again.")
            self.add_error("confirm_merger", f"{sentence} {confirm}")
        return self.cleaned_data

    def merger_in_words(self, successor: Commune) -> str:
        names = {"commune": self.instance, "successor": successor}
        sentences = [
            gettext("%(commune)s will stand as merged into %(successor)s, and no longer among the communes of today.")
            % names
        ]
        if self.instance.pk:
            count = self.instance.practices.count()
            sentences.append(
                ngettext(
                    "Its %(count)d factsheet keeps its name, and is found under both.",
                    "Its %(count)d factsheets keep its name, and are found under both.",
                    count,
                )
                % {"count": count}
            )
            if earlier := ", ".join(map(str, self.instance.predecessors.all())):
                sentences.append(gettext("What had merged into it (%(communes)s) goes on.") % {"communes": earlier})
        return " ".join(sentences)
