import re

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from contacts.models import Commune, Organisation
from core.languages import has_source_text, in_source_language, languages, text_language
from core.models import Binnable, NaturalKeyManager, NaturalKeyModel, PresentManager, TrackedQuerySet
from practices.models import Practice
from translations.models import TranslatedUnit


class SessionKind(models.TextChoices):
    GRESIL = "gresil", _("GRESIL")
    ASSISES = "assises", _("Assises")
    TRAINING = "training", _("training")
    INFORMATION = "information", _("information session")


class Mode(models.TextChoices):
    IN_PERSON = "in-person", _("in person")
    ONLINE = "online", _("online")
    HYBRID = "hybrid", _("in person and online")


class Evidence(models.TextChoices):
    OWN = "own", _("our own record")
    REPORTED = "reported", _("reported by others")


class SessionQuerySet(TrackedQuerySet):
    def published(self):
        """What the public may read."""
        return self.filter(is_published=True)

    def upcoming(self):
        """From today on, the next one first."""
        return self.filter(date__gte=timezone.localdate()).order_by("date", "pk")

    def past(self):
        """Before today, the latest first."""
        return self.filter(date__lt=timezone.localdate()).order_by("-date", "pk")

    def with_card_details(self):
        return self.select_related("commune")

    def missing_editions(self) -> list[int]:
        """Numbers, not rows: the editions of GRESIL before the latest one of which there is no session."""
        editions = self.filter(kind=SessionKind.GRESIL, edition__isnull=False).values_list("edition", flat=True)
        known = set(editions)
        return [edition for edition in range(1, max(known, default=0)) if edition not in known]


class Session(Binnable, TranslatedUnit):
    not_restored = ("slug", "is_published")
    translation_parts = ("agenda_items", "speakers", "partners", "figures", "documents")

    slug = models.SlugField(_("slug"), unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=SessionKind, default=SessionKind.GRESIL)
    edition = models.PositiveSmallIntegerField(
        _("edition"),
        null=True,
        blank=True,
        help_text=_("the series counts on since its change of name in 2024"),
    )
    series_name = models.CharField(
        _("name of the series"), max_length=100, blank=True, help_text=_("as it was called that day")
    )
    series_language = models.CharField(
        _("language of the name"), max_length=7, choices=languages, default=settings.LANGUAGE_CODE
    )
    title = models.CharField(_("title"), max_length=400)
    summary = models.TextField(_("summary"), blank=True)
    date = models.DateField(_("date"))
    start_time = models.TimeField(_("from"), null=True, blank=True)
    end_time = models.TimeField(_("to"), null=True, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.IN_PERSON)
    venue = models.CharField(_("venue"), max_length=200, blank=True)
    locality = models.CharField(
        _("locality"), max_length=100, blank=True, help_text=_("where it is not the commune’s own name")
    )
    commune = models.ForeignKey(
        Commune,
        verbose_name=_("commune"),
        on_delete=models.PROTECT,
        related_name="sessions",
        null=True,
        blank=True,
    )
    participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    participants_approximate = models.BooleanField(_("number of participants is approximate"), default=False)
    communes_represented = models.PositiveSmallIntegerField(_("communes represented"), null=True, blank=True)
    communes_approximate = models.BooleanField(_("number of communes is approximate"), default=False)
    practices = models.ManyToManyField(
        Practice, verbose_name=_("practices presented"), related_name="sessions", blank=True
    )
    evidence = models.CharField(_("evidence"), max_length=10, choices=Evidence, default=Evidence.OWN)
    is_published = models.BooleanField(_("published"), default=False)
    staff_note = models.TextField(_("note"), blank=True, help_text=_("for staff only"))

    objects = PresentManager.from_queryset(SessionQuerySet)()
    everything = NaturalKeyManager.from_queryset(SessionQuerySet)()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        permissions = [("publish_session", "Can publish session")]
        ordering = ["-date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "edition"],
                name="session_edition_once_in_its_kind",
                violation_error_message=_("There is a session of this kind and edition already."),
            ),
            models.CheckConstraint(
                name="session_ends_after_it_begins",
                condition=Q(start_time=None) | Q(end_time=None) | Q(end_time__gt=F("start_time")),
                violation_error_message=_("The end cannot come before the beginning."),
            ),
            models.CheckConstraint(
                name="session_kind_is_known",
                condition=Q(kind__in=SessionKind.values),
                violation_error_message=_("Choose the kind of session."),
            ),
            models.CheckConstraint(
                name="session_mode_is_known",
                condition=Q(mode__in=Mode.values),
                violation_error_message=_("Choose a mode."),
            ),
            models.CheckConstraint(
                name="session_evidence_is_known",
                condition=Q(evidence__in=Evidence.values),
                violation_error_message=_("Say where this record comes from."),
            ),
            models.CheckConstraint(
                name="session_has_a_title",
                condition=has_source_text("title"),
                violation_error_message=_("Give the title in the source language."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("sessions:detail", args=[self.slug])

    @property
    def is_past(self) -> bool:
        return self.date < timezone.localdate()

    @property
    def title_parts(self) -> tuple[str, str]:
        """A short title, and the rest of a long one: what stands before and after its first colon, "!" or "?"."""
        parts = re.split(r"\s*:\s+|(?<=[!?])\s+", self.title, maxsplit=1)
        return (parts[0], capfirst(parts[1])) if len(parts) == 2 else (self.title, "")

    @property
    def title_language(self) -> str:
        """The language in which the title is shown."""
        return text_language(self, "title")

    @property
    def documents_by_use(self) -> "list[SessionDocument]":
        """The thematic sheet first, then the full report, web pages and the press."""
        kinds = SessionDocumentKind.values
        return sorted(self.documents.all(), key=lambda document: kinds.index(document.kind))


class AgendaItem(NaturalKeyModel):
    natural_key_fields = ("session__slug", in_source_language("title"))

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="agenda_items")
    start_time = models.TimeField(_("from"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("item of the programme")
        verbose_name_plural = _("programme")
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", in_source_language("title")],
                name="agenda_item_once_in_its_session",
                violation_error_message=_("The programme has an item of that title already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SpeakerRole(models.TextChoices):
    OPENING = "opening", _("opening")
    WELCOME = "welcome", _("welcome")
    KEYNOTE = "keynote", _("keynote")
    INTRODUCTION = "introduction", _("introduction")
    TALK = "talk", _("talk")
    MODERATION = "moderation", _("moderation")
    QUIZ = "quiz", _("quiz")


class Speaker(NaturalKeyModel):
    natural_key_fields = ("session__slug", "name", in_source_language("affiliation"))

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="speakers")
    name = models.CharField(_("name"), max_length=100, blank=True, help_text=_("empty: only the function is known"))
    affiliation = models.CharField(_("function or organisation"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=SpeakerRole, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "name", in_source_language("affiliation")],
                name="speaker_once_in_a_session",
                violation_error_message=_("This speaker is in the list already."),
            ),
            models.CheckConstraint(
                name="speaker_has_a_name_or_a_function",
                condition=~Q(name="") | has_source_text("affiliation"),
                violation_error_message=_("Give the name of the speaker, or the function."),
            ),
            models.CheckConstraint(
                name="speaker_role_is_known",
                condition=Q(role="") | Q(role__in=SpeakerRole.values),
                violation_error_message=_("Choose the role of the speaker."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.affiliation


class PartnerRole(models.TextChoices):
    ORGANISER = "organiser", _("organised by")
    COORDINATOR = "coordinator", _("coordinated by")
    HOST = "host", _("hosted by")
    PRESENT = "present", _("also present")


class SessionPartner(NaturalKeyModel):
    natural_key_fields = ("session__slug", "organisation__slug", "role")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="session_partners",
    )
    role = models.CharField(_("role"), max_length=12, choices=PartnerRole, default=PartnerRole.PRESENT)
    detail = models.CharField(_("detail"), max_length=250, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "organisation", "role"],
                name="partner_has_a_role_once",
                violation_error_message=_("This organisation has that role already."),
            ),
            models.CheckConstraint(
                name="partner_role_is_known",
                condition=Q(role__in=PartnerRole.values),
                violation_error_message=_("Choose the role of the partner."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_role_display()})"


class SessionFigure(NaturalKeyModel):
    natural_key_fields = ("session__slug", in_source_language("label"))

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="figures")
    value = models.PositiveIntegerField(_("figure"))
    is_approximate = models.BooleanField(_("approximate"), default=False)
    label = models.CharField(_("unit"), max_length=150, help_text=_("what is counted: “associations”"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", in_source_language("label")],
                name="figure_once_in_its_session",
                violation_error_message=_("The session has this figure already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} {self.label}"


class SessionDocumentKind(models.TextChoices):
    THEMATIC_SHEET = "thematic-sheet", _("thematic sheet")
    REPORT = "report", _("full report")
    WEB_PAGE = "web-page", _("web page")
    PRESS = "press", _("press release or article")


class SessionDocument(NaturalKeyModel):
    natural_key_fields = ("session__slug", "url")

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(_("kind"), max_length=15, choices=SessionDocumentKind, default=SessionDocumentKind.WEB_PAGE)
    title = models.CharField(_("title"), max_length=250)
    url = models.URLField(_("web address"), max_length=500)
    is_source = models.BooleanField(
        _("source of this page"), default=False, help_text=_("what is told here comes from it")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["session", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "url"],
                name="session_links_an_address_once",
                violation_error_message=_("This address is in the list already."),
            ),
            models.CheckConstraint(
                name="session_document_kind_is_known",
                condition=Q(kind__in=SessionDocumentKind.values),
                violation_error_message=_("Choose the kind of document."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
