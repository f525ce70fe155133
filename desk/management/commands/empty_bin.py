from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db.models import ProtectedError

from desk.bin import DAYS_KEPT, delete_for_good, overdue


class Command(BaseCommand):
    help = f"Delete for good what has been in the bin for more than {DAYS_KEPT} days. To be run once a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        count = 0
        for obj in overdue():
            name = f"{obj._meta.label_lower} {obj.pk}"
            if not dry_run:
                try:
                    delete_for_good(obj, by=None)
                except ProtectedError:
                    self.stderr.write(f"{name} is in use, and stays.")
                    continue
            count += 1
            self.stdout.write(name)
        self.stdout.write(f"{count} {'would be deleted' if dry_run else 'deleted for good'}.")
