import datetime
from collections.abc import Sequence
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorField

from contacts.models import Commune, Contact, Organisation
from core.changes import How, batch
from core.dates import Precision, complete_or_absent, last_day
from core.languages import has_source_text, in_source_language, translated
from core.models import (
    Binnable,
    NamedQuerySet,
    NaturalKeyManager,
    NaturalKeyModel,
    PresentManager,
    TrackedQuerySet,
)
from core.rich_text import RICH_TEXT, clean
from core.text import alphabetically
from practices.drafts import begin_draft, paths, take_over
from translations.models import TranslatedUnit

# Before any practice that the sources know of, and after any that is planned; forms ask for less (`checklist`).
FIRST_YEAR, LAST_YEAR = 1990, 2100


class ThemeBlock(TranslatedUnit):
    slug = models.SlugField(_("slug"), unique=True)
    code = models.CharField(_("number"), max_length=4, unique=True, help_text=_("1a, 1b, 2, 3 at the Assises"))
    title = models.CharField(_("title"), max_length=150)
    short_title = models.CharField(_("short title"), max_length=40)
    need = models.CharField(
        _("need"), max_length=60, blank=True, help_text=_("what brings people here, as a verb: “Find a home”")
    )
    introduction = models.TextField(_("introduction"), blank=True)

    class Meta:
        verbose_name = _("theme block")
        verbose_name_plural = _("theme blocks")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('practices:list')}?theme={self.slug}"


class Topic(TranslatedUnit):
    in_use_by = ("practices",)

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=80)

    objects = NaturalKeyManager.from_queryset(NamedQuerySet)()

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('practices:list')}?topic={self.slug}"


class Audience(TranslatedUnit):
    in_use_by = ("practices",)

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=80)

    objects = NaturalKeyManager.from_queryset(NamedQuerySet)()

    class Meta:
        verbose_name = _("target group")
        verbose_name_plural = _("target groups")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('practices:list')}?audience={self.slug}"


class SourceDocument(TranslatedUnit):
    """A document that practices were written from."""

    slug = models.SlugField(_("slug"), unique=True)
    title = models.CharField(_("title"), max_length=250)
    publisher = models.CharField(_("published by"), max_length=200, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    published_precision = models.CharField(_("exactness"), max_length=5, choices=Precision, blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("source document")
        verbose_name_plural = _("source documents")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="source_document_date_has_an_exactness",
                condition=complete_or_absent("published_on", "published_precision"),
                violation_error_message=_("Give the date together with its exactness."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TermKind(models.TextChoices):
    INSTITUTION = "institution", _("institution or office")
    LAW = "law", _("law or programme")
    WORD = "word", _("everyday word")


class TermQuerySet(NamedQuerySet):
    def superseded(self):
        """Those that something else took the place of."""
        return self.filter(successors__isnull=False, successors__deleted_at=None).distinct()


class Term(Binnable, TranslatedUnit):
    """A name of a law, an institution or an idea, from when to when it holds, and what took its place."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    kind = models.CharField(
        _("kind"),
        max_length=11,
        choices=TermKind,
        default=TermKind.WORD,
        help_text=_("readers of an old factsheet are told what institutions and laws are called today"),
    )
    name = models.CharField(_("name"), max_length=150)
    abbreviation = models.CharField(_("acronym"), max_length=20, blank=True)
    aliases = models.TextField(
        _("other forms"), blank=True, help_text=_("one per line: plural, feminine, other spellings; found by search")
    )
    meaning = models.TextField(_("meaning"), blank=True)
    valid_from = models.DateField(_("holds since"), null=True, blank=True)
    valid_from_precision = models.CharField(_("exactness"), max_length=5, choices=Precision, blank=True)
    valid_to = models.DateField(_("held until"), null=True, blank=True)
    valid_to_precision = models.CharField(_("exactness"), max_length=5, choices=Precision, blank=True)
    successors = models.ManyToManyField(
        "self",
        verbose_name=_("what took its place"),
        symmetrical=False,
        related_name="predecessors",
        blank=True,
    )
    source = models.CharField(_("source"), max_length=200, blank=True, help_text=_("for staff only"))
    url = models.URLField(_("web address of the source"), max_length=500, blank=True)

    objects = PresentManager.from_queryset(TermQuerySet)()
    everything = NaturalKeyManager.from_queryset(TermQuerySet)()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("terms")
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                name="term_kind_is_known",
                condition=Q(kind__in=TermKind.values),
                violation_error_message=_("Choose the kind of term."),
            ),
            models.CheckConstraint(
                name="term_ends_after_it_begins",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("The end cannot come before the beginning."),
            ),
            models.CheckConstraint(
                name="term_beginning_has_an_exactness",
                condition=complete_or_absent("valid_from", "valid_from_precision"),
                violation_error_message=_("Give the beginning together with its exactness."),
            ),
            models.CheckConstraint(
                name="term_end_has_an_exactness",
                condition=complete_or_absent("valid_to", "valid_to_precision"),
                violation_error_message=_("Give the end together with its exactness."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.abbreviation})" if self.abbreviation else self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('glossary')}#{self.slug}"

    @property
    def ended_on(self) -> datetime.date | None:
        """The last day on which it may have held."""
        return last_day(self.valid_to, self.valid_to_precision) if self.valid_to else None


class Territory(models.TextChoices):
    LOCAL = "local", _("local")
    REGIONAL = "regional", _("regional")
    NATIONAL = "national", _("whole country")


class Status(models.TextChoices):
    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    ENDED = "ended", _("ended")


class CostBand(models.TextChoices):
    FREE = "free", _("free of charge")
    LOW = "low", _("up to €5,000")
    MEDIUM = "medium", _("€5,000 to €25,000")
    HIGH = "high", _("more than €25,000")


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in-review", _("in review")
    PUBLISHED = "published", _("published")
    ARCHIVED = "archived", _("archived")


class Standing(models.TextChoices):
    """What is known of a practice today."""

    CONFIRMED = "confirmed", _("confirmed")
    UNCONFIRMED = "unconfirmed", _("not confirmed since")
    ENDED = "ended", _("ended")
    REPLACED = "replaced", _("replaced")


class PracticeQuerySet(TrackedQuerySet):
    def published(self):
        """What the public may read."""
        return self.filter(state=State.PUBLISHED)

    def newest(self):
        """The latest published first; where drafts stand among them depends on the database."""
        return self.order_by("-published_at", "slug")

    def by_title(self):
        return self.order_by(alphabetically(translated("title")), "pk")

    def in_turn(self, keys: Sequence[int]) -> list["Practice"]:
        """Those with these keys, in their order, without any that was deleted in the meantime."""
        rows = self.in_bulk(keys)
        return [rows[key] for key in keys if key in rows]

    def with_card_details(self):
        """Everything that `components/practice_card.html` and `practice_line.html` show, in a fixed number of queries;
        `carriers` are the rows of the organisations that run a practice."""
        carriers = PracticeOrganisation.objects.filter(role=OrganisationRole.CARRIER).select_related("organisation")
        return self.select_related("theme", "framework").prefetch_related(
            models.Prefetch("communes", Commune.objects.by_name()),
            models.Prefetch("practice_organisations", carriers, to_attr="carriers"),
        )


class Practice(Binnable, TranslatedUnit):
    not_restored = ("slug", "state", "publish_on", "archive_on", "draft_of")
    translation_parts = ("sections", "practice_organisations", "practice_contacts", "indicators", "links")

    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        help_text=_("The end of the page's address. It never changes once the factsheet is published."),
    )
    title = models.CharField(_("title"), max_length=200)
    subtitle = models.CharField(_("subtitle"), max_length=250, blank=True)
    summary = models.TextField(_("summary"), blank=True, help_text=_("two sentences for a reader in a hurry"))
    theme = models.ForeignKey(
        ThemeBlock, verbose_name=_("theme block"), on_delete=models.PROTECT, related_name="practices"
    )
    topics = models.ManyToManyField(Topic, verbose_name=_("topics"), related_name="practices", blank=True)
    audiences = models.ManyToManyField(Audience, verbose_name=_("target groups"), related_name="practices", blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"), help_text=_("the year that the factsheet describes; readers see it")
    )

    territory = models.CharField(_("territory"), max_length=10, choices=Territory, default=Territory.LOCAL)
    territory_name = models.CharField(
        _("name of the region"), max_length=100, blank=True, help_text=_("for several communes together")
    )
    communes = models.ManyToManyField(
        Commune,
        verbose_name=_("communes"),
        through="PracticeCommune",
        related_name="practices",
        blank=True,
    )
    organisations = models.ManyToManyField(
        Organisation,
        verbose_name=_("organisations"),
        through="PracticeOrganisation",
        related_name="practices",
    )
    contacts = models.ManyToManyField(
        Contact, verbose_name=_("contacts"), through="PracticeContact", related_name="practices"
    )
    source_documents = models.ManyToManyField(
        SourceDocument, verbose_name=_("source documents"), through="PracticeSource", related_name="practices"
    )

    started_on = models.DateField(_("began on"), null=True, blank=True)
    started_precision = models.CharField(_("exactness of the beginning"), max_length=5, choices=Precision, blank=True)
    ended_on = models.DateField(
        _("ends or ended on"), null=True, blank=True, help_text=_("as planned, or as it happened")
    )
    ended_precision = models.CharField(_("exactness of the end"), max_length=5, choices=Precision, blank=True)
    frequency = models.CharField(_("frequency"), max_length=250, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, blank=True, help_text=_("empty: not known today")
    )
    cost_band = models.CharField(_("cost for the commune"), max_length=10, choices=CostBand, blank=True)
    cost = models.CharField(
        _("cost in few words"), max_length=60, blank=True, help_text=_("for the commune: “about €3,000 to begin with”")
    )
    staff = models.CharField(
        _("staff in few words"), max_length=60, blank=True, help_text=_("who does the work: “one half-time post”")
    )
    result = models.CharField(
        _("result in few words"), max_length=70, blank=True, help_text=_("the figure that convinces, with its unit")
    )
    framework = models.ForeignKey(
        Term,
        verbose_name=_("rests on"),
        on_delete=models.PROTECT,
        related_name="practices",
        null=True,
        blank=True,
        help_text=_("the law, programme or office without which it would not be: once replaced, so is the practice"),
    )
    history_note = models.TextField(
        _("what became of it"), blank=True, help_text=_("one or two sentences, with dates; only what a source says")
    )
    history_url = models.URLField(_("source of what became of it"), max_length=500, blank=True)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(_("published on"), null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(_("archived on"), null=True, blank=True, editable=False)
    confirmed_on = models.DateField(
        _("last confirmed on"), null=True, blank=True, help_text=_("by the contact of the factsheet")
    )
    staff_note = models.TextField(_("note"), blank=True, help_text=_("for staff only"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        on_delete=models.SET_NULL,
        related_name="practices",
        null=True,
        editable=False,
    )
    draft_of = models.OneToOneField(
        "self",
        verbose_name=_("draft of"),
        on_delete=models.CASCADE,
        related_name="draft",
        null=True,
        blank=True,
        editable=False,
    )
    publish_on = models.DateField(_("publish on"), null=True, blank=True, help_text=_("by itself, early on that day"))
    archive_on = models.DateField(
        _("archive on"), null=True, blank=True, help_text=_("taken off the public pages by itself, early on that day")
    )
    created_at = models.DateTimeField(_("created on"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed on"), auto_now=True)

    objects = PresentManager.from_queryset(PracticeQuerySet)()
    everything = NaturalKeyManager.from_queryset(PracticeQuerySet)()

    class Meta:
        verbose_name = _("good practice")
        verbose_name_plural = _("good practices")
        permissions = [("publish_practice", "Can publish good practice")]
        ordering = ["-published_at", "pk"]
        indexes = [
            models.Index(fields=["state", "-published_at", "slug"], name="practice_newest"),
            models.Index(fields=["state", "-updated_at", "slug"], name="practice_updated"),
            # The desk lists practices in any state, by their last change, and offers their years.
            models.Index(fields=["-updated_at", "id"], name="practice_updated_any_state"),
            models.Index(fields=["year"], name="practice_year"),
            *(
                models.Index("state", alphabetically(translated("title", code)), "id", name=f"practice_title_{code}")
                for code, _name in settings.LANGUAGES
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="practice_state_is_known",
                condition=Q(state__in=State.values),
                violation_error_message=_("Choose a state."),
            ),
            models.CheckConstraint(
                name="practice_territory_is_known",
                condition=Q(territory__in=Territory.values),
                violation_error_message=_("Choose a territory."),
            ),
            models.CheckConstraint(
                name="practice_status_is_known",
                condition=Q(status="") | Q(status__in=Status.values),
                violation_error_message=_("Choose a status."),
            ),
            models.CheckConstraint(
                name="practice_cost_band_is_known",
                condition=Q(cost_band="") | Q(cost_band__in=CostBand.values),
                violation_error_message=_("Choose a cost band."),
            ),
            models.CheckConstraint(
                name="practice_ends_after_it_begins",
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                violation_error_message=_("The end cannot come before the beginning."),
            ),
            models.CheckConstraint(
                name="practice_beginning_has_an_exactness",
                condition=complete_or_absent("started_on", "started_precision"),
                violation_error_message=_("Give the beginning together with its exactness."),
            ),
            models.CheckConstraint(
                name="practice_end_has_an_exactness",
                condition=complete_or_absent("ended_on", "ended_precision"),
                violation_error_message=_("Give the end together with its exactness."),
            ),
            models.CheckConstraint(
                name="practice_year_is_plausible",
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR),
                violation_error_message=_("This year cannot be right: write four figures, such as 2017."),
            ),
            models.CheckConstraint(
                name="practice_has_a_title",
                condition=has_source_text("title"),
                violation_error_message=_("Give the title in the source language."),
            ),
            models.CheckConstraint(
                name="published_practice_has_summary_and_date",
                condition=~Q(state=State.PUBLISHED) | (has_source_text("summary") & Q(published_at__isnull=False)),
                violation_error_message=_("A published factsheet needs a summary in the source language."),
            ),
            models.CheckConstraint(
                name="draft_of_a_practice_is_not_public",
                condition=Q(draft_of=None) | Q(state__in=[State.DRAFT, State.IN_REVIEW]),
                violation_error_message=_("The draft of a published factsheet becomes public by publishing it."),
            ),
        ]

    # What may change without the factsheet being another one for its readers.
    FIELDS_OF_STATE = frozenset(
        [
            "state",
            "published_at",
            "publish_on",
            "archived_at",
            "archive_on",
            "deleted_at",
            "deleted_by",
            "deleted_by_id",
        ]
    )

    # What `{% kept %}` rendered of it; see `practices.cards`.
    kept_html: dict[tuple, str] | None = None

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("practices:detail", args=[self.slug])

    @property
    def is_published(self) -> bool:
        return self.state == State.PUBLISHED

    def current_draft(self) -> "Practice | None":
        """In which it is being changed while the public sees it."""
        return type(self).objects.filter(draft_of=self.pk).first()

    @classmethod
    def in_bin(cls) -> models.QuerySet:
        return super().in_bin().filter(draft_of=None)

    @property
    def goes_alone(self) -> bool:
        return self.draft_of_id is None

    def set_deleted(self, at: Any, deleted_by: Any, by: Any = None) -> None:
        """Its draft goes to the bin along with it, and comes back with it."""
        with batch(by=by or deleted_by, how=How.BIN):
            super().set_deleted(at, deleted_by, by)
            draft = type(self).everything.filter(draft_of=self.pk).first()
            if draft:
                draft.set_deleted(at, deleted_by, by)

    @property
    def is_national(self) -> bool:
        return self.territory == Territory.NATIONAL

    @property
    def standing(self) -> Standing:
        """What is known of it today. Who confirmed it after its period or its framework had ended, knew of that."""
        period_end = last_day(self.ended_on, self.ended_precision) if self.ended_on else None
        framework_end = self.framework.ended_on if self.framework else None
        if self.status == Status.ENDED or self.is_over_since(period_end):
            return Standing.ENDED
        if self.is_over_since(framework_end):
            return Standing.REPLACED
        return Standing.CONFIRMED if self.confirmed_on else Standing.UNCONFIRMED

    def is_over_since(self, end: datetime.date | None) -> bool:
        """Whether `end` is past, and nobody has confirmed the practice after it."""
        return bool(end and end < timezone.localdate() and not (self.confirmed_on and self.confirmed_on > end))

    @property
    def may_be_asked_for(self) -> bool:
        """Whether nothing says that it is over. Only a confirmed practice may be called open."""
        return self.standing in (Standing.CONFIRMED, Standing.UNCONFIRMED)

    def count_facts_in_few_words(self) -> int:
        return sum(bool(fact) for fact in (self.cost, self.staff, self.frequency, self.result))

    def clean(self) -> None:
        if self.is_published and self.published_at is None:
            self.published_at = timezone.now()

    def for_work(self) -> "Practice":
        """Where its texts are changed while there is a draft: what was written elsewhere, publishing would undo."""
        return (self.published_at and self.current_draft()) or self

    @classmethod
    def changed_elsewhere(cls) -> models.QuerySet:
        return cls.objects.filter(pk__in=cls.objects.filter(draft_of__isnull=False).values("draft_of"))

    def known_as(self) -> "Practice":
        return self.draft_of or self

    def parts_known_as(self) -> dict[str, str]:
        return paths(self, self.draft_of, self.translation_parts) if self.draft_of else {}

    def begin_draft(self, *, by: Any) -> "Practice":
        """Where a published practice is changed: the draft that exists already, or a copy of all of it."""
        return begin_draft(self, by=by)

    @transaction.atomic
    def publish(self, *, by: Any = None) -> "Practice":
        """Open the practice to the public, or make the public one equal to this draft of it; gives the public one.
        `ValidationError` says what it still lacks."""
        if not self.is_national and not self.communes.exists():
            raise ValidationError(_("Name at least one commune, or choose the whole country as territory."))
        with batch(by=by):
            practice = take_over(self, by=by) if self.draft_of_id else self
            practice.state, practice.publish_on = State.PUBLISHED, None
            practice.full_clean()
            practice.save()
            Review.objects.filter(practice=practice, decided_at=None).decide(True, by=by)
        return practice

    def discard_draft(self, *, by: Any) -> None:
        """Delete this draft of a published practice, which stays as it is."""
        if self.draft_of_id is None:
            raise ValueError("Only the draft of a published practice can be discarded.")
        with batch(by=by):
            self.delete()

    def check_for_publication(self) -> None:
        """Set it to published, without saving it; `ValidationError` says what it still lacks."""
        if not self.is_national and not self.communes.exists():
            raise ValidationError(_("Name at least one commune, or choose the whole country as territory."))
        self.state = State.PUBLISHED
        self.full_clean()

    def archive(self, *, by: Any = None) -> None:
        """Take it from the public. Its texts stay, so feeds and site map do not call it changed."""
        with batch(by=by):
            self.state, self.archived_at, self.archive_on = State.ARCHIVED, timezone.now(), None
            self.save(update_fields=["state", "archived_at", "archive_on"])

    def ask_for_review(self, message: str, *, by: Any) -> "Review":
        """Hand it to those who may publish it."""
        with batch(by=by):
            self.state = State.IN_REVIEW
            self.save()
            return Review.objects.create(practice=self, asked_by=by, message=message)

    def send_back(self, comment: str, *, by: Any) -> None:
        """Say what is still to be changed; whoever asked for the review goes on with it."""
        with batch(by=by):
            self.state = State.DRAFT
            self.save()
            Review.objects.filter(practice=self, decided_at=None).decide(False, comment, by=by)


class PracticeCommune(NaturalKeyModel):
    natural_key_fields = ("practice__slug", "commune__slug")

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="practice_communes")
    commune = models.ForeignKey(
        Commune, verbose_name=_("commune"), on_delete=models.PROTECT, related_name="practice_communes"
    )

    class Meta:
        verbose_name = _("commune served")
        verbose_name_plural = _("communes served")
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "commune"],
                name="practice_serves_a_commune_once",
                violation_error_message=_("This commune is in the list already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.commune)


class SectionKind(models.TextChoices):
    OBJECTIVES = "objectives", _("Mission and objectives")
    NEED = "need", _("The need it answers")
    DESCRIPTION = "description", _("Description and approach")
    CHALLENGES = "challenges", _("Challenges and difficulties")
    SOLUTIONS = "solutions", _("Solutions found")
    ORIGINALITY = "originality", _("What is special about it")
    RESIDENTS = "residents", _("What residents bring")
    RESULTS = "results", _("Results and benefits")
    AUDIENCE = "audience", _("Target group")
    PLACE = "place", _("Place and frequency")
    COSTS = "costs", _("Costs")
    CONDITIONS = "conditions", _("Conditions of success")
    MINIMUM = "minimum", _("The smallest set-up that works")
    STAFF_TIME = "staff-time", _("Staff time")
    LESSONS = "lessons", _("What was learnt")
    OTHER = "other", _("Heading of its own")


class SectionGroup(models.TextChoices):
    """The questions of a reader, under which the sections stand together on the page."""

    IDEA = "idea", _("The idea")
    WHY = "why", _("Why")
    HOW = "how", _("How it works")
    DIFFICULTIES = "difficulties", _("What was difficult, and what helped")
    RESULTS = "results", _("Results and costs")


GROUP_OF = {
    SectionKind.OBJECTIVES: SectionGroup.IDEA,
    SectionKind.ORIGINALITY: SectionGroup.IDEA,
    SectionKind.NEED: SectionGroup.WHY,
    SectionKind.CHALLENGES: SectionGroup.DIFFICULTIES,
    SectionKind.SOLUTIONS: SectionGroup.DIFFICULTIES,
    SectionKind.CONDITIONS: SectionGroup.DIFFICULTIES,
    SectionKind.LESSONS: SectionGroup.DIFFICULTIES,
    SectionKind.RESULTS: SectionGroup.RESULTS,
    SectionKind.COSTS: SectionGroup.RESULTS,
}


class PracticeSection(NaturalKeyModel):
    natural_key_fields = ("practice__slug", "kind", in_source_language("heading"))

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="sections")
    kind = models.CharField(_("kind"), max_length=20, choices=SectionKind)
    heading = models.CharField(_("heading"), max_length=150, blank=True, help_text=_("only for a heading of its own"))
    body = ProseEditorField(_("text"), extensions=RICH_TEXT, sanitize=clean)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["practice", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind"],
                condition=~Q(kind=SectionKind.OTHER),
                name="practice_has_a_section_once",
                violation_error_message=_("The factsheet has a section of this kind already."),
            ),
            models.CheckConstraint(
                name="section_kind_is_known",
                condition=Q(kind__in=SectionKind.values),
                violation_error_message=_("Choose the kind of section."),
            ),
            models.CheckConstraint(
                name="only_an_own_section_has_a_heading",
                condition=Q(kind=SectionKind.OTHER) & has_source_text("heading")
                | ~Q(kind=SectionKind.OTHER) & ~has_source_text("heading"),
                violation_error_message=_("A heading of its own goes with the kind of that name, and only with it."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def group(self) -> SectionGroup:
        return GROUP_OF.get(SectionKind(self.kind), SectionGroup.HOW)

    @property
    def kind_label(self) -> str:
        """As `get_kind_display()` says, which looks through the labels of all kinds each time."""
        return str(SectionKind(self.kind).label)

    @property
    def title(self) -> str:
        return self.heading if self.kind == SectionKind.OTHER else self.kind_label


class OrganisationRole(models.TextChoices):
    CARRIER = "carrier", _("carried by")
    ORGANISER = "organiser", _("organised by")
    PARTNER = "partner", _("partner")
    FUNDER = "funder", _("funded by")


class PracticeOrganisation(NaturalKeyModel):
    natural_key_fields = ("practice__slug", "organisation__slug", "role")

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="practice_organisations")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="practice_organisations",
    )
    role = models.CharField(_("role"), max_length=10, choices=OrganisationRole)
    detail = models.CharField(_("detail"), max_length=250, blank=True, help_text=_("the service or body within it"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("organisation of the factsheet")
        verbose_name_plural = _("organisations of the factsheet")
        ordering = ["practice", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "organisation", "role"],
                name="organisation_has_a_role_once",
                violation_error_message=_("This organisation has that role already."),
            ),
            models.CheckConstraint(
                name="organisation_role_is_known",
                condition=Q(role__in=OrganisationRole.values),
                violation_error_message=_("Choose the role of the organisation."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_role_display()})"


class PracticeContact(NaturalKeyModel):
    natural_key_fields = ("practice__slug", "contact__slug")

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="practice_contacts")
    contact = models.ForeignKey(
        Contact, verbose_name=_("contact"), on_delete=models.PROTECT, related_name="practice_contacts"
    )
    subject = models.CharField(
        _("what to ask about"), max_length=150, blank=True, help_text=_("empty: the whole factsheet")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("contact of the factsheet")
        verbose_name_plural = _("contacts of the factsheet")
        ordering = ["practice", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "contact"],
                name="practice_names_a_contact_once",
                violation_error_message=_("This contact is in the list already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.contact)


class PracticeIndicator(NaturalKeyModel):
    natural_key_fields = ("practice__slug", in_source_language("label"))

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="indicators")
    value = models.DecimalField(_("figure"), max_digits=14, decimal_places=2)
    is_approximate = models.BooleanField(_("approximate"), default=False)
    label = models.CharField(_("unit"), max_length=150, help_text=_("what is counted: “women in weekly courses”"))
    measured_on = models.DateField(_("measured on"), null=True, blank=True)
    measured_precision = models.CharField(_("exactness"), max_length=5, choices=Precision, blank=True)
    source = models.CharField(
        _("source"), max_length=200, blank=True, help_text=_("empty: the source of the factsheet")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["practice", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", in_source_language("label")],
                name="indicator_once_in_its_practice",
                violation_error_message=_("The factsheet has this figure already."),
            ),
            models.CheckConstraint(
                name="indicator_date_has_an_exactness",
                condition=complete_or_absent("measured_on", "measured_precision"),
                violation_error_message=_("Give the date together with its exactness."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value.normalize():f} {self.label}"


class LinkKind(models.TextChoices):
    WEBSITE = "website", _("website")
    SOCIAL = "social", _("social network")
    DOCUMENT = "document", _("document")


class PracticeLink(NaturalKeyModel):
    natural_key_fields = ("practice__slug", "url")

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(_("kind"), max_length=10, choices=LinkKind, default=LinkKind.WEBSITE)
    url = models.URLField(_("web address"), max_length=500)
    label = models.CharField(_("text of the link"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("link or document")
        verbose_name_plural = _("links and documents")
        ordering = ["practice", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "url"],
                name="practice_links_an_address_once",
                violation_error_message=_("This address is in the list already."),
            ),
            models.CheckConstraint(
                name="link_kind_is_known",
                condition=Q(kind__in=LinkKind.values),
                violation_error_message=_("Choose the kind of link."),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class PracticeSource(NaturalKeyModel):
    natural_key_fields = ("practice__slug", "document__slug")

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="practice_sources")
    document = models.ForeignKey(
        SourceDocument,
        verbose_name=_("source document"),
        on_delete=models.PROTECT,
        related_name="practice_sources",
    )
    pages = models.CharField(_("pages"), max_length=50, blank=True, help_text=_("“7” or “8–9”"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("source of the factsheet")
        verbose_name_plural = _("sources of the factsheet")
        ordering = ["practice", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "document"],
                name="practice_names_a_source_once",
                violation_error_message=_("This document is in the list already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.document)


class ReviewQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(decided_at=None)

    def decide(self, is_accepted: bool, comment: str = "", *, by: Any = None) -> None:
        self.update(is_accepted=is_accepted, comment=comment, decided_by=by, decided_at=timezone.now())


class Review(models.Model):
    """One question whether a practice may be published, and the answer to it."""

    is_public = False  # between members of staff

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="reviews")
    message = models.TextField(_("message to the reviewer"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        on_delete=models.SET_NULL,
        related_name="reviews_asked_for",
        null=True,
    )
    asked_at = models.DateTimeField(_("asked on"), auto_now_add=True)
    is_accepted = models.BooleanField(_("accepted"), null=True)
    comment = models.TextField(_("answer of the reviewer"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.SET_NULL,
        related_name="reviews_decided",
        null=True,
    )
    decided_at = models.DateTimeField(_("decided on"), null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice"],
                condition=Q(decided_at=None),
                name="practice_is_reviewed_once_at_a_time",
                violation_error_message=_("This factsheet is in review already."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.practice)
