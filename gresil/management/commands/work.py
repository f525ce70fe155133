from django.core.management.base import BaseCommand

from practices.due import archive_what_is_due, publish_what_is_due


class Command(BaseCommand):
    help = (
        "Do what is due today: publish and archive factsheets whose day has come. A timer runs it every hour or so; a "
        "run that was missed is made up for by the next."
    )

    def handle(self, *args, **options) -> None:
        published, refused = publish_what_is_due()
        archived = archive_what_is_due()
        self.stdout.write(f"Published: {published}. Archived: {archived}.")
        for sentence in refused:
            self.stderr.write(sentence)
