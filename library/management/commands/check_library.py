from django.core.management.base import BaseCommand, CommandError

from library.check import differences


class Command(BaseCommand):
    help = "Compare the index and the states of translation with the texts; ends with an error if they differ."

    def handle(self, *args, **options) -> None:
        count = 0
        for sentence in differences():
            self.stdout.write(sentence)
            count += 1
        if count:
            raise CommandError(f"{count} differences. rebuild_search writes the index anew.")
        self.stdout.write("No difference.")
