from itertools import islice

from django.core.management.base import BaseCommand
from django.db import transaction

from practices.index import MOST_AT_ONCE, index, take_turn
from practices.models import FacetValue, IndexedPractice, PostingList, Practice, SearchWord


class Command(BaseCommand):
    help = "Index every fiche anew. Needed after loaddata, which bypasses the admin; shows its progress."

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        take_turn()
        for model in (SearchWord, PostingList, FacetValue, IndexedPractice):
            model.objects.all().delete()
        practices = Practice.objects.only("pk").order_by("pk").iterator()
        total, done = Practice.objects.count(), 0
        while batch := list(islice(practices, MOST_AT_ONCE)):
            index(batch)
            done += len(batch)
            if options["verbosity"] > 0:
                self.stdout.write(f"{done} of {total} fiches indexed")
