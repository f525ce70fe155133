from django.core.management.base import BaseCommand

from accounts import record
from accounts.limits import forget_old_attempts
from desk import typed
from practices.due import archive_what_is_due, publish_what_is_due


class Command(BaseCommand):
    help = (
        "Do what is due: publish and archive factsheets whose day has come, forget what was typed long ago. A timer "
        "runs it every hour or so; a run that was missed is made up for by the next."
    )

    def handle(self, *args, **options) -> None:
        typed.forget_old()
        record.forget_old()
        forget_old_attempts()
        published, refused = publish_what_is_due()
        archived = archive_what_is_due()
        self.stdout.write(f"Published: {published}. Archived: {archived}.")
        for sentence in refused:
            self.stderr.write(sentence)
