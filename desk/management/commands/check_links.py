from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.locks import only_one
from desk.links import check_links


class Command(BaseCommand):
    help = (
        "Follow the links to other sites: those that answered once a week, those that failed again each day. Run it "
        "once a day; what fails three times over a week is shown at the desk."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those that were followed lately")

    def handle(self, *args, **options) -> None:
        with only_one("check_links", wait=False) as is_ours:
            if not is_ours:
                raise CommandError("Another check_links is at work; this one has done nothing.")
            counts = check_links(all_of_them=options["all"])
        sentence = "{followed} links followed, {failed} of them failed; {reported} are reported."
        self.stdout.write(sentence.format(**counts))
