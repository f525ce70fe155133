"""Import this first where the portal's own models are used: it loads the portal."""

import os

import django
from django.apps import apps
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gresil.settings")
if not apps.ready:
    django.setup()


def refuse_in_production() -> None:
    if settings.PRODUCTION:
        raise SystemExit("Not in production: this fills the library with synthetic practices, or changes real ones.")
