"""The state of each translation.

The texts themselves are columns of their models (django-modeltranslation). A `Translation` row says, for one object and
one language, which original texts the translation was made from, and therefore whether it is still up to date.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, IntegerField, Q
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from modeltranslation.translator import translator

from core.changes import batch, state
from core.chunks import in_chunks
from core.languages import target_languages
from core.models import Binnable, NaturalKeyModel

# Units whose texts are read, locked, exported and imported together.
UNITS_AT_ONCE = 200

# Path of a text within its unit -> the text: "title", "sections/12/body". A part is identified by its primary key:
# its natural key may contain translated text, which changes.
Texts = Mapping[str, str]


class TranslationState(models.TextChoices):
    """The states of a translation; the text in the source language is the *original* and has no row."""

    MISSING = "missing", _("missing")
    OUTDATED = "outdated", _("outdated")
    DRAFT = "draft", _("machine draft")
    REVIEWED = "reviewed", _("reviewed")


class TranslationQuerySet(models.QuerySet):
    def of(self, unit: "TranslatedUnit") -> Self:
        return self.filter(content_type=ContentType.objects.get_for_model(unit), object_id=unit.pk)

    def of_present_units(self) -> Self:
        """Without those of what is in the bin, or is being changed in a draft: its draft stands for it."""
        left_out = Q(pk__in=[])
        for model in unit_models():
            content_type = ContentType.objects.get_for_model(model)
            if issubclass(model, Binnable):
                in_bin = model.everything.filter(deleted_at__isnull=False).values("pk")
                left_out |= Q(content_type=content_type, object_id__in=in_bin)
            elsewhere = model.changed_elsewhere()
            if elsewhere is not None:
                left_out |= Q(content_type=content_type, object_id__in=elsewhere.order_by().values("pk"))
        return self.exclude(left_out)

    def with_units(self) -> Self:
        """With their units and all texts of these, in a number of queries that depends on the models alone."""
        units = [model.with_parts() for model in unit_models()]
        return self.select_related("content_type").prefetch_related(GenericPrefetch("unit", units))


class Translation(models.Model):
    # Of all that a version holds of it; the texts are those of the unit.
    shown_in_history = ("state",)

    content_type = models.ForeignKey(ContentType, verbose_name=_("kind"), on_delete=models.CASCADE)
    object_id = models.PositiveBigIntegerField()
    unit: Any = GenericForeignKey()
    title = models.CharField(_("title"), max_length=400)
    language = models.CharField(_("language"), max_length=7)
    state = models.CharField(
        pgettext_lazy("translation", "state"), max_length=8, choices=TranslationState, default=TranslationState.MISSING
    )
    # Not read any more: `read` tells it text by text. The column goes with the release after 0.2.
    is_reviewed = models.BooleanField(_("reviewed by a person"), default=False, editable=False)
    done = models.PositiveSmallIntegerField(_("texts done"), default=0)
    total = models.PositiveSmallIntegerField(_("texts in all"), default=0)
    # Path -> the original text that the translation was made from.
    based_on = models.JSONField(default=dict, editable=False)
    # Path -> fingerprints of the original and of the translation when the row was last recorded.
    recorded = models.JSONField(default=dict, editable=False)
    # Path -> who has read the translation beside its original and found it right, and when: [key, ISO time]. Kept while
    # the original moves on, so that it counts again if the old original comes back.
    read = models.JSONField(default=dict, editable=False)
    # Path -> fingerprint of the original of which somebody said that the text has to be translated again.
    to_redo = models.JSONField(default=dict, editable=False)
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

    RECORDED_FIELDS = [
        *["title", "based_on", "recorded", "read", "to_redo"],
        *["state", "done", "total", "set_by", "set_at"],
    ]

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        permissions = [("review_translation", "Can review translation")]
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

    def outdated_originals(self, source: Texts) -> dict[str, tuple[str, str]]:
        """Path -> (original that the translation was made from, original of today), where these differ."""
        return {
            path: (old, source[path])
            for path, old in self.based_on.items()
            if path in source and not is_same(old, source[path])
        }

    def gaps(self, source: Texts, target: Texts) -> tuple[list[str], list[str]]:
        """Paths of the texts that are missing, and of those that are outdated, in reading order."""
        outdated = self.outdated_originals(source)
        return (
            [path for path in source if path not in target],
            [path for path in source if path in target and path in outdated],
        )

    def is_up_to_date(self, unit: "TranslatedUnit") -> bool:
        """Whether the row, not the translation, is up to date with the texts of `unit` and its parts."""
        copy = Translation(**{field.attname: getattr(self, field.attname) for field in self._meta.concrete_fields})
        return not copy.record(unit, unit.texts(settings.LANGUAGE_CODE))

    def record(self, unit: "TranslatedUnit", source: Texts, *, by: Any = None) -> bool:
        """Compare the texts of `unit` with those recorded last, and set all recorded fields.

        A text that was translated anew counts as made from the original of today, and nobody has read it yet. A part
        that comes from another unit counts as new.

        Returns whether the row has to be saved.
        """
        target = unit.texts(self.language)
        before = [getattr(self, name) for name in self.RECORDED_FIELDS]
        based_on: dict[str, str] = {}
        read = {}
        for path in source.keys() | target.keys():
            # A translation without an original is made from nothing: any original that comes later is a change.
            original = source.get(path, "")
            _old_original, old_translation = self.recorded.get(path, (NO_TEXT, NO_TEXT))
            is_rewritten = fingerprint(target.get(path, "")) != old_translation
            based_on[path] = original if is_rewritten else self.based_on.get(path, original)
            if path in self.read and not is_rewritten:
                read[path] = self.read[path]
        with translation.override(settings.LANGUAGE_CODE):
            self.based_on, self.read, self.title = based_on, read, str(unit)[:400]
        self.set_state(source, target, by=by)
        return before != [getattr(self, name) for name in self.RECORDED_FIELDS]

    def set_state(self, source: Texts, target: Texts, *, by: Any, at: datetime | None = None) -> None:
        """Set the state, the counts and the fingerprints for these texts, all of which `based_on` knows."""
        old_state = self.state
        self.recorded = fingerprints(source, target)
        missing, outdated = self.gaps(source, target)
        self.to_redo = {path: self.to_redo[path] for path in outdated if path in self.to_redo}
        self.total, self.done = len(source), len(source) - len(missing) - len(outdated)
        if missing:
            self.state = TranslationState.MISSING
        elif outdated:
            self.state = TranslationState.OUTDATED
        else:
            is_read = bool(source) and source.keys() <= self.read.keys()
            self.state = TranslationState.REVIEWED if is_read else TranslationState.DRAFT
        if self.state != old_state or self.pk is None or at:
            self.set_by, self.set_at = by, at or timezone.now()

    @property
    def seen(self) -> str:
        """Changes with every change of the texts, of the original or of the translation."""
        return seen_of(self.recorded)


def seen_of(prints: Mapping[str, list[str]]) -> str:
    return fingerprint(json.dumps(prints, sort_keys=True))


def fingerprints(source: Texts, target: Texts) -> dict[str, list[str]]:
    """Path -> fingerprints of the original and of the translation."""
    paths = sorted(source.keys() | target.keys())
    return {path: [fingerprint(source.get(path, "")), fingerprint(target.get(path, ""))] for path in paths}


def plain_lines(text: str) -> str:
    """`text` with "\\n" as its only line end; browsers send "\\r\\n"."""
    return text.replace("\r\n", "\n")


def is_same(text: str, other: str) -> bool:
    """Whether two texts are the same, apart from line ends and blanks around them."""
    return text == other or plain_lines(text).strip() == plain_lines(other).strip()


def fingerprint(text: str) -> str:
    """The same for two texts if `is_same()` says so."""
    return sha256(plain_lines(text).strip().encode()).hexdigest()[:16]


NO_TEXT = fingerprint("")


@cache
def translated_fields(model: type[models.Model]) -> list[str]:
    """The translated fields of `model`, in the order in which it declares them."""
    names = translator.get_options_for_model(model).all_fields
    return [field.name for field in model._meta.get_fields() if field.name in names]


class TranslatedUnit(NaturalKeyModel):
    """An object that is translated as a whole, together with its parts.

    A transaction that changes its texts locks the row of the unit first, then those of its parts.
    """

    # Related names of the translated parts, in the order of reading.
    translation_parts: ClassVar[tuple[str, ...]] = ()

    translations = GenericRelation(Translation)

    class Meta:
        abstract = True

    @classmethod
    def parts_to_fetch(cls) -> list[str]:
        """Lookups for `prefetch_related()`: with them `texts()` and `text_label()` need no further query.

        The label of a part may name the rows that its natural key points to, so these are fetched too.
        """
        lookups = list(cls.translation_parts)
        for related_name in cls.translation_parts:
            part: Any = cls._meta.get_field(related_name).related_model
            relations = [lookup.rpartition("__")[0] for lookup in part.natural_key_fields[1:]]
            lookups += [f"{related_name}__{relation}" for relation in relations if relation]
        return lookups

    @classmethod
    def with_parts(cls) -> models.QuerySet:
        return cls._default_manager.prefetch_related(*cls.parts_to_fetch())

    def text_fields(self) -> Iterator[tuple[str, models.Model, str]]:
        """(path, row, name of the field) of every translated field of the unit and its parts, in reading order."""
        for name in translated_fields(type(self)):
            yield name, self, name
        for related_name in self.translation_parts:
            parts: models.QuerySet = getattr(self, related_name).all()
            for part in parts:
                for name in translated_fields(part._meta.model):
                    yield f"{related_name}/{part.pk}/{name}", part, name

    def text_label(self, row: models.Model, name: str) -> str:
        """How a text is called for translators: "summary", "Description and approach · text"."""
        label = str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        return label if row is self else f"{row} · {label}"

    def texts(self, language: str) -> dict[str, str]:
        """Path -> text in `language`, without those that are empty."""
        fields = ((path, getattr(row, f"{name}_{language}")) for path, row, name in self.text_fields())
        return {path: plain_lines(text) for path, text in fields if text and text.strip()}

    def for_work(self) -> Self:
        """The object in which staff change what this one shows: itself, unless its model keeps drafts beside it."""
        return self

    @classmethod
    def changed_elsewhere(cls) -> models.QuerySet | None:
        """Those whose texts are changed in another object, by `for_work()`."""
        return None

    def known_as(self) -> Self:
        """The object under whose name translators' files have the texts of this one: it stays when this one goes."""
        return self

    def parts_known_as(self) -> Mapping[str, str]:
        """Parts that have another name in these files: "sections/57" -> "sections/12"."""
        return {}

    def known_paths(self) -> dict[str, str]:
        """Path of a text in such a file -> its path in this object, of all its texts."""
        parts = self.parts_known_as()
        return {renamed_path(path, parts): path for path, _row, _name in self.text_fields()}

    def fresh(self) -> Self:
        """The unit and its parts, read from the database now."""
        return type(self).with_parts().get(pk=self.pk)

    def lock(self) -> None:
        """Wait until nobody else changes the texts of the unit, and keep others from it until the transaction ends."""
        lock_units(type(self), {self.pk})

    def record_translations(self) -> None:
        """Bring the states of the translations up to date. This happens by itself at the end of each batch."""
        record_translations(type(self), {self.pk})

    @transaction.atomic
    def change_translation(
        self, language: str, change: "Change", *, by: Any, at: datetime | None = None
    ) -> Translation:
        """Lock the unit, bring the row of a translation up to date, call `change` with it and its texts, and save it.

        With `at` the state counts as set at that time, whether it is another one or not.
        """
        self.lock()
        unit, row = self.fresh(), Translation.objects.of(self).get(language=language)
        source, target = unit.texts(settings.LANGUAGE_CODE), unit.texts(language)
        row.record(unit, source, by=by)
        change(row, source, target)
        row.set_state(source, target, by=by, at=at)
        row.save()
        return row

    def mark_reviewed(
        self, language: str, *, by: Any, paths: Collection[str] | None = None, at: datetime | None = None
    ) -> Translation:
        """Say that a person has compared the translation of these texts, or of all, with the original of today. What is
        missing stays missing."""
        moment = at or timezone.now()

        def mark(row: Translation, source: Texts, target: Texts) -> None:
            outdated = row.outdated_originals(source)
            # Not those that have no original today: there was nothing to compare them with.
            compared = [path for path in source if path in target and (paths is None or path in paths)]
            key = by.pk if by else None
            row.read |= {
                path: [key, moment.isoformat()] for path in compared if path not in row.read or path in outdated
            }
            row.based_on |= {path: source[path] for path in compared}

        return self.change_translation(language, mark, by=by, at=moment)

    def take_back_review(
        self, language: str, *, by: Any, paths: Collection[str] | None = None, of: datetime | None = None
    ) -> Translation:
        """Say that nobody has read these texts, or any; with `of` only what `by` marked at that moment."""
        mark_of = [by.pk if by else None, of.isoformat()] if of else None

        def take_back(row: Translation, _source: Texts, _target: Texts) -> None:
            row.read = {
                path: mark
                for path, mark in row.read.items()
                if (paths is not None and path not in paths) or (mark_of and mark != mark_of)
            }

        return self.change_translation(language, take_back, by=by)

    def translation_in(self, language: str) -> Translation | None:
        """The translation into `language`; None for the source language, which has no row."""
        if language == settings.LANGUAGE_CODE:
            return None
        return Translation.objects.of(self).filter(language=language).first()


def lock_units(model: type[TranslatedUnit], keys: Collection[int]) -> None:
    """Lock the rows of these units until the end of the transaction, always in the same order.

    Those that this batch has locked already are not asked for again.
    """
    locked = state.batch.locked if state.batch else set()
    for some in in_chunks(sorted(key for key in keys if (model, key) not in locked), UNITS_AT_ONCE):
        rows = model._base_manager.filter(pk__in=some).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))
    locked.update((model, key) for key in keys)


def record_translations(
    model: type[TranslatedUnit],
    keys: Collection[int],
    *,
    by: Any = None,
) -> None:
    """Bring the translations of these units up to date with their texts, and create those that do not exist yet."""
    content_type = ContentType.objects.get_for_model(model)
    with batch():
        # Two transactions may change parts of one unit: the second one has to read what the first has written.
        lock_units(model, keys)
        for some in in_chunks(sorted(keys), UNITS_AT_ONCE):
            existing = {
                (row.object_id, row.language): row
                for row in Translation.objects.filter(content_type=content_type, object_id__in=some)
            }
            differing: list[Translation] = []
            units = list(model.with_parts().filter(pk__in=some))
            for unit in units:
                source = unit.texts(settings.LANGUAGE_CODE)
                rows = [
                    existing.get((unit.pk, language)) or Translation(unit=unit, language=language)
                    for language in target_languages()
                ]
                # As `prefetch_related()` would.
                unit.__dict__.setdefault("_prefetched_objects_cache", {})["translations"] = rows
                if state.batch and len(keys) <= UNITS_AT_ONCE:
                    state.batch.read[model, unit.pk] = unit
                for row in rows:
                    if row.record(unit, source, by=by):
                        differing.append(row)
            Translation.objects.bulk_create(
                differing,
                update_conflicts=True,
                unique_fields=["content_type", "object_id", "language"],
                update_fields=Translation.RECORDED_FIELDS,
            )


Change = Callable[[Translation, Texts, Texts], None]


def unit_for_work(unit: TranslatedUnit) -> TranslatedUnit:
    """The object whose texts the desk shows and changes, and an import writes to, for `unit`."""
    return unit.for_work()


def renamed_path(path: str, parts: Mapping[str, str]) -> str:
    part, _slash, name = path.rpartition("/")
    return f"{parts.get(part, part)}/{name}" if part else path


def copy_translations(source: TranslatedUnit, target: TranslatedUnit, parts: Mapping[str, str]) -> None:
    """Give `target` the states of the translations of `source`, whose texts it has; `parts` says which of its parts is
    which: "sections/12" -> "sections/57". Parts that are not named stand in both under the same key."""

    def renamed(texts: Mapping[str, Any]) -> dict[str, Any]:
        return {renamed_path(path, parts): value for path, value in texts.items()}

    rows = list(Translation.objects.of(source))
    for row in rows:
        row.pk, row.object_id = None, target.pk
        for name in ("based_on", "recorded", "read", "to_redo"):
            setattr(row, name, renamed(getattr(row, name)))
    Translation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["content_type", "object_id", "language"],
        update_fields=Translation.RECORDED_FIELDS,
    )


def unit_models() -> list[type[TranslatedUnit]]:
    """All models of units. Rows of several of them are locked in this order, in which none points to a later one."""
    return [model for model in apps.get_models() if issubclass(model, TranslatedUnit)]


class Opened(models.Model):
    """What a person last saw of a translation at the desk. Only what they have opened may be reviewed in a list."""

    is_public = False

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="openings")
    # `Translation.seen` of that moment.
    seen = models.CharField(max_length=16)
    opened_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "translation"], name="translation_opened_once_by_each")]

    def __str__(self) -> str:
        return f"{self.translation} ({self.user})"


class ArrayLength(Func):
    """The number of items in a JSON array."""

    function = "json_array_length"
    output_field = IntegerField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> tuple:
        return self.as_sql(compiler, connection, function="jsonb_array_length", **context)


class TranslationImportQuerySet(models.QuerySet):
    def without_texts(self) -> Self:
        """With `refused_count`, but without the texts themselves, which are megabytes a row."""
        return self.defer("content", "refused", "taken_texts").annotate(refused_count=ArrayLength("refused"))


class TranslationImport(models.Model):
    """One XLIFF document that was imported, with the texts that were refused. It is kept as it was delivered."""

    is_public = False  # the texts that were taken change other tables

    language = models.CharField(_("language"), max_length=7)
    file_name = models.CharField(_("file"), max_length=200)
    content = models.TextField(_("content"))
    taken = models.PositiveIntegerField(_("texts taken"), default=0)
    # Lists of `translations.imports.Taken` and `translations.imports.Refusal`.
    taken_texts = models.JSONField(default=list, editable=False)
    refused = models.JSONField(_("texts refused"), default=list)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("imported by"),
        on_delete=models.SET_NULL,
        related_name="translation_imports",
        null=True,
    )
    imported_at = models.DateTimeField(_("imported on"), auto_now_add=True)

    objects = TranslationImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        ordering = ["-imported_at", "pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.language})"
