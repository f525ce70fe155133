import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gresil.settings")

django_application = get_wsgi_application()

from core.wsgi import kept_pages_first  # noqa: E402 - its models can be imported now

application = kept_pages_first(django_application)
