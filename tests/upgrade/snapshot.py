"""Every row of a portal's database in one file, to be put into tables of the same release again.

`python -m tests.upgrade.snapshot write FILE` reads the database of `DATABASE_URL`, which `make run` has filled;
`read FILE` fills empty tables. Models are those of the migrations that the database has, not those of today.
"""

import gzip
import json
import os
import sys
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gresil.settings")
    django.setup()

from django.apps.registry import Apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

# Made by Django itself when tables are made, or by those who visit.
NOT_KEPT = {"contenttypes.contenttype", "auth.permission", "sessions.session", "admin.logentry"}


def migrated_models() -> list[type[models.Model]]:
    """The models of the tables as they are now, those between two models included."""
    loader = MigrationExecutor(connection).loader
    apps: Apps = loader.project_state(list(loader.applied_migrations)).apps
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label_lower not in NOT_KEPT and model._meta.managed
    ]


def content_types() -> dict[str, int]:
    return {f"{row.app_label}.{row.model}": row.pk for row in ContentType.objects.all()}


def write(path: Path) -> None:
    names = {pk: name for name, pk in content_types().items()}
    rows: dict[str, list[dict[str, Any]]] = {}
    for model in migrated_models():
        fields = model._meta.concrete_fields
        rows[model._meta.label_lower] = [
            {
                field.attname: names[field.value_from_object(row)]
                if field.attname == "content_type_id"
                else field.value_to_string(row)
                if isinstance(field, models.BinaryField)
                else field.value_from_object(row)
                for field in fields
            }
            for row in model._base_manager.order_by("pk")
        ]
    text = json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), mtime=0))


@transaction.atomic
def read(path: Path) -> None:
    numbers = content_types()
    kept = json.loads(gzip.decompress(path.read_bytes()))
    filled = [model for model in migrated_models() if kept.get(model._meta.label_lower)]
    with connection.constraint_checks_disabled():
        for model in filled:
            fields = {field.attname: field for field in model._meta.concrete_fields}
            model._base_manager.bulk_create(
                [
                    model(
                        **{
                            name: numbers[value] if name == "content_type_id" else fields[name].to_python(value)
                            for name, value in row.items()
                        }
                    )
                    for row in kept[model._meta.label_lower]
                ],
                batch_size=500,
            )
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), filled):
            cursor.execute(statement)


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]](Path(sys.argv[2]))
