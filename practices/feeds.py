from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from practices.filters import PracticeFilter
from practices.models import Practice
from practices.ordering import InOrder

MOST_ITEMS = 30


class PracticeFeed(Feed):
    """The library as Atom, narrowed by the same query string; newest first."""

    feed_type = Atom1Feed
    author_name = "GRESIL"

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> PracticeFilter:
        practices = PracticeFilter(request.GET, Practice.objects.published())
        if not practices.is_valid():
            raise Http404
        return practices

    def title(self, practices: PracticeFilter) -> str:
        return " – ".join(["GRESIL", _("Good practices"), *practices.words_and_choices()])

    def link(self, practices: PracticeFilter) -> str:
        return f"{reverse('practices:list')}?{practices.data.urlencode()}"

    def feed_url(self, practices: PracticeFilter) -> str:
        return f"{reverse('practices:feed')}?{practices.data.urlencode()}"

    def items(self, practices: PracticeFilter):
        keys = InOrder([practices.found], Practice.objects.published().newest())[:MOST_ITEMS]
        return Practice.objects.in_turn(keys)

    def item_title(self, practice: Practice) -> str:
        return practice.title

    def item_description(self, practice: Practice) -> str:
        return practice.summary

    def item_pubdate(self, practice: Practice):
        return practice.published_at

    def item_updateddate(self, practice: Practice):
        return practice.updated_at
