from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.forms import ValidationError

from accounts.invitations import invite, link_for
from accounts.record import note
from accounts.roles import ADMINISTRATOR, ROLES, TRANSLATOR, give_role
from core.languages import target_languages


class Command(BaseCommand):
    help = "Invite a member of staff: make an account, or take one that is there, and send the link for a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", choices=list(ROLES), default=ADMINISTRATOR)
        parser.add_argument("--name", default="", help="of the person")
        parser.add_argument("--languages", nargs="*", default=[], choices=target_languages(), help="of a translator")
        parser.add_argument("--user-name", default="", help="of an account of earlier, made without an e-mail address")

    def handle(self, *args, **options) -> None:
        email = options["email"].lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email} is no e-mail address.") from error
        if options["role"] == TRANSLATOR and not options["languages"]:
            raise CommandError("A translator needs --languages.")
        user = self.account(email, options["user_name"])
        user.email, user.is_active = email, True
        user.first_name = options["name"] or user.first_name
        give_role(user, options["role"], options["languages"])
        note("rights changed", by=None, about=user, role=options["role"], languages=options["languages"])
        is_sent = invite(user)
        note("invited", by=None, about=user, sent=is_sent)
        self.stdout.write("The invitation is on its way." if is_sent else "The mail could not be sent.")
        self.stdout.write(f"The link, good once and for three days:\n    {link_for(user)}")

    def account(self, email: str, user_name: str) -> User:
        if not user_name:
            return User.objects.filter(email=email).first() or User()
        user = User.objects.filter(username=user_name).first()
        if user is None:
            raise CommandError(f"There is no account with the user name {user_name}.")
        if User.objects.filter(email=email).exclude(pk=user.pk).exists():
            raise CommandError(f"Another account has the address {email}.")
        return user
