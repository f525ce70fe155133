"""What is typed in a form is kept on the server while it is not saved, and who else has the form open is told.

The browser sends the form every twenty seconds (`static/js/desk_typed.js`). Nothing of it is checked or published: it
is offered again to the same person.
"""

import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from desk.models import OpenForm, Typed

# In the data of a form that is only shown again.
ONLY_SHOWN = "_only_shown"
# A browser that has not said for so long that it has the form open, has closed it.
OPEN_FOR = datetime.timedelta(seconds=75)
# Nobody comes back to it later.
KEPT_FOR = datetime.timedelta(days=30)
# Of the form as it is kept; more than this is no form of ours.
MOST_CHARACTERS = 2_000_000
NOT_KEPT = ("csrfmiddlewaretoken", "_discard", ONLY_SHOWN)


@dataclass(frozen=True)
class FormOf:
    """The form of one object as one person has it open; `key` is empty for the form of a new one."""

    user: Any
    model: str
    key: str

    @property
    def lookup(self) -> dict[str, Any]:
        return {"user": self.user, "model": self.model, "key": self.key}

    def typed(self) -> Typed | None:
        return Typed.objects.filter(**self.lookup).first()

    def keep(self, data: QueryDict) -> Typed | None:
        """None when it is too much to be the form."""
        values = {name: texts for name, texts in data.lists() if name not in NOT_KEPT}
        if len(json.dumps(values)) > MOST_CHARACTERS:
            return None
        row = Typed(**self.lookup, data=values, kept_at=timezone.now())
        Typed.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["user", "model", "key"], update_fields=["data", "kept_at"]
        )
        return row

    def discard(self) -> None:
        Typed.objects.filter(**self.lookup).delete()

    @transaction.atomic
    def stay(self) -> None:
        """Say that the form is still open."""
        now = timezone.now()
        still_open = OpenForm.objects.filter(**self.lookup, seen_at__gte=now - OPEN_FOR).update(seen_at=now)
        if not still_open:
            row = OpenForm(**self.lookup, opened_at=now, seen_at=now)
            OpenForm.objects.bulk_create(
                [row],
                update_conflicts=True,
                unique_fields=["user", "model", "key"],
                update_fields=["opened_at", "seen_at"],
            )

    def others(self) -> list[OpenForm]:
        """Who else has it open, the longest first; nobody shares the form of a new object."""
        if not self.key:
            return []
        rows = OpenForm.objects.filter(model=self.model, key=self.key, seen_at__gte=timezone.now() - OPEN_FOR)
        return list(rows.exclude(user=self.user).select_related("user").order_by("opened_at"))


def forget_old() -> None:
    Typed.objects.filter(kept_at__lt=timezone.now() - KEPT_FOR).delete()
    OpenForm.objects.filter(seen_at__lt=timezone.now() - KEPT_FOR).delete()


def as_form_data(typed: Typed) -> QueryDict:
    """What the form would have sent, marked so that it is shown and not saved."""
    data = QueryDict(mutable=True)
    for name, texts in typed.data.items():
        data.setlist(name, texts)
    data[ONLY_SHOWN] = "1"
    return data
