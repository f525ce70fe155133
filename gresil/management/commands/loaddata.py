from django.core.management.commands import loaddata

from core.changes import batch


class Command(loaddata.Command):
    """Django's own, in one batch: states of translation and the index follow once, when all rows are there."""

    def handle(self, *fixture_labels, **options) -> None:
        with batch(is_raw=True):
            super().handle(*fixture_labels, **options)
