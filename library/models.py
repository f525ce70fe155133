"""What search and filters keep of the practices: sets of their primary keys. Written by `library.index` and
`library.rebuild` alone."""

from collections.abc import Mapping

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pyroaring import BitMap

from library.fields import KeySetField
from library.postings import in_compounding_languages


class FacetValue(models.Model):
    """One choice by which the library is narrowed (topic sport, commune strassen, year 2017), and the published
    practices that it gives."""

    facet = models.CharField(max_length=20)
    slug = models.CharField(max_length=80)
    practices: "models.Field[BitMap, BitMap]" = KeySetField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facet", "slug"], name="facet_value_once")]

    def __str__(self) -> str:
        return f"{self.facet} {self.slug}"


class WordRow(models.Model):
    word = models.CharField(max_length=100, primary_key=True)
    # The word backwards where it stands in a language that makes one word of several; empty in the others.
    ending = models.CharField(max_length=100, blank=True)
    # Where it stands; see `library.postings`.
    postings: "models.Field[BitMap, BitMap]" = KeySetField()
    # How published practices write it: a line for each spelling, with their number ("12 Été\n3 été"). Empty for what is
    # only the stem of a word.
    spellings = models.TextField(blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.word

    def set_spellings(self, counts: Mapping[str, int]) -> None:
        self.spellings = "\n".join(f"{count} {shown}" for shown, count in sorted(counts.items()) if count > 0)

    def count_spellings(self) -> dict[str, int]:
        """How it is written -> by how many published practices."""
        return spellings_of(self.spellings)

    def set_ending(self) -> None:
        self.ending = self.word[::-1] if not self.postings.isdisjoint(in_compounding_languages()) else ""


def spellings_of(text: str) -> dict[str, int]:
    lines = (line.split(" ") for line in text.splitlines())
    return {shown: int(count) for count, shown in lines}


class PostingList(WordRow):
    """A word, or the stem of one, folded; and all places in which it stands."""

    class Meta:
        indexes = [models.Index(fields=["ending"], name="posting_list_ending", opclasses=["varchar_pattern_ops"])]


class PracticeRow(models.Model):
    key = models.PositiveBigIntegerField(primary_key=True)
    # What stands in the index of it, so that it can be taken out again, also when it is deleted: `Contents.pack()`.
    contents = models.BinaryField(default=bytes)
    # The terms that its page names in each language; see `Contents.shown()`.
    shown_terms: "models.Field[BitMap, BitMap]" = KeySetField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.key)


class IndexedPractice(PracticeRow):
    """A practice, and what the index holds of it."""

    # Counts how often it was indexed: a rebuild tells by it what was changed in the meantime.
    edition = models.PositiveIntegerField(db_default=1)


class Rebuild(models.Model):
    """How far the rebuild has come that is under way, or was interrupted."""

    is_public = False  # nor are the three tables below, until their rows take the place of the old ones

    # Of the code and the settings with which it began: others go on with nothing.
    fingerprint = models.CharField(max_length=64)
    # The names that the terms had then, by their keys.
    names = models.JSONField(default=dict)
    chunks = models.PositiveIntegerField(default=0)
    last_key = models.PositiveBigIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.fingerprint


class RebuiltPractice(PracticeRow):
    is_public = False

    # As it stood in `IndexedPractice` before its texts were read; None when it did not.
    edition = models.PositiveIntegerField(null=True)


class RebuiltPart(models.Model):
    """The words of one chunk of practices that fall into one of the buckets."""

    is_public = False

    bucket = models.PositiveIntegerField()
    chunk = models.PositiveIntegerField()
    contents = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "chunk"], name="rebuilt_part_once")]

    def __str__(self) -> str:
        return f"{self.bucket} {self.chunk}"


class RebuiltPosting(WordRow):
    """A row of the new index, before it takes the place of the old one."""

    is_public = False


class EmptySearchQuerySet(models.QuerySet):
    def readable(self):
        """Those whose words are kept."""
        return self.exclude(query="")


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

    objects = EmptySearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("search without result")
        verbose_name_plural = _("searches without result")
        ordering = ["-count", "query"]
        constraints = [models.UniqueConstraint(fields=["language", "fingerprint"], name="empty_search_once")]

    def __str__(self) -> str:
        return self.query
