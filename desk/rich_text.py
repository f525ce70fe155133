"""What becomes of rich text that staff send: they are told what could not be kept."""

from collections.abc import Iterable, Iterator

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_prose_editor.fields import ProseEditorFormField

from core.rich_text import removed_links


def rich_texts_sent(forms: Iterable[BaseForm]) -> Iterator[str]:
    """The rich texts that were changed in `forms`, as they were sent."""
    for form in forms:
        for name in form.changed_data:
            if isinstance(form.fields[name], ProseEditorFormField):
                yield form.data.get(form.add_prefix(name), "")


def tell_of_removed_links(request: HttpRequest, sent: Iterable[str]) -> None:
    """A warning that names the links of these texts which were saved as plain words."""
    links = [words for html in sent for words in removed_links(html)]
    if links:
        sentence = ngettext(
            "%(count)d link had no usable address and was removed: %(links)s",
            "%(count)d links had no usable address and were removed: %(links)s",
            len(links),
        )
        named = ", ".join(_("“%(words)s”") % {"words": words} for words in links)
        messages.warning(request, sentence % {"count": len(links), "links": named})
