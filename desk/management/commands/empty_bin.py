from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from desk.bin import DAYS_KEPT, empty_bin, overdue


class Command(BaseCommand):
    help = f"Delete for good what has been in the bin for more than {DAYS_KEPT} days, as `work` does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        names, in_use = ([f"{obj._meta.label_lower} {obj.pk}" for obj in overdue()], []) if dry_run else empty_bin()
        for name in names:
            self.stdout.write(name)
        for name in in_use:
            self.stderr.write(f"{name} is in use, and stays.")
        self.stdout.write(f"{len(names)} {'would be deleted' if dry_run else 'deleted for good'}.")
