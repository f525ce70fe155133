import datetime
import json
import re

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template import Context, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.urls import get_script_prefix
from django.utils.formats import date_format, number_format
from django.utils.html import conditional_escape, format_html, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext

from core.dates import Precision
from core.languages import active_language, text_language
from core.rich_text import shown

register = template.Library()


# (node, its inputs) -> what is the same for the life of the process.
kept_for_good: dict[tuple, SafeString] = {}


class KeptNode(template.Node):
    def __init__(self, nodelist: NodeList, inputs: list[FilterExpression], owner: FilterExpression | None) -> None:
        self.nodelist, self.inputs, self.owner = nodelist, inputs, owner

    def render(self, context: Context) -> SafeString:
        html = self.owner.resolve(context).kept_html if self.owner else kept_for_good
        if html is None:
            return self.nodelist.render(context)
        key = (self, *(value.resolve(context) for value in self.inputs))
        if key not in html:
            html[key] = self.nodelist.render(context)
        return html[key]


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """`{% kept language page %}…{% endkept %}` is rendered once for each value of its inputs, as long as the process
    lives. Nothing in it may depend on anything else, and the inputs have few values.

    `{% kept level in practice %}` is kept with the practice, in its `kept_html`; where that is None, it is not kept.
    """
    bits = token.split_contents()[1:]
    owner = parser.compile_filter(bits.pop()) if "in" in bits else None
    inputs = [parser.compile_filter(bit) for bit in bits if bit != "in"]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, inputs, owner)


@register.simple_tag
def text(instance: object, field: str) -> SafeString:
    """`instance.field` for the reader, in its own `lang` when that is not the page's."""
    # Not getattr(instance, field): modeltranslation takes longer to find the same.
    language = text_language(instance, field)
    return in_language(getattr(instance, f"{field}_{language}") or "", language)


@register.simple_tag
def in_language(words: str, language: str) -> SafeString:
    """`words`, with their `lang` when that is not the page's."""
    words = conditional_escape(words)
    if not words or language == active_language():
        return words
    return format_html('<span lang="{}">{}</span>', language, words)


@register.simple_tag
def rich_text(instance: object, field: str, heading: int = 3) -> SafeString:
    """`instance.field`, which was cleaned when it was saved, as HTML in its own `lang`, its headings at this level."""
    html = mark_safe(shown(getattr(instance, field), heading))  # noqa: S308 - cleaned when saved, fixtures by a test
    return format_html('<div class="prose" lang="{}">{}</div>', text_language(instance, field), html)


@register.filter
def partial_date(date: datetime.date | None, precision: str) -> str:
    """As much of `date` as the source tells; nothing of an unknown one."""
    if date is None:
        return ""
    if precision == Precision.DAY:
        return day(date)
    return date_format(date, "Y" if precision == Precision.YEAR else "YEAR_MONTH_FORMAT")


@register.filter
def day(date: datetime.date) -> str:
    """`date` in words; a language may write the first of a month in its own way, as French does (1er)."""
    if date.day == 1:
        return pgettext("the first day of a month", "1 %(month)s") % {"month": date_format(date, "YEAR_MONTH_FORMAT")}
    return date_format(date, "DATE_FORMAT")


@register.filter
def phone_uri(number: str) -> str:
    """`+352 43 83 33-1` as an address to call: `tel:+3524383331`."""
    return "tel:" + re.sub(r"[^+\d]", "", number)


@register.filter
def host(url: str) -> str:
    """A web address as people read it: without scheme and without the last slash."""
    return re.sub(r"^https?://(www\.)?", "", url).rstrip("/")


@register.filter
def breakable(address: str) -> SafeString:
    """An e-mail or web address that may break into lines before its @, its dots and its slashes, and nowhere else."""
    return mark_safe(re.sub(r"(?=[@./])", "<wbr>", conditional_escape(address)))  # noqa: S308 - escaped


@register.filter
def figure(value) -> str:
    """A decimal without idle noughts, grouped as the language writes it."""
    value = value.normalize()
    decimals = max(0, -value.as_tuple().exponent)
    return number_format(value, decimals, use_l10n=True, force_grouping=True)


def path_in(request: HttpRequest, language: str) -> str:
    """The path of this page in `language`: addresses differ between languages in their first part alone. A path that
    leads to no page is left as it is."""
    root = get_script_prefix()
    here = f"{root}{active_language()}/"
    if not request.resolver_match or not request.path.startswith(here):
        return request.path
    return f"{root}{language}/{request.path.removeprefix(here)}"


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[dict]:
    """This page in each language, in the order of the settings: code, name in itself, path, and address with its
    filters."""
    request: HttpRequest = context["request"]
    # Nothing that a visitor may have put behind the `?` and the page does not understand.
    query = f"?{request.GET.urlencode()}" if hasattr(request, "understands_parameters") and request.GET else ""
    links = [(code, name, path_in(request, code)) for code, name in settings.LANGUAGES]
    return [{"code": code, "name": name, "path": path, "address": path + query} for code, name, path in links]


@register.simple_tag(takes_context=True)
def original_page(context: Context) -> dict[str, str]:
    """This page in the source language: its path and the code of the language."""
    source = settings.LANGUAGE_CODE
    return {"path": path_in(context["request"], source), "language": source}


@register.simple_tag(takes_context=True)
def query_without(context: Context, name: str, value: str) -> str:
    """The query string of this page without one of the values of `name`, from the first page on."""
    query = context["request"].GET.copy()
    query.setlist(name, [given for given in query.getlist(name) if given != value])
    query.pop("page", None)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def query_without_all(context: Context, name: str) -> str:
    """The query string of this page without any value of `name`, from the first page on."""
    query = context["request"].GET.copy()
    query.pop(name, None)
    query.pop("page", None)
    return f"?{query.urlencode()}"


@register.simple_tag
def text_lines(instance: object, field: str) -> SafeString:
    """`instance.field`, a plain text, with its paragraphs and lines, in its own `lang`."""
    html = mark_safe(linebreaks(getattr(instance, field), autoescape=True))  # noqa: S308 - linebreaks escapes
    return format_html('<div class="prose" lang="{}">{}</div>', text_language(instance, field), html)


@register.filter
def localize_number(value: int) -> str:
    """12345 as the language groups it."""
    return number_format(value, use_l10n=True, force_grouping=True)


@register.simple_tag
def language_switch() -> dict[str, str]:
    """For the admin's change form, as JSON: all languages, and those to begin with (the source and one's own)."""
    return {
        "languages": json.dumps(settings.LANGUAGES, ensure_ascii=False),
        "chosen": json.dumps(sorted({settings.LANGUAGE_CODE, active_language()})),
    }
