from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    """The words of a search field; a NUL or a novel in them is refused with a sentence."""

    q = forms.CharField(
        label=_("Words"),
        max_length=200,
        required=False,
        error_messages={"max_length": _("Please use at most %(limit_value)d characters.")},
    )
