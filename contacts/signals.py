"""The version of the names of places and organisations is renewed at the end of each batch that changes one."""

from collections.abc import Collection
from typing import Any

from contacts.models import Canton, Commune, Locality, Organisation
from contacts.search import NAMES
from core.changes import AtEnd, changed
from core.models import Version


def renew_names(_keys: set[int]) -> None:
    Version.objects.renew(NAMES)


renewing_names = AtEnd(renew_names)


def name_changed(keys: Collection[int], **kwargs: Any) -> None:
    renewing_names.add(keys)


def connect() -> None:
    for model in (Canton, Commune, Locality, Organisation):
        changed.connect(name_changed, sender=model)
