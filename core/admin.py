"""Django's own admin pages, where they speak English in every language."""

from django.contrib import admin
from django.contrib.admin.templatetags import admin_list
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, SetUnusablePasswordMixin
from django.contrib.auth.models import User
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin_site import WordedForStaff

admin.site.unregister(User)


def boolean_icon(value: bool | None) -> SafeString:
    if value is None:
        name, label = "unknown", "–"
    else:
        name, label = ("yes", gettext("Yes")) if value else ("no", gettext("No"))
    return format_html('<img src="{}" alt="{}">', static(f"admin/img/icon-{name}.svg"), label)


# Django's own says True and False. It has no other way in than this name (5.2).
admin_list._boolean_icon = boolean_icon  # type: ignore[attr-defined]


class PasswordForm(AdminPasswordChangeForm):
    """Django puts this text together when it starts, in the language of that moment, and leaves half of it English."""

    usable_password_help_text = format_lazy(  # type: ignore[assignment]
        '{text}<ul id="id_unusable_warning" class="messagelist"><li class="warning">{warning}</li></ul>',
        text=SetUnusablePasswordMixin.usable_password_help_text,
        warning=_("If disabled, the current password for this user will be lost."),
    )


@admin.register(User)
class StaffAdmin(WordedForStaff, UserAdmin):
    change_password_form = PasswordForm
