"""What staff see of a page before they publish it."""

from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache


@method_decorator([never_cache, staff_member_required], name="dispatch")
class Preview(PermissionRequiredMixin):
    """Stands before the view of a page: the same page at an address of its own, for those who may read drafts."""

    raise_exception = True
