from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import record
from accounts.limits import forget_old_attempts
from desk import typed
from desk.bin import empty_bin
from desk.history import forget_old_versions
from library.empty_searches import forget_old_searches
from practices.due import archive_what_is_due, publish_what_is_due


class Command(BaseCommand):
    help = (
        "Do what is due: publish and archive factsheets whose day has come, empty the bin of what has been there for "
        "90 days, forget old versions, searches, and what was typed long ago. A timer runs it every hour or so; a run "
        "that was missed is made up for by the next."
    )

    def handle(self, *args, **options) -> None:
        typed.forget_old()
        record.forget_old()
        forget_old_attempts()
        forget_old_searches(timezone.localdate())
        forgotten = forget_old_versions()
        deleted, in_use = empty_bin()
        published, refused = publish_what_is_due()
        archived = archive_what_is_due()
        self.stdout.write(f"Published: {published}. Archived: {archived}.")
        self.stdout.write(f"Deleted from the bin: {len(deleted)}. Old versions forgotten: {forgotten}.")
        for name in in_use:
            self.stderr.write(f"{name} is in use, and stays in the bin.")
        for sentence in refused:
            self.stderr.write(sentence)
