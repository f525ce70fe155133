from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from contacts.models import Commune, Organisation
from practices.models import Practice
from sessions_app.models import Session


class PageSitemap(Sitemap):
    i18n = alternates = x_default = True


class FixedPages(PageSitemap):
    def items(self) -> list[str]:
        return [
            "home",
            "practices:list",
            "commune-list",
            "organisation-list",
            "sessions:list",
            "glossary",
            "about",
            "accessibility",
            "privacy",
        ]

    def location(self, item: str) -> str:
        return reverse(item)


class Practices(PageSitemap):
    def items(self):
        return Practice.objects.published().newest()

    def lastmod(self, item: Practice):
        return item.updated_at


class Communes(PageSitemap):
    def items(self):
        return Commune.objects.all()


class Organisations(PageSitemap):
    def items(self):
        return Organisation.objects.all()


class Sessions(PageSitemap):
    def items(self):
        return Session.objects.published()


SITEMAPS = {
    "pages": FixedPages,
    "practices": Practices,
    "communes": Communes,
    "organisations": Organisations,
    "sessions": Sessions,
}
