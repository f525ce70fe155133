import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection

from accounts.roles import ADMINISTRATOR, give_role
from core.locks import only_one
from gresil.settings import stop
from library.models import IndexedPractice
from practices.models import Practice


def ask_the_database() -> None:
    folder = Path(connection.settings_dict["NAME"]).parent
    if connection.vendor == "sqlite" and not folder.is_dir():
        stop(f"The database does not answer (there is no folder {folder}): look at DATABASE_URL.")
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = str(error).partition("\n")[0]
        stop(f"The database does not answer ({reason}): look at DATABASE_URL.")


class Command(BaseCommand):
    help = (
        "Make this machine ready to serve: catalogues, tables and content; on one's own machine also a first account "
        "of staff."
    )

    def handle(self, *args, **options) -> None:
        # The lock is in it, or beside it.
        ask_the_database()
        # Of several machines that start at once, one prepares and the others wait for it.
        with only_one("prepare", wait=True):
            call_command("compile_messages")
            call_command("migrate", verbosity=0, interactive=False)
            # A release that keeps its index in another form begins without one.
            if Practice.objects.exists() and not IndexedPractice.objects.exists():
                call_command("rebuild_search")
            call_command("load_content")
            self.see_to_an_account()

    def see_to_an_account(self) -> None:
        if User.objects.exists():
            self.stdout.write("The staff's desk is at /admin/ (a new way in: manage.py invite).")
        elif settings.PRODUCTION:
            # A password in the log of a server is read by more people than the one whom it is for.
            self.stdout.write("The staff's desk at /admin/ has no account yet: manage.py invite makes one.")
        else:
            password = secrets.token_urlsafe(16)
            user = User(email="admin@localhost")
            user.set_password(password)
            give_role(user, ADMINISTRATOR)
            self.stdout.write(
                "\nThe staff's desk is at /admin/. A first account was made for it; this is shown only once:\n"
                f"    e-mail:   {user.email}\n    password: {password}\n"
            )
