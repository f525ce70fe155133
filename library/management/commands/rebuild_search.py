from django.core.management.base import BaseCommand
from django.db import transaction

from core.chunks import in_chunks
from core.models import Version
from library.index import LIBRARY, MOST_HELD, ROWS, index
from library.models import IndexedPractice
from practices.models import Practice


class Command(BaseCommand):
    help = "Rebuild the whole index, after a change of how texts are read. Shows its progress."

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        Version.objects.renew(LIBRARY)
        IndexedPractice.objects.all().delete()
        for model in ROWS.values():
            model._default_manager.all().delete()
        keys = list(Practice.objects.order_by("pk").values_list("pk", flat=True))
        done = 0
        for some in in_chunks(keys, MOST_HELD):
            index(some)
            done += len(some)
            if options["verbosity"] > 0:
                self.stdout.write(f"{done} of {len(keys)} factsheets indexed")
