from modeltranslation.translator import TranslationOptions, register

from contacts.models import Canton, Commune, Contact, Locality, Organisation


@register(Canton)
class CantonTranslation(TranslationOptions):
    fields = ("name",)


@register(Commune)
class CommuneTranslation(TranslationOptions):
    fields = ("name",)


@register(Locality)
class LocalityTranslation(TranslationOptions):
    fields = ("name",)


@register(Organisation)
class OrganisationTranslation(TranslationOptions):
    fields = ("name", "description", "history_note")


@register(Contact)
class ContactTranslation(TranslationOptions):
    fields = ("desk", "role", "department", "address", "opening_hours")
