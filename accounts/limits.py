"""How often somebody may try something, counted exactly over all processes and machines.

An attempt is counted before it is made, so that a hundred at once are counted as one after the other. The database
keeps no names and addresses, only fingerprints.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import Attempts

# What one network of visitors shares: an office, or a household.
PREFIX = {4: 24, 6: 64}


@dataclass(frozen=True)
class Limit:
    """At most `count` attempts within any `window`, of those with the same words."""

    name: str
    count: int
    window: timedelta

    def take(self, *words: object) -> "Taken":
        """Count an attempt, unless too many were made; `words` say whose: an account, a network."""
        key = self.key(*words)
        with transaction.atomic():
            row = lock(key, timezone.now() + self.window)
            # Only now: who waited for the lock counts from here.
            now = timezone.now()
            moments = [moment for moment in row.moments if datetime.fromisoformat(moment) > now - self.window]
            if len(moments) >= self.count:
                return Taken(key, None, datetime.fromisoformat(moments[-self.count]) + self.window - now)
            row.moments, row.until = [*moments, now.isoformat()], now + self.window
            row.save()
        return Taken(key, now.isoformat(), timedelta())

    def key(self, *words: object) -> str:
        return salted_hmac("accounts.limits", "\n".join([self.name, *map(str, words)]), algorithm="sha256").hexdigest()


@dataclass(frozen=True)
class Taken:
    """An attempt that was counted, or refused."""

    key: str
    moment: str | None
    wait: timedelta

    @property
    def is_refused(self) -> bool:
        return self.moment is None

    @property
    def seconds(self) -> int:
        """Until another attempt may be made."""
        return max(1, int(self.wait.total_seconds()) + 1) if self.is_refused else 0

    def give_back(self) -> None:
        """Of an attempt that turned out to be right."""
        with transaction.atomic():
            row = Attempts.objects.select_for_update().filter(key=self.key).first()
            if row and self.moment in row.moments:
                row.moments.remove(self.moment)
                row.save()


def lock(key: str, until: datetime) -> Attempts:
    """The row of `key`, held until the end of the transaction."""
    while True:
        made = Attempts.objects.bulk_create([Attempts(key=key, until=until)], ignore_conflicts=True)
        row = Attempts.objects.select_for_update().filter(key=key).first()
        # None if somebody forgot it in between, because it was old.
        if row and made:
            return row


def forget_old_attempts() -> None:
    Attempts.objects.filter(until__lt=timezone.now()).delete()


def network_of(request: HttpRequest) -> str:
    """The visitor's network, never the whole address: "192.0.2.0/24". Behind our proxy it says where a visitor is."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY and (forwarded := request.headers.get("x-forwarded-for")):
        # The last one is what the proxy saw; the others are what visitors say.
        address = forwarded.rpartition(",")[2].strip()
    try:
        parsed = ip_address(address)
    except ValueError:
        return "0.0.0.0/24"  # a socket of this machine
    mapped = getattr(parsed, "ipv4_mapped", None)
    parsed = mapped or parsed
    return str(ip_network(f"{parsed}/{PREFIX[parsed.version]}", strict=False))
