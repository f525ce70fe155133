from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from translations import glossary


class PracticesConfig(AppConfig):
    name = "practices"
    verbose_name = _("good practices")

    def ready(self) -> None:
        import_module("practices.signals").connect()
        glossary.register(import_module("practices.terms").terms_for_translators)
