from importlib import import_module

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class GresilConfig(AppConfig):
    name = "gresil"

    def ready(self) -> None:
        roles = import_module("gresil.roles")
        # Sent once for each app with models; the last of ours knows all that there is to allow.
        post_migrate.connect(roles.apply, sender=apps.get_app_config("sessions_app"))
