from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "contacts"
    verbose_name = _("communes and contacts")

    def ready(self) -> None:
        import_module("contacts.signals").connect()
