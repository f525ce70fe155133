import random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from contacts.models import Commune, Contact, Organisation
from core.text import tokens
from library.index import MOST_AT_ONCE, index, texts, with_everything
from practices.models import (
    Audience,
    Practice,
    PracticeCommune,
    PracticeContact,
    PracticeOrganisation,
    PracticeSection,
    State,
    ThemeBlock,
    Topic,
)


class Command(BaseCommand):
    help = (
        "Add fiches made of the words of those that exist, for measuring. The same number gives the same fiches. "
        "Only for an empty machine: their addresses begin with synthetic-."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Not in production: synthetic fiches would stand among the real ones.")
        real = Practice.objects.exclude(slug__startswith="synthetic-").values_list("pk", flat=True)
        said = [text for practice in with_everything(list(real)) for text in texts(practice)]
        words = {
            code: sorted({word for language, _part, text in said if language == code for word in tokens(text, code)})
            for code, _name in settings.LANGUAGES
        }
        rows = {
            model: list(model.objects.order_by("pk"))
            for model in [ThemeBlock, Topic, Audience, Commune, Organisation, Contact]
        }
        start = Practice.objects.filter(slug__startswith="synthetic-").count()
        for first in range(start, options["count"], MOST_AT_ONCE):
            self.make(range(first, min(first + MOST_AT_ONCE, options["count"])), words, rows)
            self.stdout.write(f"{min(first + MOST_AT_ONCE, options['count'])} of {options['count']}")

    @transaction.atomic
    def make(self, numbers: range, words: dict, rows: dict) -> None:
        chance = random.Random(numbers.start)  # noqa: S311 - the same fiches each time is what is wanted

        def text(code: str, length: int) -> str:
            # Some words are far more frequent than others, as in any language.
            pool = words[code]
            return " ".join(pool[int(len(pool) * chance.random() ** 3)] for _ in range(length))

        practices = []
        for number in numbers:
            texts: dict[str, str] = {}
            for code, _name in settings.LANGUAGES:
                texts |= {f"title_{code}": text(code, 5)[:200], f"summary_{code}": text(code, 25)}
            practices.append(
                Practice(
                    slug=f"synthetic-{number}",
                    theme=chance.choice(rows[ThemeBlock]),
                    year=2000 + number % 25,
                    territory=chance.choice(["local", "local", "regional", "national"]),
                    status=chance.choice(["", "running", "ended"]),
                    cost_band=chance.choice(["", "free", "low", "high"]),
                    state=State.PUBLISHED,
                    published_at=timezone.now(),
                    **texts,
                )
            )
        practices = Practice.objects.bulk_create(practices)
        sections, communes, organisations, contacts, topics, audiences = [], [], [], [], [], []
        topic_row, audience_row = Practice.topics.through, Practice.audiences.through
        for practice in practices:
            for position, kind in enumerate(["objectives", "description", "results"]):
                bodies = {f"body_{code}": f"<p>{text(code, 30)}</p>" for code, _name in settings.LANGUAGES}
                sections.append(PracticeSection(practice=practice, kind=kind, position=position, **bodies))
            if practice.territory != "national":
                for commune in chance.sample(rows[Commune], 1 if practice.territory == "local" else 8):
                    communes.append(PracticeCommune(practice=practice, commune=commune))
            organisation, contact = chance.choice(rows[Organisation]), chance.choice(rows[Contact])
            organisations.append(PracticeOrganisation(practice=practice, organisation=organisation, role="carrier"))
            contacts.append(PracticeContact(practice=practice, contact=contact))
            topics += [topic_row(practice=practice, topic=topic) for topic in chance.sample(rows[Topic], 2)]
            audiences += [
                audience_row(practice=practice, audience=audience) for audience in chance.sample(rows[Audience], 2)
            ]
        made: list[tuple[Any, list]] = [
            (PracticeSection, sections),
            (PracticeCommune, communes),
            (PracticeOrganisation, organisations),
            (PracticeContact, contacts),
            (topic_row, topics),
            (audience_row, audiences),
        ]
        for model, objects in made:
            model.objects.bulk_create(objects, batch_size=2000)
        index(practices)
