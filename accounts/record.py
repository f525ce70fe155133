"""The record of what staff do: who, when, what, about what. It is only added to; see `accounts.append_only`."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import KEPT_FOR, RecordEntry

# Each act with its words; whoever notes another one adds it here.
ACTS = {
    # Coming in.
    "logged in": _("came in"),
    "logged out": _("left"),
    "login failed": _("could not come in"),
    "login refused": _("was refused after too many attempts"),
    "second factor set": _("set up a second factor"),
    "second factor removed": _("removed a second factor"),
    "recovery codes made": _("made recovery codes"),
    "password set": _("set a password"),
    "password reset asked": _("asked for a new password"),
    "sessions ended": _("ended other sessions"),
    # Accounts and rights.
    "invited": _("was invited"),
    "rights changed": _("has other rights"),
    "account closed": _("was closed"),
    "account opened": _("was opened again"),
    # Content.
    "published": _("published"),
    "withdrawn": _("withdrew from the public"),
    "archived": _("archived"),
    "draft discarded": _("discarded the draft of"),
    "sent to review": _("sent to review"),
    "sent back": _("sent back with a comment"),
    "reviewed": _("marked a translation as reviewed"),
    "unreviewed": _("took back a review"),
    "exported": _("exported"),
    "imported": _("imported"),
    "binned": _("moved to the bin"),
    "restored": _("restored"),
    "merged": _("merged"),
    "deleted": _("deleted for good"),
    "undone": _("took back"),
    "small correction": _("called a change of the original a small correction"),
    "to translate again": _("asked for a text to be translated again"),
    "taken anyway": _("took a refused text all the same"),
    "preview shared": _("shared a preview"),
}


def note(act: str, *, by: Any, about: models.Model | None = None, **details: Any) -> RecordEntry:
    """Add a row. `act` is one of `ACTS`; `by` a user, or None for a visitor or a command. `details` become JSON: no
    passwords, no texts. It belongs to the transaction of what it tells of."""
    if act not in ACTS:
        raise ValueError(f"accounts.record.ACTS does not have the act {act!r}.")
    is_known = isinstance(by, AbstractBaseUser) and by.pk is not None
    return RecordEntry.objects.create(
        act=act,
        by=by if is_known else None,
        by_name=name_of(by) if is_known else "",
        about_model=about._meta.label_lower if about else "",
        about_key=str(about.pk)[:100] if about else "",
        about=" ".join(str(about).split())[:400] if about else "",
        details=details,
    )


def name_of(user: Any) -> str:
    return (user.get_full_name() or user.email or user.get_username())[:254]


def forget_old() -> int:
    """Delete what is older than the record is kept; returns how many rows that were."""
    count, _models = RecordEntry.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    return count
