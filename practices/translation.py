from modeltranslation.translator import TranslationOptions, register

from practices.models import (
    Audience,
    Practice,
    PracticeContact,
    PracticeIndicator,
    PracticeLink,
    PracticeOrganisation,
    PracticeSection,
    SourceDocument,
    Term,
    ThemeBlock,
    Topic,
)


@register(ThemeBlock)
class ThemeBlockTranslation(TranslationOptions):
    fields = ("title", "short_title", "need", "introduction")


@register(Topic)
class TopicTranslation(TranslationOptions):
    fields = ("name",)


@register(Audience)
class AudienceTranslation(TranslationOptions):
    fields = ("name",)


@register(SourceDocument)
class SourceDocumentTranslation(TranslationOptions):
    fields = ("title", "publisher", "note")


@register(Term)
class TermTranslation(TranslationOptions):
    fields = ("name", "aliases", "meaning")


@register(Practice)
class PracticeTranslation(TranslationOptions):
    fields = (
        "title",
        "subtitle",
        "summary",
        "territory_name",
        "frequency",
        "cost",
        "staff",
        "result",
        "history_note",
    )


@register(PracticeSection)
class PracticeSectionTranslation(TranslationOptions):
    fields = ("heading", "body")


@register(PracticeOrganisation)
class PracticeOrganisationTranslation(TranslationOptions):
    fields = ("detail",)


@register(PracticeContact)
class PracticeContactTranslation(TranslationOptions):
    fields = ("subject",)


@register(PracticeIndicator)
class PracticeIndicatorTranslation(TranslationOptions):
    fields = ("label",)


@register(PracticeLink)
class PracticeLinkTranslation(TranslationOptions):
    fields = ("label",)
