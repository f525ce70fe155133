from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from bench.bare.models import Practice

# Made once: what Django and gunicorn themselves take for an answer of this size.
CONSTANT = b"<!DOCTYPE html><title>Constant</title>".ljust(20_000, b" ")
ON_A_PAGE = 30


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(CONSTANT)


def practice_list(request: HttpRequest) -> HttpResponse:
    """The newest practices; with `?theme=` those of a theme, with `?q=` those in which these words stand."""
    practices = Practice.objects.filter(state="published").select_related("theme").order_by("-published_at")
    theme, words = request.GET.get("theme"), request.GET.get("q")
    if theme:
        practices = practices.filter(theme__slug=theme)
    if words:
        practices = practices.filter(Q(title__icontains=words) | Q(summary__icontains=words))
    return render(request, "practice_list.html", {"practices": practices[:ON_A_PAGE], "words": words})


def practice_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """A practice and its sections: two queries."""
    practices = Practice.objects.filter(state="published").select_related("theme").prefetch_related("sections")
    return render(request, "practice_detail.html", {"practice": get_object_or_404(practices, slug=slug)})
