from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core.languages import active_language
from library.filters import Choice
from library.search import Passage
from practices.models import Practice

register = template.Library()


@register.filter
def passage_of(passages: dict[int, Passage], practice: Practice) -> Passage | None:
    return passages.get(practice.pk)


@register.simple_tag
def choice_boxes(facet: str, choices: Iterable[Choice]) -> SafeString:
    """The choices of a facet as boxes to tick, each with its number of practices.

    Not a template: a page has some two hundred of them, and most of them stood on the page before.
    """
    active = active_language()
    boxes = [
        choice_box(facet, one.slug, one.label, one.count, one.is_chosen, one.language if one.language != active else "")
        for one in choices
    ]
    return mark_safe("".join(boxes))  # noqa: S308 - of safe parts


@lru_cache(maxsize=4000)
def choice_box(facet: str, slug: str, label: str, count: int, is_chosen: bool, language: str) -> SafeString:
    """`language` is that of the label where it is not the page's."""
    return format_html(
        """<li>
  <label{colour}>
    <input type="checkbox" name="{facet}" value="{slug}"{checked}>
    <span class="choice-label">{label}</span>
    <span class="choice-count">{count}</span>
  </label>
</li>
""",
        colour=format_html(' class="theme-{}"', slug) if facet == "theme" else "",
        facet=facet,
        slug=slug,
        checked=" checked" if is_chosen else "",
        label=format_html('<span lang="{}">{}</span>', language, label) if language else label,
        count=count,
    )
