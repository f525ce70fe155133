import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from library.filters import PracticeFilter
from library.results import Results
from practices.models import Practice

MOST_ITEMS = 30


class PracticeFeed(Feed):
    """The library as Atom, narrowed by the same query string; newest first."""

    feed_type = Atom1Feed
    author_name = "GRESIL"

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        practices = PracticeFilter(request.GET, Practice.objects.published())
        if not practices.is_valid():
            sentences = [error for errors in practices.form.errors.values() for error in errors]
            return HttpResponse("\n".join(sentences), content_type="text/plain; charset=utf-8", status=400)
        return super().__call__(request, *args, practices=practices, **kwargs)

    def get_object(self, request: HttpRequest, practices: PracticeFilter) -> PracticeFilter:
        return practices

    def title(self, practices: PracticeFilter) -> str:
        return " – ".join(["GRESIL", _("Good practices"), *practices.words_and_choices()])

    def link(self, practices: PracticeFilter) -> str:
        return f"{reverse('practices:list')}?{practices.data.urlencode()}"

    def feed_url(self, practices: PracticeFilter) -> str:
        return f"{reverse('practices:feed')}?{practices.data.urlencode()}"

    def items(self, practices: PracticeFilter) -> list[Practice]:
        return Results.newest_of(Practice.objects.published(), [practices.found])[:MOST_ITEMS]

    def item_title(self, practice: Practice) -> str:
        return practice.title

    def item_description(self, practice: Practice) -> str:
        return practice.summary

    def item_pubdate(self, practice: Practice) -> datetime.datetime | None:
        return practice.published_at

    def item_updateddate(self, practice: Practice) -> datetime.datetime:
        return practice.updated_at
