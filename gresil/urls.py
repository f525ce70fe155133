from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from gresil import communes, health, home, organisations
from gresil.sitemaps import SITEMAPS
from library.feeds import PracticeFeed
from library.views import practice_list
from practices.views import PracticeDetailView, glossary

# With hashed file names `static` reads the manifest, which management commands must not need.
static_lazy = lazy(static, str)

# The pages of the library and that of a practice share the addresses of their noun.
practices = (
    [
        path("", practice_list, name="list"),
        path("feed/", PracticeFeed(), name="feed"),
        path("<slug:slug>/", PracticeDetailView.as_view(), name="detail"),
    ],
    "practices",
)

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("sitemap.xml", sitemaps.index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-pages"}, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, name="sitemap-pages"),
    path("favicon.ico", RedirectView.as_view(url=static_lazy("img/favicon.svg")), name="favicon"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("practices/", include(practices, namespace="practices")),
        path("communes/", communes.commune_list, name="commune-list"),
        path("communes/suggestions/", communes.commune_suggestions, name="commune-suggestions"),
        path("communes/<slug:slug>/", communes.commune_detail, name="commune-detail"),
        path("organisations/", organisations.organisation_list, name="organisation-list"),
        path("organisations/<slug:slug>/", organisations.organisation_detail, name="organisation-detail"),
        path("contacts/", include("contacts.urls")),
        path("sessions/", include("sessions_app.urls")),
        path("glossary/", glossary, name="glossary"),
        path("about/", home.about, name="about"),
        path("accessibility/", home.accessibility, name="accessibility"),
        path("privacy/", home.privacy, name="privacy"),
    ),
]
