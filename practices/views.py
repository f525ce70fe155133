from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import DetailView

from contacts.forms import NarrowingForm
from contacts.models import Commune, Contact
from core.languages import active_language
from core.parameters import keep_parameters
from practices.models import (
    Audience,
    OrganisationRole,
    Practice,
    PracticeContact,
    PracticeOrganisation,
    Term,
    Topic,
)
from practices.terms import superseded_shown, terms_matching
from translations.models import Translation, TranslationState

# From the least to the best.
STATES = TranslationState.values


class PracticeDetailView(DetailView):
    context_object_name = "practice"

    def get_queryset(self):
        # Staff look at a draft through the same page before they publish it.
        practices = Practice.objects.all() if self.request.user.is_staff else Practice.objects.published()
        return practices.select_related("theme").prefetch_related(
            "sections",
            "indicators",
            "links",
            "practice_sources__document",
            Prefetch("communes", Commune.objects.by_name().select_related("successor")),
            Prefetch("topics", Topic.objects.by_name()),
            Prefetch("audiences", Audience.objects.by_name()),
            Prefetch(
                "practice_organisations",
                PracticeOrganisation.objects.select_related("organisation").prefetch_related(
                    "organisation__successors"
                ),
            ),
            Prefetch(
                "practice_contacts",
                PracticeContact.objects.filter(contact__in=Contact.objects.listed()).select_related(
                    "contact__organisation"
                ),
            ),
            "sessions",
        )

    def get_context_data(self, **kwargs) -> dict:
        return super().get_context_data(**kwargs) | {
            "roles": self.organisations_by_role(),
            "translation": self.object.translation_in(active_language()),
            "superseded": superseded_shown(self.object),
        }

    def organisations_by_role(self) -> list[tuple[str, list[PracticeOrganisation]]]:
        """Label of the role -> its organisations, in the order of `OrganisationRole`."""
        rows = list(self.object.practice_organisations.all())
        roles = [(role.label, [row for row in rows if row.role == role]) for role in OrganisationRole]
        return [(label, rows) for label, rows in roles if rows]


def glossary(request: HttpRequest) -> HttpResponse:
    """All terms, superseded ones first; with `?q=` those that the words may mean."""
    keep_parameters(request, "q")
    form = NarrowingForm(request.GET)
    if not form.is_valid():
        return render(request, "practices/term_list.html", {"form": form, "terms": []}, status=400)
    terms = Term.objects.by_name().prefetch_related("successors", "predecessors")
    found = terms_matching(terms, form.cleaned_data["q"])
    recorded = Translation.objects.filter(content_type__model="term", language=active_language())
    context = {
        "form": form,
        "terms": found,
        # The page is as good as its least term.
        "translation": min(recorded.only("state"), key=lambda row: STATES.index(row.state), default=None),
        "groups": [
            ("then", [term for term in found if term.successors.all()]),
            ("now", [term for term in found if not term.successors.all()]),
        ],
    }
    return render(request, "practices/term_list.html", context)
