from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.backends.signals import connection_created

from gresil.text import ALPHABETICAL, compare_alphabetically


def add_alphabetical_order(connection, **kwargs) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_collation(ALPHABETICAL, compare_alphabetically)


class GresilConfig(AppConfig):
    name = "gresil"

    def ready(self) -> None:
        connection_created.connect(add_alphabetical_order)


class GresilAdminConfig(AdminConfig):
    default_site = "gresil.admin_site.PortalAdminSite"
