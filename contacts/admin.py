from django.contrib import admin

from contacts.models import Canton, Commune, Contact, Locality, Organisation
from core.languages import all_columns
from desk.site import PortalAdmin, PortalInline
from translations.admin import UnitAdmin


@admin.register(Canton)
class CantonAdmin(PortalAdmin):
    list_display = ["name", "code"]
    search_fields = ["code", *all_columns("name")]


class LocalityInline(PortalInline):
    model = Locality
    classes = ["collapse"]
    # Each would lead to the page of the commune on whose form it stands.
    view_on_site = False


@admin.register(Commune)
class CommuneAdmin(PortalAdmin):
    list_display = ["name", "canton", "successor", "population", "website"]
    list_filter = ["canton", ("successor", admin.EmptyFieldListFilter)]
    list_select_related = ["canton", "successor"]
    search_fields = ["code", "aliases", *all_columns("name")]
    autocomplete_fields = ["canton", "successor", "neighbours"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [LocalityInline]


@admin.register(Locality)
class LocalityAdmin(PortalAdmin):
    list_display = ["name", "commune", "kind"]
    list_filter = ["kind", "commune__canton"]
    list_select_related = ["commune"]
    search_fields = ["aliases", *all_columns("name"), *all_columns("commune__name")]
    autocomplete_fields = ["commune"]
    has_add_another = True


class ContactInline(PortalInline):
    model = Contact
    show_change_link = True
    autocomplete_fields = ["commune"]
    classes = ["collapse"]


@admin.register(Organisation)
class OrganisationAdmin(UnitAdmin):
    list_display = ["name", "short_name", "kind", "commune"]
    list_filter = ["kind", ("dissolved_on", admin.EmptyFieldListFilter)]
    list_select_related = ["commune"]
    search_fields = ["short_name", *all_columns("name")]
    autocomplete_fields = ["commune", "successors"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ContactInline]


@admin.register(Contact)
class ContactAdmin(UnitAdmin):
    list_display = ["__str__", "role", "organisation", "commune", "display", "recorded_year", "confirmed_on"]
    list_filter = [
        "display",
        ("confirmed_on", admin.EmptyFieldListFilter),
        "recorded_year",
        "organisation__kind",
    ]
    list_select_related = ["organisation", "commune"]
    search_fields = [
        "name",
        "email",
        *all_columns("desk"),
        *all_columns("role"),
        *all_columns("organisation__name"),
    ]
    autocomplete_fields = ["organisation", "commune"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "name",
                    "desk",
                    "sort_name",
                    "slug",
                    "role",
                    "organisation",
                    "department",
                    "commune",
                ]
            },
        ),
        ("", {"fields": ["phones", "email", "address", "opening_hours", "website"]}),
        ("", {"fields": ["display", "recorded_year", "confirmed_on", "source", "staff_note"]}),
    ]
