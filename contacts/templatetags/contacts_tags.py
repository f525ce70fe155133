from django import template

from contacts.models import Organisation
from core.text import fold

register = template.Library()


@register.filter
def acronym(organisation: Organisation) -> str:
    """Its acronym; nothing where its name has that already, as in “ADEM” or “Fondation Caritas”."""
    short, name = fold(organisation.short_name), fold(organisation.name)
    return "" if f" {short} " in f" {name} " else organisation.short_name
