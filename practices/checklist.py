"""What a practice should have before it is published: what it must have is refused at its field, the rest is shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.text import plain
from desk.links import link_states, links_of
from practices.models import FIRST_YEAR, Practice, PracticeLink, PracticeSection
from practices.terms import Superseded
from translations.models import Translation, TranslationState

SOURCE = settings.LANGUAGE_CODE


@dataclass(frozen=True)
class Item:
    label: str | Promise
    is_met: bool
    is_must: bool = False
    detail: str = ""
    anchor: str = ""
    """The id of the field or group of the form where it is mended."""


def year_is_plausible(year: int | None) -> bool:
    return year is not None and FIRST_YEAR <= year <= timezone.localdate().year + 2


def checklist(practice: Practice, superseded: Iterable[Superseded]) -> list[Item]:
    """What `practice` has and lacks; `superseded` are the terms of then in its texts."""
    broken = broken_links(practice)
    terms = [str(row.term) for row in superseded]
    rows = list(Translation.objects.of(practice))
    behind = [row for row in rows if row.state in (TranslationState.MISSING, TranslationState.OUTDATED)]
    return [
        Item(_("a summary"), bool(getattr(practice, f"summary_{SOURCE}")), True, anchor=f"id_summary_{SOURCE}"),
        Item(_("a commune, or the whole country"), serves_a_place(practice), True, anchor="practice_communes-group"),
        Item(_("a description"), has_text(practice), True, anchor="sections-group"),
        Item(_("a plausible year"), year_is_plausible(practice.year), True, str(practice.year or ""), "id_year"),
        Item(_("a contact"), practice.practice_contacts.exists(), anchor="practice_contacts-group"),
        Item(_("a source"), practice.practice_sources.exists(), anchor="practice_sources-group"),
        Item(_("links that answer"), not broken, detail=", ".join(broken), anchor="links-group"),
        Item(_("words of today"), not terms, detail=", ".join(terms)),
        Item(
            _("translations complete and up to date"),
            not behind,
            detail=", ".join(f"{row.language.upper()}: {row.get_state_display()}" for row in behind),
        ),
    ]


def serves_a_place(practice: Practice) -> bool:
    return practice.is_national or practice.practice_communes.exists()


def has_text(practice: Practice) -> bool:
    return any(plain(getattr(section, f"body_{SOURCE}") or "").strip() for section in practice.sections.all())


def broken_links(practice: Practice) -> list[str]:
    """Addresses in the practice and its parts that have not answered for a while."""
    kinds: dict[type[Model], list[Any]] = {
        Practice: [practice],
        PracticeLink: list(practice.links.all()),
        PracticeSection: list(practice.sections.all()),
    }
    urls = dict.fromkeys(
        url for model, rows in kinds.items() for url, _use in links_of(model, [row.pk for row in rows])
    )
    return [url for url, check in link_states(urls).items() if check.is_reported]
