"""*Edit* on public pages, for staff.

A public page is the same for all and is kept, so it cannot know who reads it. A cookie without any secret tells its
script that this browser comes from the desk; only then does the script ask here whether there is something to edit.
"""

from collections.abc import Callable
from urllib.parse import urldefrag

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language_from_path, gettext, override

COOKIE = "desk"


def edit_link(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Address and words of the link for the public page at `path`; 204 where there is nothing that one may change."""
    response = HttpResponse(status=204)
    if request.user.is_staff:
        path, slug = urldefrag(request.GET.get("path", ""))
        language = get_language_from_path(path) or settings.LANGUAGE_CODE
        # Addresses begin with the language of their page, which need not be that of the desk.
        with override(language):
            if url := form_of(request, site, path, slug):
                response = JsonResponse({"url": url, "label": gettext("Edit"), "language": language})
    add_never_cache_headers(response)
    return response


def form_of(request: HttpRequest, site: AdminSite, path: str, fragment: str) -> str | None:
    """The desk's form of what the page at `path` shows, or the list of what it lists."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    for model_admin in site._registry.values():
        if getattr(model_admin, "public_page", None) == match.view_name:
            return address_for(request, model_admin, match.kwargs.get("slug") or fragment)
    return None


def address_for(request: HttpRequest, model_admin: ModelAdmin, slug: str) -> str | None:
    name = f"{model_admin.admin_site.name}:{model_admin.opts.app_label}_{model_admin.opts.model_name}"
    row = model_admin.get_queryset(request).filter(slug=slug).first() if slug else None
    if row:
        return reverse(f"{name}_change", args=[row.pk]) if model_admin.has_change_permission(request, row) else None
    return reverse(f"{name}_changelist") if model_admin.has_change_permission(request) else None


def tell_scripts(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Sets the cookie for staff on the pages of the desk, and takes it away where the session has ended."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith(reverse("admin:index")):
            is_staff = request.user.is_staff
            if is_staff and not request.COOKIES.get(COOKIE):
                response.set_cookie(COOKIE, "1", secure=settings.SESSION_COOKIE_SECURE, samesite="Lax")
            elif not is_staff and request.COOKIES.get(COOKIE):
                response.delete_cookie(COOKIE, samesite="Lax")
        return response

    return answer
