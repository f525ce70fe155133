"""A further language costs one entry in the settings, one makemigrations and one catalogue."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings

APPS = ["contacts", "practices", "sessions_app", "translations"]

PORTUGUESE = """
from gresil.settings import *

LANGUAGES = [*LANGUAGES, ("pt", "Português")]
MIGRATION_MODULES = {app: f"migrations_of_{app}" for app in %r}
LOCALE_PATHS = [Path(__file__).parent / "locale", *LOCALE_PATHS]
DATABASES["default"]["NAME"] = str(Path(__file__).parent / "pt.sqlite3")
ALLOWED_HOSTS = ["testserver"]
"""

VISIT = """
import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("load_content", verbosity=0)
for path in ["/pt/", "/pt/practices/lisko/", "/fr/practices/lisko/"]:
    response = Client().get(path)
    print(response.status_code, path)
    print(response.content.decode())
"""


@pytest.mark.any_database
def test_portuguese_costs_a_setting_a_migration_and_a_catalogue(tmp_path):
    (tmp_path / "portuguese.py").write_text(PORTUGUESE % APPS)
    for app in APPS:
        shutil.copytree(Path(settings.BASE_DIR, app, "migrations"), tmp_path / f"migrations_of_{app}")
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Language": "pt"}
    catalogue.append(polib.POEntry(msgid="Good practices", msgstr="Boas práticas"))
    folder = tmp_path / "locale" / "pt" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue.save_as_mofile(str(folder / "django.mo"))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{tmp_path}:{settings.BASE_DIR}"}
    environment |= {"DJANGO_SETTINGS_MODULE": "portuguese", "HOME": str(tmp_path)}

    def run(*arguments: str) -> str:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    added = run("-m", "django", "makemigrations", *APPS, "-n", "portuguese")
    run("-m", "django", "migrate", "--verbosity", "0")
    pages = run("-c", VISIT)

    assert "title_pt" in added
    assert not [name for line in added.splitlines() if (name := line.strip()).startswith(("- Remove", "~ Alter"))]
    home, fiche, french = (pages.split("200 /")[number] for number in [1, 2, 3])
    assert '<html lang="pt"' in home
    assert "Boas práticas" in home
    assert 'hreflang="pt"' in french
    assert '<span lang="fr">LISKO' in fiche
    assert 'class="prose" lang="fr"' in fiche
