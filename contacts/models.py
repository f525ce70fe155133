import datetime
import re

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.dates import Precision, complete_or_absent
from core.languages import has_source_text, in_source_language
from core.models import (
    Binnable,
    NamedQuerySet,
    NaturalKeyManager,
    NaturalKeyModel,
    PresentManager,
    TrackedQuerySet,
)
from core.text import alphabetically
from translations.models import TranslatedUnit

slug_help = _("The end of the page's address: lower-case letters without accents, figures, hyphens.")


class Canton(NaturalKeyModel):
    slug = models.SlugField(_("slug"), unique=True, help_text=slug_help)
    name = models.CharField(_("name"), max_length=100)
    code = models.CharField(_("code"), max_length=2, unique=True, help_text=_("LAU 1 code of STATEC"))
    iso_code = models.CharField(_("ISO 3166-2 code"), max_length=6, unique=True)

    objects = NaturalKeyManager.from_queryset(NamedQuerySet)()

    class Meta:
        verbose_name = _("canton")
        verbose_name_plural = _("cantons")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('commune-list')}#{self.slug}"


class CommuneQuerySet(NamedQuerySet):
    def current(self):
        """The communes of today, without those that merged."""
        return self.filter(successor=None)


class Commune(NaturalKeyModel):
    slug = models.SlugField(_("slug"), unique=True, help_text=slug_help)
    name = models.CharField(_("name"), max_length=100)
    code = models.CharField(
        _("code"),
        max_length=9,
        unique=True,
        help_text=_("LAU 2 code; of a merged commune with its last year"),
    )
    aliases = models.TextField(
        _("other spellings"), blank=True, help_text=_("one per line; found by search, shown nowhere")
    )
    canton = models.ForeignKey(Canton, verbose_name=_("canton"), on_delete=models.PROTECT, related_name="communes")
    successor = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        related_name="predecessors",
        null=True,
        blank=True,
        help_text=_("the commune of today"),
    )
    valid_from = models.DateField(_("exists since"), null=True, blank=True)
    valid_to = models.DateField(_("existed until"), null=True, blank=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    population_on = models.DateField(_("population counted on"), null=True, blank=True)
    area_km2 = models.DecimalField(_("area (km²)"), max_digits=6, decimal_places=2, null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("degrees, WGS 84"))
    longitude = models.FloatField(_("longitude"), null=True, blank=True, help_text=_("degrees, WGS 84"))
    neighbours = models.ManyToManyField("self", verbose_name=_("neighbours"), blank=True)
    website = models.URLField(_("website"), blank=True)

    objects = NaturalKeyManager.from_queryset(CommuneQuerySet)()

    class Meta:
        verbose_name = _("commune")
        verbose_name_plural = _("communes")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="commune_does_not_succeed_itself",
                condition=~Q(successor=F("id")),
                violation_error_message=_("A commune cannot be merged into itself."),
            ),
            models.CheckConstraint(
                name="commune_ends_after_it_begins",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("The commune cannot end before it begins."),
            ),
            models.CheckConstraint(
                name="merged_commune_has_an_end",
                condition=Q(successor=None) | Q(valid_to__isnull=False),
                violation_error_message=_("A merged commune needs the day until which it existed."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.successor and self.successor.is_merged:
            raise ValidationError({"successor": _("Choose the commune of today, not one that merged itself.")})

    @transaction.atomic
    def save(self, *args, **kwargs) -> None:
        if self.pk and self.successor_id:
            # Communes that had merged into this one go on to its successor: `successor` is always of today.
            self.predecessors.update(successor=self.successor_id)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("commune-detail", args=[self.slug])

    @property
    def is_merged(self) -> bool:
        return self.successor_id is not None

    @property
    def merged_on(self) -> datetime.date | None:
        """The first day of the successor."""
        return self.valid_to + datetime.timedelta(days=1) if self.is_merged and self.valid_to else None


class LocalityKind(models.TextChoices):
    LOCALITY = "locality", _("locality")
    QUARTER = "quarter", _("quarter")
    PLACE = "place", _("place")


class Locality(NaturalKeyModel):
    natural_key_fields = ("commune__slug", in_source_language("name"))

    commune = models.ForeignKey(Commune, verbose_name=_("commune"), on_delete=models.CASCADE, related_name="localities")
    name = models.CharField(_("name"), max_length=100)
    postal_codes = models.TextField(
        _("postal codes"), blank=True, help_text=_("four figures each, separated by blanks; found by search")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=LocalityKind, default=LocalityKind.LOCALITY)
    aliases = models.TextField(
        _("other spellings"), blank=True, help_text=_("one per line; found by search, shown nowhere")
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("degrees, WGS 84"))
    longitude = models.FloatField(_("longitude"), null=True, blank=True, help_text=_("degrees, WGS 84"))

    objects = NaturalKeyManager.from_queryset(NamedQuerySet)()

    class Meta:
        verbose_name = _("locality")
        verbose_name_plural = _("localities")
        ordering = ["commune", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["commune", in_source_language("name")],
                name="locality_once_in_its_commune",
                violation_error_message=_("This commune has a locality of that name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return self.commune.get_absolute_url()


class OrganisationKind(models.TextChoices):
    MUNICIPALITY = "municipality", _("municipal administration")
    MUNICIPAL_BODY = "municipal-body", _("municipal service")
    SYNDICATE = "inter-communal-syndicate", _("inter-communal syndicate")
    REGION = "region", _("regional network")
    SOCIAL_OFFICE = "social-office", _("social office")
    MINISTRY = "ministry", _("ministry")
    STATE_BODY = "state-body", _("state body")
    ASSOCIATION = "association", _("association")
    FOUNDATION = "foundation", _("foundation")
    SCHOOL = "school", _("school or university")
    COMPANY = "company", _("company")


class Organisation(Binnable, TranslatedUnit):
    slug = models.SlugField(_("slug"), max_length=80, unique=True, help_text=slug_help)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("acronym"), max_length=40, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=OrganisationKind)
    description = models.TextField(_("description"), blank=True)
    commune = models.ForeignKey(
        Commune,
        verbose_name=_("commune"),
        on_delete=models.PROTECT,
        related_name="organisations",
        null=True,
        blank=True,
        help_text=_("where it sits, or which it is the administration of"),
    )
    website = models.URLField(_("website"), blank=True)
    successors = models.ManyToManyField(
        "self",
        verbose_name=_("what took its place"),
        symmetrical=False,
        related_name="predecessors",
        blank=True,
    )
    dissolved_on = models.DateField(
        _("existed until"), null=True, blank=True, help_text=_("of a body that is no more: nobody is sent there")
    )
    dissolved_precision = models.CharField(_("exactness"), max_length=5, choices=Precision, blank=True)
    history_note = models.TextField(_("what became of it"), blank=True, help_text=_("one or two sentences, with dates"))
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("for staff only"))

    objects = PresentManager.from_queryset(NamedQuerySet)()
    everything = NaturalKeyManager.from_queryset(NamedQuerySet)()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_is_known",
                condition=Q(kind__in=OrganisationKind.values),
                violation_error_message=_("Say what kind of organisation it is."),
            ),
            models.CheckConstraint(
                name="organisation_end_has_an_exactness",
                condition=complete_or_absent("dissolved_on", "dissolved_precision"),
                violation_error_message=_("Give the end together with its exactness."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organisation-detail", args=[self.slug])

    @property
    def is_dissolved(self) -> bool:
        return self.dissolved_on is not None


class Display(models.TextChoices):
    """How a contact is shown to the public; whatever the choice, staff see everything."""

    PUBLIC = "public", _("public: telephone and e-mail are shown")
    RELAY = "relay", _("relay: name and role are shown, messages go through the helpdesk")
    HIDDEN = "hidden", _("hidden: nothing is shown")


class ContactQuerySet(TrackedQuerySet):
    def listed(self):
        """Those that the public may see, with or without their addresses."""
        return self.exclude(display=Display.HIDDEN)

    def with_organisation(self):
        """All that `components/contact_card.html` shows."""
        return self.select_related("organisation").prefetch_related("organisation__successors")

    def by_name(self):
        """By family name, which stands last in a name; desks by theirs."""
        return self.order_by(alphabetically("sort_name"), "pk")


def this_year() -> int:
    return timezone.localdate().year


def validate_phones(text: str) -> None:
    for line in text.splitlines():
        if not re.fullmatch(r"(\+\d{1,3} )?\d[\d ]*(-\d[\d ]*)?", line.strip()):
            raise ValidationError(
                _("“%(line)s” is not a telephone number. One per line, like +352 43 83 33-1."),
                params={"line": line},
            )


class Contact(Binnable, TranslatedUnit):
    """A person, or a desk where one may call: one of `name` and `desk` is filled, or both."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    name = models.CharField(_("name of the person"), max_length=100, blank=True)
    desk = models.CharField(_("name of the desk"), max_length=200, blank=True)
    sort_name = models.CharField(
        _("sorted under"), max_length=200, help_text=_("family name first; a desk under its own name")
    )
    role = models.CharField(_("role"), max_length=200, blank=True)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="contacts"
    )
    department = models.CharField(_("department"), max_length=200, blank=True)
    commune = models.ForeignKey(
        Commune,
        verbose_name=_("commune"),
        on_delete=models.PROTECT,
        related_name="contacts",
        null=True,
        blank=True,
        help_text=_("for which this person or desk works; empty: for the whole country"),
    )
    phones = models.TextField(
        _("telephone"), blank=True, validators=[validate_phones], help_text=_("one per line: +352 43 83 33-1")
    )
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=300, blank=True)
    website = models.URLField(_("website"), blank=True)
    display = models.CharField(
        _("shown to the public"),
        max_length=10,
        choices=Display,
        default=Display.RELAY,
        help_text=_("Telephone and e-mail of a person become public only if the person has agreed."),
    )
    recorded_year = models.PositiveSmallIntegerField(
        _("year of these details"), default=this_year, help_text=_("of the document they come from")
    )
    confirmed_on = models.DateField(
        _("last confirmed on"), null=True, blank=True, help_text=_("by the person or the desk itself")
    )
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("for staff only"))
    staff_note = models.TextField(_("note"), blank=True, help_text=_("for staff only"))

    objects = PresentManager.from_queryset(ContactQuerySet)()
    everything = NaturalKeyManager.from_queryset(ContactQuerySet)()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="contact_is_a_person_or_a_desk",
                condition=~Q(name="") | has_source_text("desk"),
                violation_error_message=_("Give the name of the person, or of the desk."),
            ),
            models.CheckConstraint(
                name="contact_display_is_known",
                condition=Q(display__in=Display.values),
                violation_error_message=_("Choose how the contact is shown."),
            ),
        ]

    # What `{% kept %}` rendered of it, where one is kept.
    kept_html: dict[tuple, str] | None = None

    def __str__(self) -> str:
        return self.name or self.desk

    def get_absolute_url(self) -> str:
        return f"{reverse('contacts:list')}#{self.slug}"

    @property
    def is_public(self) -> bool:
        return self.display == Display.PUBLIC

    @property
    def is_reachable(self) -> bool:
        """Whether its telephone and e-mail may be offered: nobody answers in a body that is no more."""
        return self.is_public and not self.organisation.is_dissolved

    @property
    def phone_numbers(self) -> list[str]:
        return [line.strip() for line in self.phones.splitlines() if line.strip()]
