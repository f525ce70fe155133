"""The roles of staff: each is a group of Django. What each may do stands in `gresil.roles`."""

import secrets
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.languages import target_languages

CONTRIBUTOR = "contributor"
TRANSLATOR = "translator"
EDITOR = "editor"
ADMINISTRATOR = "administrator"

# In the order in which a form offers them.
ROLES = {
    CONTRIBUTOR: _("contributor"),
    TRANSLATOR: _("translator"),
    EDITOR: _("editor"),
    ADMINISTRATOR: _("administrator"),
}


def role_of(user: Any) -> str | None:
    """None for visitors, and for an account that has no role, or is closed. Remembered with the user."""
    if not (user.is_active and user.is_staff):
        return None
    if not hasattr(user, "known_role"):
        groups = set(user.groups.values_list("name", flat=True))
        # A superuser of `createsuperuser`.
        held = [role for role in ROLES if role in groups or (user.is_superuser and role == ADMINISTRATOR)]
        user.known_role = held[-1] if held else None
    return user.known_role


def languages_of(user: Any) -> list[str]:
    """The languages into which `user` may translate, in the order of the settings."""
    role = role_of(user)
    if role in (EDITOR, ADMINISTRATOR):
        return target_languages()
    if role != TRANSLATOR:
        return []
    if not hasattr(user, "known_languages"):
        account = Account.objects.filter(user_id=user.pk).first()
        user.known_languages = account.languages if account else []
    return [code for code in target_languages() if code in user.known_languages]


def may_translate(user: Any, language: str) -> bool:
    return language in languages_of(user)


def give_role(user: User, role: str, languages: Sequence[str] = ()) -> None:
    """Save `user` as a member of staff with this role and no other."""
    user.is_staff = True
    user.is_superuser = user.is_superuser and role == ADMINISTRATOR
    user.email = user.email.lower()
    if not user.pk:
        # Nobody types it.
        user.username = user.username or f"staff-{secrets.token_hex(8)}"
        if not user.password:
            user.set_unusable_password()
    user.save()
    user.groups.set([Group.objects.get(name=role)])
    Account.objects.update_or_create(user=user, defaults={"languages": list(languages)})
