import secrets

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection, transaction

from gresil.settings import stop


class Command(BaseCommand):
    help = "Make this machine ready to serve: catalogues, tables, content, and a first staff account."

    def handle(self, *args, **options) -> None:
        self.ask_the_database()
        call_command("compile_messages")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_content")
        self.create_first_account()

    def ask_the_database(self) -> None:
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            stop(f"The database does not answer ({reason}): look at DATABASE_URL.")

    @transaction.atomic
    def create_first_account(self) -> None:
        user_model = get_user_model()
        if user_model.objects.exists():
            self.stdout.write("The staff's desk is at /admin/ (forgot the password: manage.py changepassword).")
            return
        password = secrets.token_urlsafe(16)
        user_model.objects.create_superuser("admin", password=password)
        self.stdout.write(
            "\nThe staff's desk is at /admin/. A first account was made for it; this is shown only once:\n"
            f"    user name: admin\n    password:  {password}\n"
        )
