from dataclasses import dataclass

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from contacts.models import Contact
from core.languages import active_language, text_language
from practices.models import Practice, SectionKind, Term

register = template.Library()


@register.simple_tag
def other_names(term: Term) -> list[dict[str, str]]:
    """The names of `term` in the languages in which `{% text %}` does not show it, in the order of the settings."""
    shown = text_language(term, "name")
    names = [(code, language, getattr(term, f"name_{code}")) for code, language in settings.LANGUAGES if code != shown]
    return [{"code": code, "language": language, "name": name} for code, language, name in names if name]


@dataclass(frozen=True)
class Fact:
    label: str
    text: str
    """In few words; empty where the source has no figure."""
    language: str
    section: str
    """The kind of the section that tells more; empty where there is none."""


@register.simple_tag
def deciding_facts(practice: Practice) -> list[Fact]:
    """What decides whether a commune can do the same: always these five, in this order."""
    kinds = {section.kind for section in practice.sections.all()}

    def fact(label: str, field: str, section: SectionKind) -> Fact:
        return Fact(
            label, getattr(practice, field), text_language(practice, field), section if section in kinds else ""
        )

    cost = fact(_("Cost"), "cost", SectionKind.COSTS)
    if not cost.text and practice.cost_band:
        cost = Fact(cost.label, practice.get_cost_band_display(), active_language(), cost.section)
    audiences = ", ".join(audience.name for audience in practice.audiences.all())
    return [
        cost,
        fact(_("Staff"), "staff", SectionKind.STAFF_TIME),
        Fact(
            _("Target group"),
            audiences,
            active_language(),
            SectionKind.AUDIENCE if SectionKind.AUDIENCE in kinds else "",
        ),
        fact(_("Rhythm"), "frequency", SectionKind.PLACE),
        fact(_("Result"), "result", SectionKind.RESULTS),
    ]


@register.simple_tag
def first_reachable(practice: Practice) -> Contact | None:
    """The first contact of `practice` whose telephone or e-mail may be offered."""
    contacts = (row.contact for row in practice.practice_contacts.all())
    return next((contact for contact in contacts if contact.is_reachable and (contact.phones or contact.email)), None)
