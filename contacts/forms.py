from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import UNREADABLE, fold


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
