"""The desk's lists of practices and terms, with what only the index knows."""

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from accounts.record import note
from library.contents import term_token
from library.models import EmptySearch, PostingList
from library.postings import PLACES, TIED, keys_in_all, union
from library.search import matching
from practices.admin import PracticeAdmin, TermAdmin
from practices.models import Practice, Term
from practices.terms import vocabulary


def practices_by_superseded_term() -> dict[int, BitMap]:
    """Key of a superseded term -> keys of the practices in whose own texts, of whichever language, it stands."""
    terms = vocabulary()
    tokens = {term_token(term.pk): term.pk for term in terms.terms if terms.today(term)}
    own_texts = [place for place in PLACES if place[1] != TIED]
    rows = PostingList.objects.filter(word__in=tokens).values_list("word", "postings")
    return {tokens[word]: keys for word, postings in rows if (keys := keys_in_all(postings, own_texts))}


class SupersededTermFilter(admin.SimpleListFilter):
    """Practices in whose texts a superseded term stands: any, or a certain one."""

    title = _("uses an outdated term")
    parameter_name = "superseded_term"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        terms = [(term.slug, str(term)) for term in Term.objects.superseded().by_name()]
        return [("any", gettext("Yes")), ("none", gettext("No")), *terms] if terms else []

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = self.value()
        if chosen is None:
            return queryset
        by_term = practices_by_superseded_term()
        if chosen == "none":
            return queryset.exclude(pk__among=union(by_term.values()))
        if chosen == "any":
            return queryset.filter(pk__among=union(by_term.values()))
        slugs = {term.slug: term.pk for term in vocabulary().terms}
        return queryset.filter(pk__among=by_term.get(slugs.get(chosen, 0), BitMap()))


@admin.register(Practice)
class LibraryPracticeAdmin(PracticeAdmin):
    list_filter = [*PracticeAdmin.list_filter, SupersededTermFilter]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        return matching(queryset, search_term), False


class TermChangeList(ChangeList):
    """The terms of one page, each with `practice_count`: the practices that use it although it is superseded."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        by_term = practices_by_superseded_term()
        for term in self.result_list:
            term.practice_count = len(by_term.get(term.pk, ()))


@admin.register(Term)
class LibraryTermAdmin(TermAdmin):
    list_display = [*TermAdmin.list_display, "used_in"]

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return TermChangeList

    @admin.display(description=_("factsheets that use it although outdated"), empty_value="")
    def used_in(self, term: Term) -> SafeString | None:
        if not term.practice_count:  # type: ignore[attr-defined]
            return None
        address = reverse("admin:practices_practice_changelist")
        parameter = SupersededTermFilter.parameter_name
        return format_html('<a href="{}?{}={}">{}</a>', address, parameter, term.slug, term.practice_count)  # type: ignore[attr-defined]


@admin.register(EmptySearch)
class EmptySearchAdmin(admin.ModelAdmin):
    """What people looked for on several days and did not find."""

    list_display = ["query", "language", "count", "last_on", "ways_on"]
    list_display_links = None
    list_filter = ["language"]
    search_fields = ["query"]
    actions = ["done"]

    @admin.display(description=_("what may be done"))
    def ways_on(self, search: EmptySearch) -> SafeString:
        with override(search.language):
            again = f"{reverse('practices:list')}?{urlencode({'q': search.query})}"
        # The name in the language in which it was looked for.
        term = f"{reverse('admin:practices_term_add')}?{urlencode({f'name_{search.language}': search.query})}"
        terms = reverse("admin:practices_term_changelist")
        ways = [
            (again, gettext("search again")),
            (term, gettext("add a term")),
            (terms, gettext("add another spelling")),
        ]
        return format_html_join(" · ", '<a href="{}">{}</a>', ways)

    @admin.action(description=_("Done: forget these searches"), permissions=["delete"])
    def done(self, request: HttpRequest, searches: QuerySet) -> None:
        count, _models = searches.delete()
        note("deleted", by=request.user, searches=count)
        sentence = ngettext("%(count)d search is done.", "%(count)d searches are done.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)

    def delete_model(self, request: HttpRequest, obj: EmptySearch) -> None:
        # Not its words: they are a visitor's.
        note("deleted", by=request.user, searches=1)
        super().delete_model(request, obj)

    def get_actions(self, request: HttpRequest) -> dict:
        """Done is all that there is to do."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmptySearch]:
        return super().get_queryset(request).readable()  # type: ignore[attr-defined]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: EmptySearch | None = None) -> bool:
        return False
