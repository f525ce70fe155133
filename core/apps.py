from importlib import import_module

from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate, pre_save

from core.changes import listen_to
from core.text import ALPHABETICAL, compare_alphabetically, compose_texts


def add_alphabetical_order(connection, **kwargs) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_collation(ALPHABETICAL, compare_alphabetically)


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        connection_created.connect(add_alphabetical_order)
        # Imported here: it needs the models.
        versions = import_module("core.versions")
        connection_created.connect(versions.watch)
        pre_migrate.connect(versions.migrations.begin)
        post_migrate.connect(versions.migrations.end)
        for model in apps.get_models():
            # Every subclass of `NaturalKeyModel`.
            if hasattr(model, "natural_key_fields"):
                pre_save.connect(compose_texts, sender=model)
                listen_to(model)
