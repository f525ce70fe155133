"""The home page, and the pages about the portal itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from contacts.models import Contact
from library.sets import Library
from practices.models import Practice, ThemeBlock
from sessions_app.models import Session

HELPDESK = "agence-interculturelle"


def helpdesk_contact() -> Contact | None:
    """The desk that answers when a page has nobody else to name."""
    return Contact.objects.listed().filter(slug=HELPDESK).select_related("organisation").first()


def home(request: HttpRequest) -> HttpResponse:
    sessions = Session.objects.published().with_card_details()
    library, themes = Library(), list(ThemeBlock.objects.all())
    for theme in themes:
        theme.practice_count = len(library.having("theme", theme.slug))
    context = {
        "themes": themes,
        "newest": Practice.objects.published().newest().with_card_details()[:6],
        "practice_count": len(library.all),
        "next_session": sessions.upcoming().first() or sessions.past().first(),
        "helpdesk": helpdesk_contact(),
    }
    return render(request, "gresil/home.html", context)


def about(request: HttpRequest) -> HttpResponse:
    return render(request, "gresil/about.html", {"helpdesk": helpdesk_contact()})


def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "gresil/privacy.html", {"helpdesk": helpdesk_contact()})


def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "gresil/accessibility.html", {"helpdesk": helpdesk_contact()})
