"""How far each translation has come. The texts themselves stand in columns of their models (django-modeltranslation);
here stands, for each object and language, from which original texts its translation was made."""

from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modeltranslation.translator import translator

from core.chunks import in_chunks
from core.languages import target_languages
from core.models import NaturalKeyModel

# Units whose texts are read together.
UNITS_AT_ONCE = 200

# Path of a text within its object -> the text: "title", "sections/12/body". A part is known by its primary key, since
# the words of its natural key are texts themselves, and change.
Texts = Mapping[str, str]


class TranslationState(models.TextChoices):
    """The states of a translation; the text in the source language is the *original* and has no row."""

    MISSING = "missing", _("missing")
    OUTDATED = "outdated", _("outdated")
    DRAFT = "draft", _("machine draft")
    REVIEWED = "reviewed", _("reviewed")


class TranslationQuerySet(models.QuerySet):
    def of(self, unit: "TranslatedUnit"):
        return self.filter(content_type=ContentType.objects.get_for_model(unit), object_id=unit.pk)


class Translation(models.Model):
    content_type = models.ForeignKey(ContentType, verbose_name=_("kind"), on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    unit: Any = GenericForeignKey()
    title = models.CharField(_("title"), max_length=400)
    language = models.CharField(_("language"), max_length=7)
    state = models.CharField(
        pgettext_lazy("translation", "state"), max_length=8, choices=TranslationState, default=TranslationState.MISSING
    )
    is_reviewed = models.BooleanField(
        _("reviewed by a person"), default=False, help_text=_("kept while the original moves on")
    )
    done = models.PositiveSmallIntegerField(_("texts done"), default=0)
    total = models.PositiveSmallIntegerField(_("texts in all"), default=0)
    # Path -> the original text that the translation was made from.
    based_on = models.JSONField(default=dict, editable=False)
    # Path -> fingerprints of the original and of the translation when they were looked at last.
    seen = models.JSONField(default=dict, editable=False)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("state set by"),
        on_delete=models.SET_NULL,
        related_name="translations",
        null=True,
        blank=True,
    )
    set_at = models.DateTimeField(_("state set on"), default=timezone.now)

    objects = TranslationQuerySet.as_manager()

    RECORDED = ["title", "based_on", "seen", "is_reviewed", "state", "done", "total", "set_by", "set_at"]

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        ordering = ["content_type", "object_id", "language"]
        constraints = [
            models.UniqueConstraint(
                fields=["content_type", "object_id", "language"], name="translation_once_per_object_and_language"
            ),
            models.CheckConstraint(name="translation_state_is_known", condition=Q(state__in=TranslationState.values)),
            models.CheckConstraint(
                name="source_language_has_no_translation", condition=~Q(language=settings.LANGUAGE_CODE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.language})"

    @property
    def percentage(self) -> int:
        return 100 * self.done // self.total if self.total else 100

    def stale(self, source: Texts) -> dict[str, tuple[str, str]]:
        """Path -> (original that the translation was made from, original of today), where these differ."""
        return {
            path: (old, source[path]) for path, old in self.based_on.items() if path in source and old != source[path]
        }

    def is_up_to_date(self, unit: "TranslatedUnit") -> bool:
        """Whether the row tells how `unit`, with its parts, is translated now."""
        copy = Translation(**{field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields})
        return not copy.move_on(unit, None, False)

    def move_on(self, unit: "TranslatedUnit", by: Any, is_small_change: bool) -> bool:
        """Compare the texts of now with those of the last time; returns whether anything is to be saved."""
        source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(self.language)
        before = [getattr(self, name) for name in self.RECORDED]
        # An original that is taken away and comes back in other words has changed too.
        based_on = {path: made_from for path, made_from in self.based_on.items() if target.get(path)}
        for path, text in source.items():
            made_from = self.based_on.get(path, text)
            old_source, old_target = self.seen.get(path, ("", fingerprint("")))
            is_rewritten = self.pk is not None and fingerprint(target.get(path, "")) != old_target
            is_spared = is_small_change and fingerprint(made_from) == old_source
            based_on[path] = text if is_rewritten or is_spared else made_from
            self.is_reviewed = self.is_reviewed and not is_rewritten
        with translation.override(settings.LANGUAGE_CODE):
            self.based_on, self.title = based_on, str(unit)[:400]
        old_state = self.state
        self.recount(source, target)
        if self.state != old_state or self.pk is None:
            self.set_by, self.set_at = by, timezone.now()
        return before != [getattr(self, name) for name in self.RECORDED]

    def recount(self, source: Texts, target: Texts) -> None:
        """Set state and figures from the texts as they are now."""
        paths = source.keys() | target.keys()
        self.seen = {
            path: [fingerprint(source.get(path, "")), fingerprint(target.get(path, ""))] for path in sorted(paths)
        }
        missing = [path for path in source if not target.get(path)]
        outdated = [path for path in self.stale(source) if path not in missing]
        self.total, self.done = len(source), len(source) - len(missing) - len(outdated)
        if missing:
            self.state = TranslationState.MISSING
        elif outdated:
            self.state = TranslationState.OUTDATED
        else:
            self.state = TranslationState.REVIEWED if self.is_reviewed else TranslationState.DRAFT


def plain_lines(text: str) -> str:
    """`text` with one kind of line end: browsers send another one than files have."""
    return text.replace("\r\n", "\n")


def fingerprint(text: str) -> str:
    """A few letters that change whenever `text` does."""
    return sha256(plain_lines(text).strip().encode()).hexdigest()[:16]


def translated_fields(model: type[models.Model]) -> list[str]:
    """The translated fields of `model`, in the order in which it declares them."""
    names = translator.get_options_for_model(model).all_fields
    return [field.name for field in model._meta.get_fields() if field.name in names]


class TranslatedUnit(NaturalKeyModel):
    """An object whose translation is one piece of work, together with the parts that belong to it."""

    # Related names of the translated parts, in the order of reading.
    translation_parts: ClassVar[tuple[str, ...]] = ()

    translations = GenericRelation(Translation)

    class Meta:
        abstract = True

    @classmethod
    def parts_to_fetch(cls) -> list[str]:
        """What `prefetch_related()` needs so that reading the texts and their labels asks the database nothing more."""
        lookups = list(cls.translation_parts)
        for related_name in cls.translation_parts:
            part: Any = cls._meta.get_field(related_name).related_model
            relations = [lookup.rpartition("__")[0] for lookup in part.natural_key_fields[1:]]
            lookups += [f"{related_name}__{relation}" for relation in relations if relation]
        return lookups

    def text_fields(self) -> Iterator[tuple[str, models.Model, str]]:
        """(path, object, name of the field) of every translated text of the unit, in the order of reading."""
        for name in translated_fields(type(self)):
            yield name, self, name
        for related_name in self.translation_parts:
            for part in getattr(self, related_name).all():
                for name in translated_fields(type(part)):
                    yield f"{related_name}/{part.pk}/{name}", part, name

    def label_of(self, row: models.Model, name: str) -> str:
        """What translators know a text by: "summary", "Description and approach · text"."""
        label = str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        return label if row is self else f"{row} · {label}"

    def texts(self, language: str) -> dict[str, str]:
        """Path -> text in `language`; only those that are written."""
        fields = ((path, getattr(row, f"{name}_{language}")) for path, row, name in self.text_fields())
        return {path: plain_lines(text) for path, text in fields if text}

    def fresh(self) -> Self:
        """The unit and its parts as the database holds them now."""
        units: Any = type(self)._default_manager
        return units.prefetch_related(*self.parts_to_fetch()).get(pk=self.pk)

    def lock(self) -> None:
        """Lock the row of the unit: whoever changes texts holds it from reading them to the end of the transaction."""
        type(self)._base_manager.filter(pk=self.pk).lock()  # type: ignore[attr-defined]

    def record_translations(self) -> None:
        """Bring the states of all translations up to date. At the end of a batch this happens by itself."""
        record_translations(type(self), {self.pk})

    def mark_reviewed(self, language: str, *, by: Any) -> None:
        """A person has read the translation beside the original of today; what is missing stays missing."""
        unit, row = self.fresh(), Translation.objects.of(self).get(language=language)
        row.based_on = unit.texts(settings.LANGUAGE_CODE)
        row.is_reviewed, row.set_by, row.set_at = True, by, timezone.now()
        row.recount(row.based_on, unit.texts(language))
        row.save()

    def translation_in(self, language: str) -> Translation | None:
        """The state of the translation into `language`; None for the source language, which is the original."""
        return Translation.objects.of(self).filter(language=language).first()


def record_translations(
    model: type[TranslatedUnit], keys: Collection[int], *, by: Any = None, is_small_change: bool = False
) -> None:
    """Bring the states of the translations of these units up to date with their texts, and begin those that are new.

    A translation that was rewritten since the last time counts as made from the original of now, and nobody has
    reviewed it yet. With `is_small_change` those that were up to date stay so although the original has changed.
    """
    content_type = ContentType.objects.get_for_model(model)
    for some in in_chunks(sorted(keys), UNITS_AT_ONCE):
        units: Any = model._default_manager.filter(pk__in=some)
        # Two may change parts of one unit at the same time: the second reads what the first has written.
        units.lock()
        known = {
            (row.object_id, row.language): row
            for row in Translation.objects.filter(content_type=content_type, object_id__in=some)
        }
        begun: list[Translation] = []
        moved_on: list[Translation] = []
        for unit in units.prefetch_related(*model.parts_to_fetch()):
            for language in target_languages():
                row = known.get((unit.pk, language)) or Translation(unit=unit, language=language)
                if row.move_on(unit, by, is_small_change):
                    (moved_on if row.pk else begun).append(row)
        Translation.objects.bulk_create(begun)
        Translation.objects.bulk_update(moved_on, Translation.RECORDED)


def unit_models() -> list[type[TranslatedUnit]]:
    return [model for model in apps.get_models() if issubclass(model, TranslatedUnit)]


class TranslationImport(models.Model):
    """A file that a translator sent, kept whole, with what was taken and what was refused: nothing gets lost."""

    language = models.CharField(_("language"), max_length=7)
    file_name = models.CharField(_("file"), max_length=200)
    content = models.TextField(_("content"))
    taken = models.PositiveIntegerField(_("texts taken"), default=0)
    # A list of {"unit", "path", "label", "reason", "source", "source_today", "target", "target_today"}.
    refused = models.JSONField(_("texts refused"), default=list)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("imported by"),
        on_delete=models.SET_NULL,
        related_name="translation_imports",
        null=True,
    )
    imported_at = models.DateTimeField(_("imported on"), auto_now_add=True)

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        ordering = ["-imported_at", "pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.language})"
