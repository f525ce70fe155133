from django import template

from gresil.map import drawing

register = template.Library()
register.simple_tag(drawing, name="drawing_of")
