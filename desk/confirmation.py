"""A page that says what will happen to what, and asks; or that says why it will not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django import forms
from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

Words = str | Promise
# The first names of a long list; it says how many there are.
MOST_NAMED = 50


@dataclass(frozen=True)
class Item:
    label: str
    href: str = ""
    note: Words = ""


@dataclass(frozen=True)
class Listing:
    heading: Words
    items: Sequence[Item]

    @property
    def shown(self) -> Sequence[Item]:
        return self.items[:MOST_NAMED]

    @property
    def further(self) -> int:
        return len(self.items) - len(self.shown)


@dataclass
class Question:
    title: Words
    sentences: list[Words] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    button: Words = ""
    """Empty where nothing can be done."""
    is_danger: bool = False
    form: forms.Form | None = None
    hidden: dict[str, str] = field(default_factory=dict)
    """What the form sends along."""
    back: str = ""


def ask(request: HttpRequest, site: AdminSite, question: Question) -> TemplateResponse:
    context = {**site.each_context(request), "title": question.title, "question": question}
    return TemplateResponse(request, "admin/desk/confirm.html", context)


def form_of(obj: Model) -> str:
    """The address of the form of `obj`; empty where it has none."""
    try:
        return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])
    except NoReverseMatch:
        return ""


def named(objects: Iterable[Model], note: Words = "") -> list[Item]:
    return [Item(str(obj), form_of(obj), note) for obj in objects]
