from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    name = "sessions_app"
    # Django's own table of login sessions owns the label "sessions".
    verbose_name = _("GRESIL sessions")
