"""What search and filters keep of the practices: sets of their primary keys. Written by `library.index` alone."""

from collections.abc import Sequence
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from library.fields import KeySetField


class KeySetRow(models.Model):
    """Something that practices have in common, and the keys of these practices."""

    told_apart_by: ClassVar[tuple[str, ...]]
    """Fields that no two rows share; the last one is the most selective."""

    practices: "models.Field[BitMap, BitMap]" = KeySetField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return " ".join(str(getattr(self, name)) for name in self.told_apart_by)

    @classmethod
    def of(cls, values: Sequence[str], practices: BitMap) -> Self:
        return cls(**dict(zip(cls.told_apart_by, values, strict=True)), practices=practices)


class FacetValue(KeySetRow):
    """One choice by which the library is narrowed (topic sport, commune strassen, year 2017), and the published
    practices that it gives."""

    told_apart_by = ("facet", "slug")

    facet = models.CharField(max_length=20)
    slug = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facet", "slug"], name="facet_value_once")]


class PostingList(KeySetRow):
    """A word, or its stem, and the practices in which it stands, in one language and one part."""

    told_apart_by = ("language", "part", "word")

    language = models.CharField(max_length=7)
    part = models.CharField(max_length=7)
    word = models.CharField(max_length=100, db_index=True)
    # The word backwards, in languages that make one word of several; empty in the others.
    ending = models.CharField(max_length=100, db_index=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "part", "word"], name="posting_list_once")]

    @classmethod
    def of(cls, values: Sequence[str], practices: BitMap) -> Self:
        row = super().of(values, practices)
        row.ending = row.word[::-1] if row.language in settings.COMPOUNDING_LANGUAGES else ""
        return row


class SearchWord(KeySetRow):
    """A word as published practices write it, and folded: what a misspelt one may have meant."""

    told_apart_by = ("shown", "word")

    shown = models.CharField(max_length=60)
    word = models.CharField(max_length=100, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shown", "word"], name="search_word_once")]


class IndexedPractice(models.Model):
    """In which facet values, posting lists and search words a practice stands, so that it can be taken out of them
    again, also when it has been deleted."""

    key = models.PositiveBigIntegerField(primary_key=True)
    facet_values: "models.Field[BitMap, BitMap]" = KeySetField()
    posting_lists: "models.Field[BitMap, BitMap]" = KeySetField()
    search_words: "models.Field[BitMap, BitMap]" = KeySetField()

    def __str__(self) -> str:
        return str(self.key)


class EmptySearch(models.Model):
    """A search that found nothing, counted: what people look for and the library does not have.

    Its words are kept only once they were asked for on several days, so that nobody's name stays here.
    """

    is_public = False  # for staff: what visitors look for changes no page

    language = models.CharField(_("language"), max_length=7)
    # Tells whether the same words come again, and does not tell the words.
    fingerprint = models.CharField(max_length=64, editable=False)
    query = models.CharField(_("words"), max_length=100, blank=True)
    count = models.PositiveIntegerField(_("how often"), default=1)
    days = models.PositiveIntegerField(_("on how many days"), default=1)
    last_on = models.DateField(_("last on"), default=timezone.localdate)

    class Meta:
        verbose_name = _("search without result")
        verbose_name_plural = _("searches without result")
        ordering = ["-count", "query"]
        constraints = [models.UniqueConstraint(fields=["language", "fingerprint"], name="empty_search_once")]

    def __str__(self) -> str:
        return self.query
