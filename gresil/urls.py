from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

from core.pages import public_page
from gresil import communes, contacts, health, home, organisations, search
from gresil.practices import PracticeDetailView, PracticePreview, SharedPractice, practice_list, selection
from gresil.sessions import SessionDetailView, SessionPreview, session_list
from gresil.sitemaps import SITEMAPS
from library.feeds import PracticeFeed
from library.filters import PracticeFilter
from practices.views import glossary

# With hashed file names `static` reads the manifest, which management commands must not need.
static_lazy = lazy(static, str)

# The pages of the library and that of a practice share the addresses of their noun.
practices = (
    [
        path("", practice_list, name="list"),
        path("feed/", public_page(*PracticeFilter.base_filters)(PracticeFeed()), name="feed"),
        path("shared/<str:token>/", SharedPractice.as_view(), name="shared"),
        path("<slug:slug>/", public_page()(PracticeDetailView.as_view()), name="detail"),
        path("<slug:slug>/preview/", PracticePreview.as_view(), name="preview"),
    ],
    "practices",
)
sessions = (
    [
        path("", session_list, name="list"),
        path("<slug:slug>/", public_page()(SessionDetailView.as_view()), name="detail"),
        path("<slug:slug>/preview/", SessionPreview.as_view(), name="preview"),
    ],
    "sessions",
)
site_map_index, site_map = public_page()(sitemaps.index), public_page("p")(sitemaps.sitemap)
directory_of_contacts = ([path("", contacts.contact_list, name="list")], "contacts")

handler400 = "gresil.errors.bad_request"
handler403 = "gresil.errors.permission_denied"
handler404 = "gresil.errors.page_not_found"

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("sitemap.xml", site_map_index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-pages"}, name="sitemap"),
    path("sitemap-<slug:section>.xml", site_map, {"sitemaps": SITEMAPS}, name="sitemap-pages"),
    path("favicon.ico", RedirectView.as_view(url=static_lazy("img/favicon.svg")), name="favicon"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        path("", home.home, name="home"),
        path("search/", search.go, name="search"),
        path("search/suggestions/", search.suggestions, name="search-suggestions"),
        path("practices/", include(practices, namespace="practices")),
        path("communes/", communes.commune_list, name="commune-list"),
        path("communes/suggestions/", communes.commune_suggestions, name="commune-suggestions"),
        path("communes/<slug:slug>/", communes.commune_detail, name="commune-detail"),
        path("organisations/", organisations.organisation_list, name="organisation-list"),
        path("organisations/<slug:slug>/", organisations.organisation_detail, name="organisation-detail"),
        path("contacts/", include(directory_of_contacts, namespace="contacts")),
        path("sessions/", include(sessions, namespace="sessions")),
        path("glossary/", glossary, name="glossary"),
        path("selection/", selection, name="selection"),
        path("helpdesk/", home.helpdesk, name="helpdesk"),
        path("about/", home.about, name="about"),
        path("accessibility/", home.accessibility, name="accessibility"),
        path("privacy/", home.privacy, name="privacy"),
    ),
]
