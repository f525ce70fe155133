"""The accounts of staff."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, SetUnusablePasswordMixin
from django.contrib.auth.models import Group, User
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

admin.site.unregister([User, Group])


class PasswordForm(AdminPasswordChangeForm):
    """Django puts this text together when it starts, in the language of that moment, and leaves half of it English."""

    usable_password_help_text = format_lazy(  # type: ignore[assignment]
        '{text}<ul id="id_unusable_warning" class="messagelist"><li class="warning">{warning}</li></ul>',
        text=SetUnusablePasswordMixin.usable_password_help_text,
        warning=_("If disabled, the current password for this user will be lost."),
    )


@admin.register(User)
class StaffAdmin(UserAdmin):
    change_password_form = PasswordForm
    list_filter = ["is_active"]
