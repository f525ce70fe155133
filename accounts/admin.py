"""The accounts of staff, in plain words, and the record."""

from importlib import import_module
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.invitations import invite
from accounts.models import Account, RecordEntry
from accounts.record import ACTS, note
from accounts.roles import ADMINISTRATOR, ROLES, TRANSLATOR, give_role, role_of
from core.languages import languages, target_languages

# What Django and allauth register: secrets, sessions and permissions, which nobody needs to see.
for name in ["django.contrib.auth", "allauth.account", "allauth.mfa", "allauth.usersessions"]:
    import_module(f"{name}.admin")
admin.site.unregister([User, Group, EmailAddress, Authenticator, UserSession])


class AccountForm(forms.ModelForm):
    """Name, e-mail, role, languages. Nothing else of an account is on any form."""

    name = forms.CharField(label=_("name"), max_length=150)
    email = forms.EmailField(label=_("e-mail"), max_length=254)
    role = forms.ChoiceField(
        label=_("role"),
        choices=list(ROLES.items()),
        widget=forms.RadioSelect,
        help_text=_(
            "Contributors write drafts, translators translate, editors change and publish everything, administrators "
            "also see to accounts and delete for good."
        ),
    )
    languages = forms.MultipleChoiceField(
        label=_("translates into"),
        choices=lambda: [(code, name) for code, name in languages() if code in target_languages()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("only for translators"),
    )

    # The person who fills in the form; set by the admin.
    by: Any = None

    class Meta:
        model = User
        fields = ["name", "email", "role", "languages", "is_active"]
        labels = {"is_active": _("may come in")}
        help_texts = {"is_active": _("Take the tick away to close the account: its open sessions end at once.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.instance
        if user.pk:
            account = Account.objects.filter(user=user).first()
            groups = set(user.groups.values_list("name", flat=True))
            held = [role for role in ROLES if role in groups or (user.is_superuser and role == ADMINISTRATOR)]
            self.initial = {
                **self.initial,
                "name": user.get_full_name(),
                "role": held[-1] if held else None,
                "languages": account.languages if account else [],
            }

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email__iexact=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is an account with this address already."))
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("role") == TRANSLATOR and not cleaned.get("languages"):
            self.add_error("languages", _("Choose at least one language."))
        is_own = self.instance.pk is not None and self.by is not None and self.instance.pk == self.by.pk
        if is_own and not cleaned.get("is_active"):
            self.add_error("is_active", _("You cannot close your own account."))
        if is_own and "role" in cleaned and cleaned["role"] != role_of(self.by):
            self.add_error("role", _("You cannot change your own role."))
        return cleaned


@admin.register(User)
class StaffAdmin(admin.ModelAdmin):
    """Who asks for a form of an account types the password once more, unless that was a moment ago."""

    form = AccountForm
    fields = ["name", "email", "role", "languages", "is_active"]
    list_display = ["name", "email", "role", "comes_in", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["first_name", "last_name", "email"]
    ordering = ["first_name", "email", "pk"]
    actions = None
    change_form_template = "admin/accounts/account.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("name"), ordering="first_name")
    def name(self, user: User) -> str:
        return str(user)

    @admin.display(description=_("role"))
    def role(self, user: User) -> str:
        names = {group.name for group in user.groups.all()}
        held = [label for role, label in ROLES.items() if role in names]
        return str(held[-1] if held else ROLES[ADMINISTRATOR] if user.is_superuser else "–")

    @admin.display(description=_("may come in"), boolean=True, ordering="is_active")
    def comes_in(self, user: User) -> bool:
        return user.is_active

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account is closed: what somebody wrote and did stays theirs."""
        return False

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, *args, **kwargs) -> HttpResponse:
        may = self.has_add_permission(request) if object_id is None else self.has_change_permission(request)
        if not may:
            raise PermissionDenied
        return reauthentication_required(super().changeform_view)(request, object_id, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        return type("AccountFormOfThis", (form,), {"by": request.user})

    def save_model(self, request: HttpRequest, user: User, form: Any, change: bool) -> None:
        role, chosen = form.cleaned_data["role"], form.cleaned_data["languages"]
        with transaction.atomic():
            user.first_name, user.last_name = form.cleaned_data["name"], ""
            give_role(user, role, chosen)
            if {"role", "languages"} & set(form.changed_data):
                before = {name: form.initial.get(name) for name in ("role", "languages")}
                note("rights changed", by=request.user, about=user, role=role, languages=chosen, before=before)
            if change and "is_active" in form.changed_data:
                note("account opened" if user.is_active else "account closed", by=request.user, about=user)
            if not user.is_active:
                for session in UserSession.objects.filter(user=user):
                    session.end()
        if not change:
            self.send_invitation(request, user)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The form has no relations of its own."""

    def response_change(self, request: HttpRequest, user: User) -> HttpResponse:
        if "_invite" in request.POST:
            self.send_invitation(request, user)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, user)

    def send_invitation(self, request: HttpRequest, user: User) -> None:
        is_sent = invite(user, request)
        note("invited", by=request.user, about=user, sent=is_sent)
        if is_sent:
            sentence = gettext("An invitation is on its way to %(email)s.") % {"email": user.email}
            self.message_user(request, sentence, messages.SUCCESS)
        else:
            sentence = gettext(
                "The account is there, but the invitation could not be sent: the mail server does not answer. Send it "
                "again from the form of the account."
            )
            self.message_user(request, sentence, messages.ERROR)


class ActFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        known = set(RecordEntry.objects.order_by().values_list("act", flat=True).distinct())
        return [(act, str(words)) for act, words in ACTS.items() if act in known]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(act=self.value()) if self.value() else queryset


@admin.register(RecordEntry)
class RecordAdmin(admin.ModelAdmin):
    list_display = ["at", "by_name", "words", "about"]
    list_filter = [ActFilter]
    search_fields = ["by_name", "about"]
    fields = ["at", "by_name", "words", "about", "details"]
    ordering = ["-at", "-pk"]
    actions = None

    @admin.display(description=_("what"), ordering="act")
    def words(self, entry: RecordEntry) -> str:
        return str(ACTS.get(entry.act, entry.act))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
