"""The words of the rich text editor's scripts (`static/js/editor.js`), which a browser asks for with those of the
admin. They stand here, so that they are in the one catalogue of each language."""

from django.utils.translation import gettext, gettext_noop, ngettext
from django.views.i18n import JavaScriptCatalog

WORDS = [
    gettext_noop("Insert a link"),
    gettext_noop("Change the link"),
    gettext_noop("Address, or words of a page of the portal"),
    gettext_noop("www.mersch.lu, info@mersch.lu, +352 43 83 33-1, or the name of a factsheet"),
    gettext_noop("Pages of the portal"),
    gettext_noop("Words of the link"),
    gettext_noop("Insert"),
    gettext_noop("Change"),
    gettext_noop("Cancel"),
    gettext_noop(
        "This is no address that a link can lead to. Write one like https://example.lu, info@example.lu or "
        "+352 43 83 33-1, or choose a page from the list."
    ),
    gettext_noop("Left out: %s"),
    gettext_noop("colours"),
    gettext_noop("underlining"),
    gettext_noop("strikethrough"),
    gettext_noop("Layout of: %s"),
    gettext_noop("Heading"),
    gettext_noop("List"),
    gettext_noop("Numbered list"),
    gettext_noop("Bold"),
    gettext_noop("Italic"),
    gettext_noop("Superscript"),
    gettext_noop("Subscript"),
    gettext_noop("Insert a link: select its words first, or write them in the window"),
    gettext_noop("Remove the link"),
    gettext_noop("Insert a table"),
    gettext_noop("Add a column"),
    gettext_noop("Delete the column"),
    gettext_noop("Add a row"),
    gettext_noop("Delete the row"),
    gettext_noop("Merge cells"),
    gettext_noop("Split the cell"),
    gettext_noop("Heading of a row or column, or not"),
    gettext_noop("Delete the table"),
    gettext_noop("Undo"),
    gettext_noop("Redo"),
    # The window for a new table is the editor's own.
    gettext_noop("Table Properties"),
    gettext_noop("Rows"),
    gettext_noop("Columns"),
    gettext_noop("Include header row"),
    gettext_noop("Insert Table"),
]


def counted_words(number: int) -> dict[str, str]:
    """The words that stand beside a number, as they are for this one."""
    return {
        "%s page found": ngettext("%s page found", "%s pages found", number),
        "%s picture": ngettext("%s picture", "%s pictures", number),
        "%s video or embedded object": ngettext("%s video or embedded object", "%s videos or embedded objects", number),
        "%s link without a usable address": ngettext(
            "%s link without a usable address", "%s links without a usable address", number
        ),
        "%s comment": ngettext("%s comment", "%s comments", number),
        "%s deleted passage": ngettext("%s deleted passage", "%s deleted passages", number),
    }


class DeskCatalog(JavaScriptCatalog):
    packages = ["django.contrib.admin", "django_prose_editor"]

    def get_catalog(self) -> dict:
        words = {word: gettext(word) for word in WORDS}
        # Each language of ours has two forms: one, and more.
        one, more = counted_words(1), counted_words(2)
        return super().get_catalog() | words | {name: [one[name], more[name]] for name in one}
