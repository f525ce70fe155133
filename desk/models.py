"""What the desk keeps for itself: nothing of it is seen by the public."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# A link is reported once it failed so often, over at least so long: most come back by themselves.
FAILURES_UNTIL_REPORTED = 3
TIME_UNTIL_REPORTED = datetime.timedelta(days=7)
LONGEST_URL = 1000


class LinkStatus(models.TextChoices):
    """What became of the last attempt to follow a link."""

    ALIVE = "alive", pgettext_lazy("link", "answers")
    GONE = "gone", _("page not found")
    ERROR = "error", _("the site reports an error")
    NO_ANSWER = "no-answer", _("no answer")
    UNKNOWN_HOST = "unknown-host", _("there is no site of that name")
    CERTIFICATE = "certificate", _("the certificate of the site is not valid")
    NOT_PUBLIC = "not-public", _("not an address of the public web")


class LinkCheckQuerySet(models.QuerySet):
    def reported(self):
        """Those that staff should look at, the longest broken first."""
        long_ago = timezone.now() - TIME_UNTIL_REPORTED
        failing = self.filter(failures__gte=FAILURES_UNTIL_REPORTED, failing_since__lte=long_ago)
        return failing.order_by("failing_since", "url")


class LinkCheck(models.Model):
    """An address outside the portal to which one of our texts leads, and whether somebody answers there."""

    is_public = False

    url = models.CharField(_("web address"), max_length=LONGEST_URL, unique=True)
    status = models.CharField(pgettext_lazy("link", "state"), max_length=12, choices=LinkStatus)
    checked_at = models.DateTimeField(_("checked on"))
    failing_since = models.DateTimeField(_("broken since"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    # Where it stood when it was checked: pairs of the label of a model and the key of a row that has a form.
    uses = models.JSONField(default=list, editable=False)

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("external link")
        verbose_name_plural = _("external links")
        ordering = ["failing_since", "url"]
        constraints = [
            models.CheckConstraint(name="link_status_is_known", condition=Q(status__in=LinkStatus.values)),
            models.CheckConstraint(
                name="failing_link_says_since_when",
                condition=Q(failures=0, failing_since=None) | Q(failures__gt=0, failing_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_reported(self) -> bool:
        return bool(
            self.failing_since
            and self.failures >= FAILURES_UNTIL_REPORTED
            and self.failing_since <= timezone.now() - TIME_UNTIL_REPORTED
        )

    def record(self, status: LinkStatus, uses: list, now: datetime.datetime) -> None:
        """Note the outcome of an attempt; the row is not saved."""
        self.status, self.uses, self.checked_at = status, uses, now
        if status == LinkStatus.ALIVE:
            self.failures, self.failing_since = 0, None
        else:
            self.failures, self.failing_since = self.failures + 1, self.failing_since or now


class AboutAForm(models.Model):
    """Something about the form of one object, or about the empty form of a model (`key` is empty then)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)
    key = models.CharField(max_length=40, blank=True)

    class Meta:
        abstract = True


class Typed(AboutAForm):
    """What somebody typed in a form and has not saved."""

    is_public = False

    data = models.JSONField(default=dict)
    """Name of a field -> list of the values that the form would send."""
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "model", "key"], name="typed_once_per_person_and_form")]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"


class OpenForm(AboutAForm):
    """Somebody has a form open, and their browser said so at `seen_at`."""

    is_public = False

    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "model", "key"], name="open_once_per_person_and_form")]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"
