from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

# So long is the record kept, also by the database itself; see `accounts.append_only`.
KEPT_FOR = timedelta(days=366)


class Account(models.Model):
    """What the portal knows of a member of staff beside name, e-mail and role, which are Django's user and group."""

    is_public = False

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), on_delete=models.CASCADE, related_name="account"
    )
    # Those into which a translator translates; for the other roles it says nothing.
    languages = models.JSONField(_("languages"), default=list, blank=True)
    # Of the pages that they read; mail is written in it.
    language = models.CharField(_("language"), max_length=7, blank=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.user)


class RecordEntry(models.Model):
    """What somebody did, once. Rows are added by `accounts.record.note()`; the database refuses to change them."""

    is_public = False

    at = models.DateTimeField(_("when"), auto_now_add=True)
    act = models.CharField(_("what"), max_length=40)
    # Neither a constraint nor a cascade: whoever is deleted stays on record.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        null=True,
    )
    by_name = models.CharField(_("by"), max_length=254, blank=True)
    about_model = models.CharField(_("kind"), max_length=100, blank=True)
    about_key = models.CharField(max_length=100, blank=True)
    about = models.CharField(_("about"), max_length=400, blank=True)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("entry of the record")
        verbose_name_plural = _("record")
        ordering = ["-at", "-pk"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["-at", "-id"], name="record_newest"),
            models.Index(fields=["about_model", "about_key"], name="record_about"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.act}"


class Attempts(models.Model):
    """When somebody tried something; see `accounts.limits`."""

    is_public = False

    # A fingerprint of what is counted: an account, a network.
    key = models.CharField(max_length=64, primary_key=True)
    # Moments in ISO format, the oldest first.
    moments = models.JSONField(default=list)
    # From then on nobody needs the row.
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("attempts")
        verbose_name_plural = _("attempts")
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
