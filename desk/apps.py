from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class DeskConfig(AppConfig):
    name = "desk"


class PortalAdminConfig(AdminConfig):
    default_site = "desk.site.PortalAdminSite"
