from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from library.empty_searches import DAYS_KEPT, forget_old_searches, old_searches


class Command(BaseCommand):
    help = f"Forget the searches without result that nobody made for {DAYS_KEPT} days. Run it once a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args, **options) -> None:
        today = timezone.localdate()
        count = old_searches(today).count()
        if options["dry_run"]:
            self.stdout.write(f"{count} searches would be forgotten.")
            return
        forget_old_searches(today)
        self.stdout.write(f"{count} searches forgotten.")
