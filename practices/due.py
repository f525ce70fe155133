"""What happens to practices by itself, on the day that staff chose."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.record import note
from practices.models import Practice, State


def publish_what_is_due() -> tuple[int, list[str]]:
    """The number of practices published, and a sentence about each that still lacks something: it waits as it is."""
    due = Practice.objects.filter(publish_on__lte=timezone.localdate(), state__in=[State.DRAFT, State.IN_REVIEW])
    published, refused = 0, []
    for key in due.order_by("publish_on", "pk").values_list("pk", flat=True):
        try:
            with transaction.atomic():
                # Another machine may have been quicker.
                practice = due.select_for_update(of=("self",)).filter(pk=key).first()
                if practice is not None:
                    note("published", by=None, about=practice.publish())
                    published += 1
        except ValidationError as error:
            refused.append(f"Practice {key} cannot be published: {' '.join(error.messages)}")
    return published, refused


def archive_what_is_due() -> int:
    due = Practice.objects.filter(archive_on__lte=timezone.localdate(), state=State.PUBLISHED)
    archived = 0
    for key in due.order_by("archive_on", "pk").values_list("pk", flat=True):
        with transaction.atomic():
            practice = due.select_for_update(of=("self",)).filter(pk=key).first()
            if practice is not None:
                practice.archive()
                note("archived", by=None, about=practice)
                archived += 1
    return archived
