"""The site map: an index of pages, each of which is answered by queries that do not grow with the library."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils.translation import get_language

from contacts.models import Commune, Organisation
from library.sets import Library
from practices.models import Practice
from sessions_app.models import Session

# On one page of the site map; an address is one page of the portal in one language. Each address names those in the
# other languages too, so a page of 1,000 addresses holds 6,000 links.
MOST_ADDRESSES = 1000


class PaginatorInAllLanguages(Paginator):
    """Reads the rows of one page, and gives each of them in every language."""

    def _get_page(self, rows: Sequence, *args, **kwargs) -> Page:
        return super()._get_page([(row, code) for row in rows for code, _name in settings.LANGUAGES], *args, **kwargs)


class PageSitemap(Sitemap):
    i18n = alternates = x_default = True

    def __init__(self) -> None:
        self.locations: dict[tuple[object, str | None], str] = {}

    def items(self) -> Sequence | QuerySet:
        """In an order that stays."""
        raise NotImplementedError

    @property
    def paginator(self) -> Paginator:
        """Django's own would read all rows for each page."""
        return PaginatorInAllLanguages(self.items(), MOST_ADDRESSES // len(settings.LANGUAGES))

    def location(self, item: Model | str) -> str:
        """Looked up once in each language, although each address of a page names all of them."""
        key = (item, get_language())
        if key not in self.locations:
            self.locations[key] = reverse(item) if isinstance(item, str) else super().location(item)
        return self.locations[key]


class FixedPages(PageSitemap):
    def items(self) -> list[str]:
        return [
            "home",
            "practices:list",
            "commune-list",
            "organisation-list",
            "sessions:list",
            "glossary",
            "helpdesk",
            "about",
            "accessibility",
            "privacy",
        ]


class PublishedPractices(Sequence[Practice]):
    """By their keys. The index knows them: the database would read all rows before those of a page to skip them."""

    def __init__(self) -> None:
        self.keys = Library().all

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, place: Any) -> Any:
        practices = Practice.objects.published().filter(pk__in=self.keys[place])
        return list(practices.order_by("pk").only("slug", "updated_at"))


class Practices(PageSitemap):
    def items(self) -> Sequence[Practice]:
        return PublishedPractices()

    def lastmod(self, item: Practice) -> datetime:
        return item.updated_at

    def get_latest_lastmod(self) -> datetime | None:
        return Practice.objects.published().order_by("-updated_at").values_list("updated_at", flat=True).first()


class Communes(PageSitemap):
    def items(self) -> QuerySet[Commune]:
        return Commune.objects.order_by("pk").only("slug")


class Organisations(PageSitemap):
    def items(self) -> QuerySet[Organisation]:
        return Organisation.objects.order_by("pk").only("slug")


class Sessions(PageSitemap):
    def items(self) -> QuerySet[Session]:
        return Session.objects.published().order_by("pk").only("slug")


SITEMAPS = {
    "pages": FixedPages,
    "practices": Practices,
    "communes": Communes,
    "organisations": Organisations,
    "sessions": Sessions,
}
