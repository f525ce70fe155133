from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("staff’s desk")

    def ready(self) -> None:
        autodiscover_modules("today")


class PortalAdminConfig(AdminConfig):
    default_site = "desk.site.PortalAdminSite"

    def ready(self) -> None:
        # Here, after the apps of the portal and modeltranslation: by now columns and parts of all models are known.
        import_module("desk.history").connect()
        super().ready()
