from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from contacts.forms import CommuneForm
from contacts.models import Canton, Commune, Contact, Display, Locality, Organisation
from core.languages import all_columns, translated
from core.templatetags.core_tags import partial_date
from core.text import alphabetically
from desk.choices import told_apart
from desk.lists import ConfirmedFilter, FilterOfMany, short
from desk.site import PortalAdmin, PortalInline
from translations.admin import UnitAdmin

# How a contact is shown, in a word.
SHOWN = {
    Display.PUBLIC: pgettext_lazy("contact", "public"),
    Display.RELAY: pgettext_lazy("contact", "by the helpdesk"),
    Display.HIDDEN: pgettext_lazy("contact", "hidden"),
}


class CommuneFilter(FilterOfMany):
    title = _("commune")
    parameter_name = "commune"
    path = "commune"

    def rows(self, model_admin: admin.ModelAdmin) -> QuerySet:
        named = model_admin.model._default_manager.exclude(commune=None).values("commune")
        return Commune.objects.filter(pk__in=named).by_name()


class OrganisationFilter(FilterOfMany):
    title = _("organisation")
    parameter_name = "organisation"
    path = "organisation"

    def rows(self, model_admin: admin.ModelAdmin) -> QuerySet:
        return Organisation.objects.filter(pk__in=Contact.objects.values("organisation")).by_name()


class DissolvedFilter(admin.SimpleListFilter):
    title = pgettext_lazy("organisation", "state")
    parameter_name = "dissolved"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("no", gettext("exists today")), ("yes", gettext("dissolved"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(dissolved_on__isnull=self.value() == "no") if self.value() else queryset


class MergedFilter(admin.SimpleListFilter):
    title = pgettext_lazy("commune", "state")
    parameter_name = "merged"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("no", gettext("commune of today")), ("yes", gettext("merged into another"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(successor__isnull=self.value() == "no") if self.value() else queryset


@admin.register(Canton)
class CantonAdmin(PortalAdmin):
    list_display = ["name", "code"]
    search_fields = ["code", *all_columns("name")]


class LocalityInline(PortalInline):
    model = Locality
    add_label = _("Add a locality")
    classes = ["collapse"]
    # Each would lead to the page of the commune on whose form it stands.
    view_on_site = False


@admin.register(Commune)
class CommuneAdmin(PortalAdmin):
    public_page = "commune-detail"
    list_display = ["name", "canton", "successor", "population", "website"]
    list_filter = ["canton", MergedFilter]
    list_select_related = ["canton", "successor"]
    search_fields = ["code", "aliases", *all_columns("name")]
    autocomplete_fields = ["canton", "successor", "neighbours"]
    choice_relations = ["successor"]
    inlines = [LocalityInline]
    form = CommuneForm
    fieldsets = [
        (None, {"fields": ["name", "aliases", "canton", "website", "neighbours"]}),
        (_("Merger"), {"classes": ["collapse"], "fields": ["successor", "valid_to", "confirm_merger"]}),
        (
            _("For administrators"),
            {
                "classes": ["collapse"],
                "fields": [
                    "slug",
                    "code",
                    "valid_from",
                    "population",
                    "population_on",
                    "area_km2",
                    "latitude",
                    "longitude",
                ],
            },
        ),
    ]

    def choice_label(self, commune: Commune) -> str:
        merged = commune.successor and gettext("merged into %(commune)s") % {"commune": commune.successor}
        return told_apart(str(commune), [merged])

    def linkable_rows(self) -> QuerySet:
        return Commune.objects.current()


@admin.register(Locality)
class LocalityAdmin(PortalAdmin):
    fields = ["name", "commune", "kind", "postal_codes", "aliases", "latitude", "longitude"]
    list_display = ["name", "commune", "kind"]
    list_filter = ["kind", "commune__canton"]
    list_select_related = ["commune"]
    search_fields = ["aliases", *all_columns("name"), *all_columns("commune__name")]
    autocomplete_fields = ["commune"]
    has_add_another = True


class ContactInline(PortalInline):
    model = Contact
    show_change_link = True
    fields = [
        *("name", "desk", "role", "department", "commune", "phones", "email", "address", "opening_hours", "website"),
        *("display", "recorded_year", "confirmed_on", "source", "staff_note", "sort_name", "slug"),
    ]
    line_fields = ["name", "desk", "role"]
    add_label = _("Add a contact")
    autocomplete_fields = ["commune"]
    classes = ["collapse"]


@admin.register(Organisation)
class OrganisationAdmin(UnitAdmin):
    public_page = "organisation-detail"
    list_display = ["name", "short_name", "kind", "commune", "dissolved"]
    list_filter = ["kind", CommuneFilter, DissolvedFilter]
    list_select_related = ["commune"]
    choice_relations = ["commune"]
    search_fields = ["short_name", *all_columns("name"), *all_columns("commune__name")]
    autocomplete_fields = ["commune", "successors"]
    inlines = [ContactInline]

    def get_ordering(self, request: HttpRequest) -> list:
        return [alphabetically(translated("name")), "pk"]

    def choice_label(self, organisation: Organisation) -> str:
        ended = partial_date(organisation.dissolved_on, organisation.dissolved_precision)
        return told_apart(
            organisation.name,
            [
                organisation.short_name,
                organisation.get_kind_display(),
                organisation.commune,
                ended and gettext("existed until %(date)s") % {"date": ended},
            ],
        )

    @admin.display(description=_("existed until"), ordering="dissolved_on")
    def dissolved(self, organisation: Organisation) -> str:
        return partial_date(organisation.dissolved_on, organisation.dissolved_precision)

    def linkable_rows(self) -> QuerySet:
        return Organisation.objects.all()


@admin.register(Contact)
class ContactAdmin(UnitAdmin):
    public_page = "contacts:list"
    list_display = ["sorted_name", "organisation", "commune", "shown", "confirmed"]
    list_filter = ["display", ConfirmedFilter, CommuneFilter, OrganisationFilter, "recorded_year"]
    list_select_related = ["organisation", "commune"]
    # As the public list: by family name.
    ordering = [alphabetically("sort_name"), "pk"]
    choice_relations = ["organisation", "commune"]
    search_fields = [
        "name",
        "email",
        *all_columns("desk"),
        *all_columns("role"),
        *all_columns("organisation__name"),
        *all_columns("commune__name"),
    ]
    autocomplete_fields = ["organisation", "commune"]
    fieldsets = [
        (
            _("Person or office"),
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
        (_("How to reach them"), {"fields": ["phones", "email", "address", "opening_hours", "website"]}),
        (_("For staff"), {"fields": ["display", "recorded_year", "confirmed_on", "source", "staff_note"]}),
    ]

    @admin.display(description=_("name"), ordering=alphabetically("sort_name"))
    def sorted_name(self, contact: Contact) -> str:
        return str(contact)

    def choice_label(self, contact: Contact) -> str:
        words = gettext("confirmed %(year)s") if contact.confirmed_on else gettext("not confirmed, of %(year)s")
        year = contact.confirmed_on.year if contact.confirmed_on else contact.recorded_year
        return told_apart(
            str(contact),
            [
                contact.commune,
                contact.department or contact.organisation,
                words % {"year": year},
                contact.display == Display.HIDDEN and gettext("hidden from the public"),
                contact.organisation.is_dissolved and gettext("the organisation is no more"),
            ],
        )

    @admin.display(description=_("shown"), ordering="display")
    def shown(self, contact: Contact) -> str:
        return str(SHOWN[Display(contact.display)])

    @admin.display(description=_("confirmed"), ordering="confirmed_on")
    def confirmed(self, contact: Contact) -> str:
        return (
            short(contact.confirmed_on)
            if contact.confirmed_on
            else gettext("no, of %(year)s") % {"year": contact.recorded_year}
        )
