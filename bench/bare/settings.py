"""A project that shows the portal's practices as a Django developer would in a first afternoon; the portal's pages are
measured beside it. It has the portal's connection to the database and nothing else of it.
"""

from pathlib import Path

from gresil.settings import ALLOWED_HOSTS as ALLOWED_HOSTS
from gresil.settings import DATABASES as DATABASES
from gresil.settings import DEFAULT_AUTO_FIELD as DEFAULT_AUTO_FIELD
from gresil.settings import SECRET_KEY as SECRET_KEY
from gresil.settings import TIME_ZONE as TIME_ZONE

INSTALLED_APPS = ["bench.bare"]

# Those of `startproject` that a page for reading needs. Nobody signs in and no form is sent, so sessions, accounts,
# messages and CSRF are left out; one language, so is that of the locale.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
USE_I18N = False
USE_TZ = True

ROOT_URLCONF = "bench.bare.urls"
WSGI_APPLICATION = "bench.bare.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]
