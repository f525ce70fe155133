from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from contacts.forms import NarrowingForm
from practices.models import Topic


class WhoKnowsWhatForm(NarrowingForm):
    """The words and the subject that narrow the contacts."""

    topic = forms.ChoiceField(
        label=_("Topic"),
        required=False,
        error_messages={"invalid_choice": _("We do not know this subject. Please choose from the list.")},
    )

    def __init__(self, data: QueryDict, topics: Iterable[Topic]) -> None:
        super().__init__(data)
        self.topics = {topic.slug: topic for topic in topics}
        # Read once and compared in Python: nothing that a visitor sends reaches SQL.
        self.fields["topic"].choices = [("", ""), *((slug, slug) for slug in self.topics)]  # type: ignore[attr-defined]
