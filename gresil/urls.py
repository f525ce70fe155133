from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from contacts.views import organisation_list
from gresil import views
from gresil.sitemaps import SITEMAPS
from practices.views import glossary

# With hashed file names `static` reads the manifest, which management commands must not need.
static_lazy = lazy(static, str)

urlpatterns = [
    path("healthz", views.alive, name="alive"),
    path("readyz", views.ready, name="ready"),
    path("sitemap.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("favicon.ico", RedirectView.as_view(url=static_lazy("img/favicon.svg")), name="favicon"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("practices/", include("practices.urls")),
        path("communes/", views.commune_list, name="commune-list"),
        path("communes/suggestions/", views.commune_suggestions, name="commune-suggestions"),
        path("communes/<slug:slug>/", views.commune_detail, name="commune-detail"),
        path("organisations/", organisation_list, name="organisation-list"),
        path("organisations/<slug:slug>/", views.organisation_detail, name="organisation-detail"),
        path("contacts/", include("contacts.urls")),
        path("sessions/", include("sessions_app.urls")),
        path("glossary/", glossary, name="glossary"),
        path("about/", views.about, name="about"),
        path("accessibility/", views.accessibility, name="accessibility"),
        path("privacy/", views.privacy, name="privacy"),
    ),
]
