from importlib import import_module

from django.apps import AppConfig
from django.db.models import BigAutoField, CharField
from django.utils.translation import gettext_lazy as _

from library.lookups import Among, Begins


class LibraryConfig(AppConfig):
    name = "library"
    verbose_name = _("library")

    def ready(self) -> None:
        CharField.register_lookup(Begins)
        BigAutoField.register_lookup(Among)
        import_module("library.signals").connect()
