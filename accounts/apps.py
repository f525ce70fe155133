from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("accounts")

    def ready(self) -> None:
        import_module("accounts.signals").connect()
        # Django shows an account by its user name, which nobody of the staff has chosen.
        get_user_model().add_to_class("__str__", import_module("accounts.record").name_of)
