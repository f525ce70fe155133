import json
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction

FIXTURES = settings.BASE_DIR / "fixtures"

# In the order in which one needs the other.
SUBJECTS = [
    "cantons",
    "communes",
    "localities",
    "organisations",
    "contacts",
    "themes",
    "topics",
    "audiences",
    "source_documents",
    "terms",
    "practices",
    "sessions",
]


def is_empty(fixture: Path) -> bool:
    """Whether no model that `fixture` fills has a row yet."""
    labels = {row["model"] for row in json.loads(fixture.read_text(encoding="utf-8"))}
    models = [model for model in apps.get_models() if model._meta.label_lower in labels]
    return not any(model._default_manager.exists() for model in models)


class Command(BaseCommand):
    help = (
        "Fill an empty portal with the content of fixtures/. A subject that has rows already is left alone, "
        "so what staff have changed since is never overwritten."
    )

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        if connection.vendor == "postgresql":
            # Two machines that start at once: the second one waits, and then finds the content there.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load_content'))")
        wanted = [subject for subject in SUBJECTS if is_empty(FIXTURES / f"{subject}.json")]
        if wanted:
            call_command("loaddata", *(FIXTURES / f"{subject}.json" for subject in wanted), verbosity=0)
            self.stdout.write(f"Content loaded: {', '.join(wanted)}.")
