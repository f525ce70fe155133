"""What each role may do. Written to the database after every `migrate`; whoever adds a model or a right names it here.

A part (a section, a speaker) needs no right of its own: who may change the whole may change its parts. Some rights
reach less far than their name: contributors change only their own drafts (`practices.admin`), translators only the
translations into their languages (`accounts.roles.may_translate`).
"""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import connection

from accounts.roles import ADMINISTRATOR, CONTRIBUTOR, EDITOR, TRANSLATOR

# What staff write every day, and what rarely changes.
CONTENT = [
    "practices.practice",
    "practices.topic",
    "practices.audience",
    "practices.term",
    "practices.sourcedocument",
    "contacts.organisation",
    "contacts.contact",
    "sessions_app.session",
]
REFERENCE = ["practices.themeblock", "contacts.canton", "contacts.commune", "contacts.locality"]


def may(acts: str, models: Iterable[str]) -> set[str]:
    """`acts` as words: "view change". Gives names of permissions, with their app."""
    parts = [model.split(".") for model in models]
    return {f"{app}.{act}_{name}" for app, name in parts for act in acts.split()}


READERS = may("view", [*CONTENT, *REFERENCE, "translations.translation", "desk.linkcheck"])
EDITORS = (
    READERS
    | may("add change", CONTENT)
    | may("change review", ["translations.translation"])
    | may("publish", ["practices.practice", "sessions_app.session"])
    | may("view delete", ["library.emptysearch"])
)
RIGHTS = {
    CONTRIBUTOR: READERS | may("add change", ["practices.practice"]),
    TRANSLATOR: READERS | may("change", ["translations.translation"]),
    EDITOR: EDITORS,
    ADMINISTRATOR: EDITORS
    | may("add change delete", [*CONTENT, *REFERENCE])
    | may("view add change", ["auth.user"])
    | may("view", ["accounts.recordentry"]),
}


def apply(**kwargs: Any) -> None:
    """Make the groups and give them their rights. Receives `post_migrate`, and changes nothing the second time."""
    if Group._meta.db_table not in connection.introspection.table_names():
        return
    # Django makes them app by app, some of them after this.
    for label in sorted({right.partition(".")[0] for rights in RIGHTS.values() for right in rights}):
        create_permissions(apps.get_app_config(label), verbosity=0)
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, rights in RIGHTS.items():
        group, _is_new = Group.objects.get_or_create(name=role)
        group.permissions.set([known[right] for right in rights])
