from django import template

from contacts.map import drawing, outlines
from contacts.models import Commune

register = template.Library()
register.simple_tag(drawing, name="drawing_of")


@register.simple_tag
def box_of(commune: Commune) -> str:
    """The viewBox of its outline; empty where it is not drawn."""
    return outlines().boxes.get(commune.code, "")
