from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("staff’s desk")


class PortalAdminConfig(AdminConfig):
    default_site = "desk.site.PortalAdminSite"
