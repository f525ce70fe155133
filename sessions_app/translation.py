from modeltranslation.translator import TranslationOptions, register

from sessions_app.models import (
    AgendaItem,
    Session,
    SessionDocument,
    SessionFigure,
    SessionPartner,
    Speaker,
)


@register(Session)
class SessionTranslation(TranslationOptions):
    fields = ("title", "summary", "venue")


@register(AgendaItem)
class AgendaItemTranslation(TranslationOptions):
    fields = ("title", "description")


@register(Speaker)
class SpeakerTranslation(TranslationOptions):
    fields = ("affiliation",)


@register(SessionPartner)
class SessionPartnerTranslation(TranslationOptions):
    fields = ("detail",)


@register(SessionFigure)
class SessionFigureTranslation(TranslationOptions):
    fields = ("label",)


@register(SessionDocument)
class SessionDocumentTranslation(TranslationOptions):
    fields = ("title",)
