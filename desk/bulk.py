"""Actions on many rows of a list: they say what will happen to which, ask, are recorded, and can be taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core import signing
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.record import note
from core.changes import How, batch
from core.models import Binnable
from desk.bin import post_button, public_consequence
from desk.confirmation import Listing, Question, Words, ask, named
from desk.uses import uses_of

# For so many seconds an action can be taken back.
TIME_TO_UNDO = 3600
CONFIRMED = "confirmed"


def nothing(obj: Any) -> str:
    return ""


@dataclass(frozen=True)
class Act:
    """What is done to each of several rows."""

    name: str
    """Of the action of the list."""
    record: str
    """What the record says (`accounts.record.ACTS`)."""
    question: Callable[[int], str]
    """Title of the page, for so many rows."""
    done: Callable[[int], str]
    """Sentence after it."""
    button: Words
    fields: tuple[str, ...]
    """What it changes of a row, so that it can be taken back."""
    do: Callable[[Any, Any], None]
    """Called with the row and who does it."""
    refusal: Callable[[Any], str] = nothing
    """Why it is not done to a row; empty if it is."""
    consequence: Callable[[Any], str] = nothing
    is_danger: bool = False


def stored(obj: Model, fields: tuple[str, ...]) -> dict[str, str | None]:
    """Field -> its value as text."""
    values: dict[str, Any] = {name: obj._meta.get_field(name) for name in fields}
    return {
        name: None if getattr(obj, field.attname) is None else field.value_to_string(obj)
        for name, field in values.items()
    }


def why_not_binned(obj: Any) -> str:
    if not obj.goes_alone:
        return gettext("it goes with the published one")
    uses = uses_of(obj)
    return gettext("in use: %(names)s") % {"names": ", ".join(map(str, uses[:3]))} if uses else ""


BIN = Act(
    "put_selected_in_bin",
    "binned",
    lambda count: ngettext("Put %(count)d in the bin?", "Put %(count)d in the bin?", count) % {"count": count},
    lambda count: ngettext("%(count)d is in the bin.", "%(count)d are in the bin.", count) % {"count": count},
    _("Put in the bin"),
    ("deleted_at", "deleted_by"),
    lambda obj, by: obj.put_in_bin(by=by),
    why_not_binned,
    public_consequence,
    is_danger=True,
)


class BulkPages(ModelAdmin):
    def get_urls(self) -> list:
        if not issubclass(self.model, Binnable):
            return super().get_urls()
        name = f"{self.opts.app_label}_{self.opts.model_name}_undo"
        return [path("undo/", self.admin_site.admin_view(self.undo), name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict:
        actions = super().get_actions(request)
        if issubclass(self.model, Binnable) and self.has_change_permission(request):
            action: Any = (BulkPages.put_selected_in_bin, BIN.name, _("Put the selected ones in the bin"))
            actions[BIN.name] = action
        return actions

    def put_selected_in_bin(self, request: HttpRequest, rows: QuerySet) -> HttpResponse:
        return self.ask_and_do(request, rows, BIN)

    def ask_and_do(self, request: HttpRequest, rows: QuerySet, act: Act) -> HttpResponse:
        if CONFIRMED in request.POST:
            return self.do(request, act)
        skipped: dict[str, list[Model]] = {}
        wanted: list[Model] = []
        for obj in rows:
            if reason := self.refusal(request, obj, act):
                skipped.setdefault(reason, []).append(obj)
            else:
                wanted.append(obj)
        by_consequence: dict[str, list[Model]] = {}
        for obj in wanted:
            by_consequence.setdefault(act.consequence(obj), []).append(obj)
        items = [item for consequence, some in by_consequence.items() for item in named(some, consequence)]
        question = Question(
            title=act.question(len(wanted)) if wanted else gettext("None of these"),
            listings=[
                *([Listing(self.opts.verbose_name_plural or "", items)] if items else []),
                *(
                    Listing(gettext("Left out: %(reason)s") % {"reason": why}, named(some))
                    for why, some in skipped.items()
                ),
            ],
            button=act.button if wanted else "",
            is_danger=act.is_danger,
            hidden={
                "action": act.name,
                "_selected_action": str(wanted[0].pk) if wanted else "",
                CONFIRMED: signing.dumps([obj.pk for obj in wanted], salt=self.salt(act.name), compress=True),
            },
            back=request.get_full_path(),
        )
        return ask(request, self.admin_site, question)

    def salt(self, act: str) -> str:
        return f"desk.bulk.{self.opts.label}.{act}"

    def refusal(self, request: HttpRequest, obj: Any, act: Act) -> str:
        if not self.has_change_permission(request, obj):
            return gettext("you may not change it")
        right = f"{self.opts.app_label}.publish_{self.opts.model_name}"
        if getattr(obj, "is_published", False) and not request.user.has_perm(right):
            return gettext("it is public, and you may not publish")
        return act.refusal(obj)

    def do(self, request: HttpRequest, act: Act) -> HttpResponse:
        try:
            keys = signing.loads(request.POST[CONFIRMED], salt=self.salt(act.name), max_age=TIME_TO_UNDO)
        except signing.BadSignature:
            messages.error(request, gettext("This page is too old. Please choose again."))
            return HttpResponseRedirect(request.get_full_path())
        changes = []
        with batch(by=request.user, how=How.LIST):
            for obj in self.get_queryset(request).filter(pk__in=keys).order_by("pk"):
                if self.refusal(request, obj, act):
                    continue
                before = stored(obj, act.fields)
                act.do(obj, request.user)
                note(act.record, by=request.user, about=obj)
                changes.append([obj.pk, before, stored(obj, act.fields)])
        undo = post_button(
            request,
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_undo"),
            gettext("Undo"),
            changes=signing.dumps(changes, salt=self.salt("undo"), compress=True),
        )
        messages.success(request, format_html("{} {}", act.done(len(changes)), undo))
        return HttpResponseRedirect(request.get_full_path())

    def undo(self, request: HttpRequest) -> HttpResponse:
        """Put back exactly those rows that nobody has changed since, each to the state that it had."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        back = HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        try:
            changes = signing.loads(request.POST.get("changes", ""), salt=self.salt("undo"), max_age=TIME_TO_UNDO)
        except signing.BadSignature:
            messages.error(request, gettext("It is too late to take this back here."))
            return back
        rows: Any = self.model._base_manager
        found, left = rows.in_bulk([key for key, _before, _after in changes]), []
        count = 0
        with batch(by=request.user, how=How.LIST):
            for key, before, after in changes:
                obj = found.get(key)
                if obj is None or not self.may_undo(request, obj) or stored(obj, tuple(after)) != after:
                    left.append(str(obj or key))
                elif self.put_back(obj, before):
                    note("undone", by=request.user, about=obj)
                    count += 1
                else:
                    left.append(str(obj))
        if count:
            sentence = ngettext("%(count)d is as it was before.", "%(count)d are as they were before.", count)
            messages.success(request, sentence % {"count": count})
        if left:
            sentence = gettext("Not put back, because they have changed since: %(names)s")
            messages.warning(request, sentence % {"names": ", ".join(left)})
        return back

    def may_undo(self, request: HttpRequest, obj: Any) -> bool:
        right = f"{self.opts.app_label}.publish_{self.opts.model_name}"
        may_publish = not hasattr(obj, "is_published") or request.user.has_perm(right)
        return self.has_change_permission(request, obj) and may_publish

    def put_back(self, obj: Any, before: dict[str, str | None]) -> bool:
        values: dict[str, Any] = {}
        for name, text in before.items():
            field: Any = self.opts.get_field(name)
            kind = field.target_field if field.is_relation else field
            values[field.name] = None if text is None else kind.to_python(text)
        try:
            with transaction.atomic():
                if "deleted_at" in values:
                    obj.take_out_of_bin(by=None)
                    return True
                type(obj)._base_manager.filter(pk=obj.pk).update(**values)
        except (IntegrityError, ValidationError):
            return False
        return True
