"""Today's work: the first page of the desk.

Each app adds its lines in a module `today` of its own, which is imported when the portal starts. A line is a number and
the list of just these rows. Nobody is shown what they may not open.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from reversion.models import Version

from accounts.roles import ADMINISTRATOR
from core.changes import How
from desk.bin import DAYS_KEPT, binnable_models
from desk.models import LinkCheck

Text = str | Promise

ACTS_SHOWN = 15
ADMINISTRATORS_NAMED = 3


@dataclass(frozen=True)
class Line:
    """`count` rows, and the list that shows them; without `count` a sentence alone."""

    label: Text
    url: str = ""
    count: int | None = None
    note: Text = ""


@dataclass(frozen=True)
class Table:
    """Numbers in rows and columns, each with its list."""

    columns: list[Text]
    rows: list[tuple[Text, list[Line]]]


@dataclass(frozen=True)
class Act:
    """A change of an object; its name is that of then, in the source language."""

    name: str
    address: str
    kind: str
    how: Text
    by: str
    at: datetime.datetime
    language: str = settings.LANGUAGE_CODE


Maker = Callable[[HttpRequest], Iterable[Line | Table]]


@dataclass
class Card:
    """What stands together under a heading."""

    place: int
    heading: Text
    makers: list[Maker] = field(default_factory=list)


@dataclass(frozen=True)
class Button:
    """One of the things that are done every day."""

    place: int
    label: Text
    url_name: str
    permission: str


cards: list[Card] = []
buttons: list[Button] = []


def add_card(place: int, heading: Text) -> Card:
    card = Card(place, heading)
    cards.append(card)
    return card


def lines_of(card: Card) -> Callable[[Maker], Maker]:
    """Decorates a function that gives lines for `card`; none of what the person who asks may not see."""

    def add(maker: Maker) -> Maker:
        card.makers.append(maker)
        return maker

    return add


# The cards that several apps fill.
FACTSHEETS = add_card(10, _("Factsheets"))
UP_TO_DATE = add_card(30, _("Kept up to date"))


def list_url(model: Any, **parameters: str) -> str:
    """The desk's list of `model`, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{address}?{urlencode(parameters)}" if parameters else address


def may_see(request: HttpRequest, model: Any) -> bool:
    model_admin = admin.site._registry.get(model)
    return bool(model_admin and model_admin.has_view_or_change_permission(request))


@lines_of(UP_TO_DATE)
def broken_links(request: HttpRequest) -> Iterable[Line]:
    if may_see(request, LinkCheck):
        yield Line(_("Links without answer"), list_url(LinkCheck), LinkCheck.objects.reported().count())


@lines_of(UP_TO_DATE)
def bin_to_come(request: HttpRequest) -> Iterable[Line]:
    """How much is in the bin, for who may bring it back, and when the first of it goes."""
    admins = {model: admin.site._registry.get(model) for model in binnable_models()}
    readable = [model for model, one in admins.items() if one and one.has_view_permission(request)]
    if not any(one and one.has_change_permission(request) for one in admins.values()) or not readable:
        return
    first, *others = [model.in_bin().order_by().values_list("deleted_at", flat=True) for model in readable]
    moments = list(first.union(*others, all=True))
    if moments:
        label = ngettext("%(count)d object in the bin", "%(count)d objects in the bin", len(moments))
        day = date_format(timezone.localdate(min(moments) + datetime.timedelta(days=DAYS_KEPT)), "SHORT_DATE_FORMAT")
        text = gettext("The first is deleted on %(date)s.") % {"date": day}
        yield Line(label % {"count": len(moments)}, reverse("admin:bin"), note=text)


def todays_work(request: HttpRequest) -> dict[str, Any]:
    """For the template `admin/index.html`."""
    made = [
        (card.heading, [line for maker in card.makers for line in maker(request)])
        for card in sorted(cards, key=lambda card: card.place)
    ]
    user: Any = request.user
    return {
        "cards": [{"heading": heading, "lines": lines} for heading, lines in made if lines],
        "buttons": [
            {"label": button.label, "url": reverse(button.url_name)}
            for button in sorted(buttons, key=lambda button: button.place)
            if user.has_perm(button.permission)
        ],
        "acts": latest_acts(request),
        "administrators": administrators,
    }


def latest_acts(request: HttpRequest) -> list[Act]:
    """What was changed last, by whomever and in whatever way, of objects that the person who asks may see."""
    models = [model for model in admin.site._registry if may_see(request, model)]
    types = ContentType.objects.get_for_models(*models).values()
    # The versions of parts have no name.
    versions = Version.objects.filter(content_type__in=list(types), revision__user__isnull=False).exclude(
        object_repr=""
    )
    last = versions.select_related("revision__user", "content_type").order_by("-pk")[:ACTS_SHOWN]
    return [act_of(version) for version in last]


def act_of(version: Version) -> Act:
    kind, user = version.content_type, version.revision.user
    comment = version.revision.comment
    return Act(
        name=version.object_repr,
        address=reverse(f"admin:{kind.app_label}_{kind.model}_change", args=[version.object_id]),
        kind=kind.name,
        how=How(comment).label if comment in How.values else "",
        by=str(user),
        at=version.revision.date_created,
    )


def administrators() -> list[str]:
    """The names of some who may give rights."""
    users = get_user_model().objects.filter(Q(is_superuser=True) | Q(groups__name=ADMINISTRATOR), is_active=True)
    some = users.distinct().order_by("pk")[:ADMINISTRATORS_NAMED]
    return [str(user) for user in some]
