"""The portal's tables, read as they are: a text is a column for each language, and `title` is the one of the source."""

from django.db import models

from gresil.settings import LANGUAGE_CODE, LANGUAGES


class ThemeBlock(models.Model):
    slug = models.SlugField()
    code = models.CharField(max_length=4)

    class Meta:
        managed = False
        db_table = "practices_themeblock"


class Practice(models.Model):
    slug = models.SlugField()
    theme = models.ForeignKey(ThemeBlock, models.PROTECT)
    year = models.PositiveSmallIntegerField()
    territory = models.CharField(max_length=10)
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    status = models.CharField(max_length=10)
    cost_band = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    published_at = models.DateTimeField(null=True)
    confirmed_on = models.DateField(null=True)
    staff_note = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "practices_practice"


class PracticeSection(models.Model):
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="sections")
    kind = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()

    class Meta:
        managed = False
        db_table = "practices_practicesection"
        ordering = ["position"]


TEXTS = {
    ThemeBlock: ["title", "short_title", "introduction", "need"],
    Practice: [
        "title",
        "subtitle",
        "summary",
        "territory_name",
        "frequency",
        "cost",
        "staff",
        "result",
        "history_note",
    ],
    PracticeSection: ["heading", "body"],
}
for model, names in TEXTS.items():
    for name in names:
        for code, _language in LANGUAGES:
            column = f"{name}_{code}"
            attribute = name if code == LANGUAGE_CODE else column
            model.add_to_class(attribute, models.TextField(null=True, db_column=column))
