from django import template

from contacts.map import drawing

register = template.Library()
register.simple_tag(drawing, name="drawing_of")
