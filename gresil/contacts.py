"""Who knows what: the contacts, by what one may ask them about."""

from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from contacts.models import Commune, Contact, ContactQuerySet, Display
from contacts.search import communes_matching, rows_with_words
from core.languages import translated
from core.pages import public_page
from core.paging import page_of
from core.text import alphabetically
from gresil.directories import Chained, sections
from gresil.forms import WhoKnowsWhatForm
from gresil.home import HELPDESK, helpdesk_contact
from gresil.search import MOST_COMMUNES, close
from library.sets import Library
from practices.models import PracticeContact, State, ThemeBlock, Topic

PER_PAGE = 60
OTHERS = "others"
# Where the words of `?q=` are looked for, of a contact.
COLUMNS = ["name", "organisation__short_name"]
TEXTS = ["desk", "role", "department", "organisation__name", "commune__name"]


@public_page("q", "topic", "page")
def contact_list(request: HttpRequest) -> HttpResponse:
    """The helpdesk, then the contacts by practice and theme block, then those of no practice; `?q=` and `?topic=`
    narrow them."""
    library = Library()
    topics = [topic for topic in Topic.objects.by_name() if library.having("topic", topic.slug)]
    form = WhoKnowsWhatForm(request.GET, topics)
    context: dict = {"form": form, "helpdesk": helpdesk_contact()}
    if not form.is_valid():
        return render(request, "gresil/contact_list.html", context, status=400)
    query, topic = form.cleaned_data["q"], form.cleaned_data["topic"]
    asked, others = asked_about(), without_practice()
    if topic:
        asked, others = asked.filter(practice__topics__slug=topic), others.none()
    if query:
        asked, others = asked_with_words(asked, query), rows_with_words(others, query, COLUMNS, TEXTS)
    page = page_of(Chained(asked, others), PER_PAGE, request)
    rows = [row for row in page.object_list if isinstance(row, PracticeContact)]
    mark_first(rows)
    counts = dict(asked.order_by().values_list("practice__theme").annotate(Count("pk")))
    themes = [(theme.slug, theme.need or theme.title, counts.get(theme.pk, 0)) for theme in ThemeBlock.objects.all()]
    context |= {
        "page": page,
        "rows": rows,
        "others": [row for row in page.object_list if isinstance(row, Contact)],
        "sections": sections([*themes, (OTHERS, _("Others"), others.count())], PER_PAGE),
        "topic": form.topics.get(topic),
        "communes": close(communes_matching(query, MOST_COMMUNES)) if query and not page.object_list else [],
    }
    return render(request, "gresil/contact_list.html", context)


def public(rows: QuerySet[PracticeContact]) -> QuerySet[PracticeContact]:
    """Those of published practices whose contact is listed.

    By joins: with two subqueries (`practice__in`, `contact__in`) a PostgreSQL that has not counted its rows yet
    compares each with each, and needs minutes.
    """
    rows = rows.filter(practice__state=State.PUBLISHED, practice__deleted_at=None, contact__deleted_at=None)
    return rows.exclude(contact__display=Display.HIDDEN)


def asked_about() -> QuerySet[PracticeContact]:
    """Each practice with each of its contacts, by theme block and title."""
    return (
        public(PracticeContact.objects.all())
        .select_related("practice__theme", "practice__framework", "contact__organisation", "contact__commune")
        .prefetch_related(
            "contact__organisation__successors", Prefetch("practice__communes", Commune.objects.by_name())
        )
        .order_by("practice__theme__code", alphabetically(translated("practice__title")), "practice", "position", "pk")
    )


def asked_with_words(rows: QuerySet[PracticeContact], query: str) -> QuerySet[PracticeContact]:
    """Those in whose contact, practice, theme block, subjects or communes every word of `query` stands."""
    return rows_with_words(
        rows,
        query,
        [f"contact__{name}" for name in COLUMNS],
        [
            *(f"contact__{name}" for name in TEXTS),
            *(f"practice__{name}" for name in ["title", "subtitle", "territory_name", "theme__title", "theme__need"]),
        ],
        ["practice__topics__name", "practice__communes__name"],
    )


def without_practice() -> ContactQuerySet:
    """The contacts of no practice, without the helpdesk, which stands above all."""
    asked = PracticeContact.objects.filter(practice__state=State.PUBLISHED, practice__deleted_at=None)
    return (
        Contact.objects.listed()
        .exclude(slug=HELPDESK)
        .exclude(pk__in=asked.values("contact"))
        .with_organisation()
        .select_related("commune")
        .by_name()
    )


def mark_first(rows: list[PracticeContact]) -> None:
    """Give each row `is_first`: the address of a contact leads to the first of its rows."""
    seen: set[int] = set()
    for row in rows:
        row.is_first = row.contact_id not in seen  # type: ignore[attr-defined]
        seen.add(row.contact_id)
