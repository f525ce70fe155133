from django import template
from django.conf import settings

from core.languages import text_language
from practices.models import Term

register = template.Library()


@register.simple_tag
def other_names(term: Term) -> list[dict[str, str]]:
    """The names of `term` in the languages in which `{% text %}` does not show it, in the order of the settings."""
    shown = text_language(term, "name")
    names = [(code, language, getattr(term, f"name_{code}")) for code, language in settings.LANGUAGES if code != shown]
    return [{"code": code, "language": language, "name": name} for code, language, name in names if name]
