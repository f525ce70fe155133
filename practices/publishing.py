"""The form of a practice: what its buttons do besides saving. A published practice is changed in its draft, and no
button but *Publish* changes what the public sees."""

import json
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from reversion.models import Version

from accounts.record import note
from accounts.roles import CONTRIBUTOR, role_of
from core.changes import batch
from desk.confirmation import Item, Listing, Question, ask
from desk.models import Typed
from desk.seen import SEEN
from desk.site import Bar, Button
from desk.typed import FormOf
from practices.checklist import checklist
from practices.drafts import draft_from, paths
from practices.emails import ask_for_review, tell_decision
from practices.forms import PUBLISH, PracticeForm
from practices.models import Practice, Review, State
from practices.sharing import DAYS_SHARED, address_to_share
from practices.terms import superseded_in_all_languages
from translations.admin import UnitAdmin

# Further buttons that save the form.
REVIEW, SEND_BACK, SHARE, PREVIEW = "_review", "_send_back", "_share", "_preview_"
PREVIEWS = {f"{PREVIEW}{code}": code for code, _name in settings.LANGUAGES}


class PublishingAdmin(UnitAdmin):
    form = PracticeForm
    change_form_template = "admin/practices/practice/change_form.html"

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("practices.publish_practice")

    def has_change_permission(self, request: HttpRequest, obj: Practice | None = None) -> bool:
        """Contributors change their own drafts, and no others."""
        if not super().has_change_permission(request, obj):
            return False
        is_own_draft = obj is None or (obj.state == State.DRAFT and obj.created_by_id == request.user.pk)
        return is_own_draft or role_of(request.user) != CONTRIBUTOR

    def save_model(self, request: HttpRequest, obj: Practice, form: ModelForm, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    def has_fixed_address(self, obj: Practice | None) -> bool:
        return obj is not None and obj.published_at is not None

    def view_on_site(self, practice: Practice) -> str:
        is_draft = not practice.is_published
        return reverse("practices:preview", args=[practice.slug]) if is_draft else practice.get_absolute_url()

    def get_fieldsets(self, request: HttpRequest, obj: Practice | None = None) -> Any:
        """A draft keeps the address of the published one; dates of publication are for those who may publish."""
        left_out = {"slug"} if obj and obj.draft_of_id else set()
        left_out |= set() if self.has_publish_permission(request) else {"publish_on", "archive_on"}
        fieldsets = [
            (name, options | {"fields": [field for field in options["fields"] if field not in left_out]})
            for name, options in super().get_fieldsets(request, obj)
        ]
        return [(name, options) for name, options in fieldsets if options["fields"]]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: dict | None = None
    ) -> HttpResponse:
        if request.method == "GET" and object_id is not None:
            draft = Practice.objects.filter(draft_of=self.key_in(object_id)).first()
            if draft:
                return HttpResponseRedirect(self.address_of("change", request, draft))
        if {PUBLISH, SEND_BACK} & request.POST.keys() and not self.has_publish_permission(request):
            raise PermissionDenied
        if request.method == "POST" and PREVIEWS.keys() & request.POST.keys():
            return self.preview(request, object_id, form_url, extra_context)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_form_and_parts(self, request: HttpRequest, object_id: str | None, *args: Any) -> HttpResponse:
        with batch(by=request.user):
            practice = Practice.objects.filter(pk=self.key_in(object_id)).first() if object_id is not None else None
            has_draft = practice is not None and (practice.is_published or practice.current_draft() is not None)
            if practice and has_draft and self.has_change_permission(request, practice):
                draft = practice.begin_draft(by=request.user)
                request.POST = addressed_to(draft, practice, request.POST)  # type: ignore[assignment]
                object_id = str(draft.pk)
            return super().save_form_and_parts(request, object_id, *args)

    def form_of(self, request: HttpRequest, object_id: str | None) -> FormOf:
        """A practice and its draft have one form: what is typed in the one is offered in the other."""
        form = super().form_of(request, object_id)
        public = Practice.objects.filter(draft__pk=self.key_in(object_id)).first() if object_id is not None else None
        return replace(form, key=str(public.pk)) if public else form

    def typed_data(self, typed: Typed, object_id: str | None) -> QueryDict:
        data = super().typed_data(typed, object_id)
        key = self.key_in(object_id) if object_id is not None else None
        draft = Practice.objects.filter(pk=key, draft_of__isnull=False).select_related("draft_of").first()
        return addressed_to(draft, draft.draft_of, data) if draft and draft.draft_of else data

    def restores_as_draft(self, obj: Practice) -> bool:
        return obj.is_published

    def restore_version(self, obj: Practice, versions: list[Version], *, by: Any) -> tuple[Practice, list]:
        return draft_from(obj, versions, by=by) if obj.is_published else super().restore_version(obj, versions, by=by)

    def consequences(self, obj: Practice) -> list[str]:
        along = [gettext("Its draft goes along, and comes back with it.")] if obj.current_draft() else []
        return super().consequences(obj) + along

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """Of a draft beside a published practice nothing is kept: it is discarded, not put in the bin."""
        draft = Practice.objects.filter(pk=self.key_in(object_id), draft_of__isnull=False).first()
        if draft is None:
            return super().delete_view(request, object_id, extra_context)
        if not self.has_change_permission(request, draft):
            raise PermissionDenied
        public: Any = draft.draft_of
        if request.method == "POST":
            with batch(by=request.user):
                draft.discard_draft(by=request.user)
                note("draft discarded", by=request.user, about=public)
            self.form_of(request, str(public.pk)).discard()
            self.message_user(request, _("The draft is discarded. The factsheet is as it was."), messages.SUCCESS)
            return HttpResponseRedirect(self.address_of("change", request, public))
        changed = [Item(name) for name in texts_that_differ(draft, public)]
        question = Question(
            title=gettext("Discard the draft of “%(name)s”?") % {"name": public},
            sentences=[
                _("What was changed in it is lost, with its history. Nobody can bring it back."),
                _("The published factsheet stays as it is.")
                if public.is_published
                else _("The archived factsheet stays as it is."),
            ],
            listings=[Listing(_("Texts that were changed"), changed)] if changed else [],
            button=_("Discard draft"),
            is_danger=True,
            back=self.address_of("change", request, draft),
        )
        return ask(request, self.admin_site, question)

    def taking_away(self, request: HttpRequest, obj: Practice) -> str:
        if obj.draft_of_id is None:
            return super().taking_away(request, obj)
        return gettext("Discard draft") if self.has_change_permission(request, obj) else ""

    def preview(self, request: HttpRequest, *args: Any) -> HttpResponse:
        """The public page of what the form shows, in the language of the button. All of it is saved, read as the page
        reads it, and taken back."""
        with transaction.atomic():
            response = super().changeform_view(request, *args)
            shown = getattr(request, "shown_practice", None)
            if shown is not None:
                language = next(PREVIEWS[name] for name in request.POST if name in PREVIEWS)
                with translation.override(language):
                    response = page_at(reverse("practices:preview", args=[shown.slug]), request, language)
            transaction.set_rollback(True)
        return response

    def response_add(self, request: HttpRequest, obj: Practice, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.response_of_button(request, obj) or super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Practice) -> HttpResponse:
        if response := self.response_of_button(request, obj):
            return response
        response = super().response_change(request, obj)
        if "_continue" in request.POST:
            # The form of the published one was sent, and its draft is what was saved.
            return HttpResponseRedirect(self.address_of("change", request, obj))
        return response

    def response_of_button(self, request: HttpRequest, practice: Practice) -> HttpResponse | None:
        """None for a button that only saves."""
        if PREVIEWS.keys() & request.POST.keys():
            request.shown_practice = practice  # type: ignore[attr-defined]
            return HttpResponse()
        message = request.POST.get("message", "")
        if PUBLISH in request.POST:
            practice = self.publish_one(request, practice)
        elif REVIEW in request.POST:
            review = practice.ask_for_review(message, by=request.user)
            note("sent to review", by=request.user, about=practice)
            self.message_user(request, _("The factsheet is sent to review."), messages.SUCCESS)
            self.tell(request, ask_for_review, review)
        elif SEND_BACK in request.POST:
            practice.send_back(message, by=request.user)
            note("sent back", by=request.user, about=practice)
            self.message_user(request, _("The factsheet is sent back."), messages.SUCCESS)
            self.tell(request, tell_decision, practice.reviews.first())
        elif SHARE in request.POST:
            note("preview shared", by=request.user, about=practice)
            self.message_user(request, link_to_share(request, practice), messages.SUCCESS)
        else:
            return None
        return HttpResponseRedirect(self.address_of("change", request, practice))

    def publish_one(self, request: HttpRequest, practice: Practice) -> Practice:
        """The public one; or the practice itself, if it still lacks something."""
        try:
            public = practice.publish(by=request.user)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return practice
        note("published", by=request.user, about=public)
        sentence = format_html(
            '{} <a href="{}">{}</a>',
            gettext("“%(title)s” is published.") % {"title": public},
            public.get_absolute_url(),
            gettext("See the page"),
        )
        self.message_user(request, sentence, messages.SUCCESS)
        self.tell(request, tell_decision, public.reviews.filter(decided_by=request.user).first())
        return public

    def tell(self, request: HttpRequest, send: Callable[[Review, str], int], review: Review | None) -> None:
        """Write to those whom it concerns, once what was done is certain. Without a mail server the rest stands."""
        if review is None:
            return
        address = request.build_absolute_uri(self.address_of("change", request, review.practice))

        def write() -> None:
            try:
                send(review, address)
            except (OSError, SMTPException):
                sentence = _("The message about it could not be sent: please tell your colleague yourself.")
                self.message_user(request, sentence, messages.WARNING)

        transaction.on_commit(write)

    def bar(self, request: HttpRequest, obj: Practice | None) -> Bar:
        bar = super().bar(request, obj)
        if obj:
            is_change = obj.draft_of_id is not None and obj.state == State.DRAFT
            bar.state = str(obj.get_state_display())
            if is_change:
                is_public = obj.draft_of and obj.draft_of.is_published
                bar.state = gettext("draft of the published one") if is_public else gettext("draft of the archived one")
            bar.state_kind = obj.state
        return bar

    def buttons(self, request: HttpRequest, obj: Practice | None) -> list[Button]:
        buttons = super().buttons(request, obj)
        may_change = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        if not may_change or IS_POPUP_VAR in request.GET:
            return buttons
        more = [Button(gettext("Publish"), PUBLISH)] if self.has_publish_permission(request) else []
        if obj is None or obj.state != State.IN_REVIEW:
            more.append(Button(gettext("Send to review"), REVIEW))
        elif self.has_publish_permission(request):
            more.append(Button(gettext("Send back"), SEND_BACK))
        for name, code in PREVIEWS.items():
            label = gettext("Preview %(language)s") % {"language": code.upper()}
            more.append(Button(label, name, target="_blank"))
        if obj and not obj.is_published:
            more.append(Button(gettext("Link to show it"), SHARE))
        public = obj.draft_of if obj else None
        if public and self.may_take_away(request, public):
            label = gettext("Put the factsheet and its draft in the bin")
            more.append(Button(label, href=self.address_of("delete", request, public)))
        # After those that save, before the one that deletes.
        return [*buttons[:2], *more, *buttons[2:]]

    def render_change_form(self, request: HttpRequest, context: dict, *args, obj=None, **kwargs) -> HttpResponse:
        if obj is not None:
            context["unit"] = unit = obj.fresh()
            context["superseded"] = superseded = superseded_in_all_languages(unit)
            context["checklist"] = items = checklist(unit, superseded)
            context["unmet"] = [item for item in items if not item.is_met]
            context["reviews"] = obj.reviews.select_related("asked_by", "decided_by")
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)


def texts_that_differ(draft: Practice, public: Practice) -> list[str]:
    """How the texts are called that are others in the draft: "Costs · text (DE)"."""
    draft, public = draft.fresh(), public.fresh()
    known = {path: name for name, path in draft.known_paths().items()}
    labels = {name: public.text_label(row, field) for name, row, field in public.text_fields()}
    labels |= {known[path]: draft.text_label(row, field) for path, row, field in draft.text_fields()}
    found = []
    for code, _name in settings.LANGUAGES:
        drafted = {known[path]: text for path, text in draft.texts(code).items()}
        published = public.texts(code)
        names = [name for name in labels if drafted.get(name, "") != published.get(name, "")]
        found += [f"{labels[name]} ({code.upper()})" for name in names]
    return found


def addressed_to(draft: Practice, practice: Practice, data: QueryDict) -> QueryDict:
    """What was sent for `practice`, with the keys of `draft` and its parts. What came from the form of the draft stays.

    A part that the draft does not have any more keeps its key, so that it counts as deleted in the meantime.
    """
    keys = {str(practice.pk): str(draft.pk)}
    same = paths(practice, draft)
    data = data.copy()
    labels = {f"{practice._meta.label_lower}/{practice.pk}": f"{draft._meta.label_lower}/{draft.pk}"}
    for path, other in same.items():
        name, _slash, key = path.partition("/")
        label = practice._meta.get_field(name).related_model._meta.label_lower  # type: ignore[union-attr]
        labels[f"{label}/{key}"] = f"{label}/{other.partition('/')[2]}"
    for name in [name for name in data if name.endswith("-practice") and str(data[name]) in keys]:
        data[name] = keys[str(data[name])]
        row = name.removesuffix("-practice")
        path = f"{row.rpartition('-')[0]}/{data.get(f'{row}-id', '')}"
        if path in same:
            data[f"{row}-id"] = same[path].partition("/")[2]
    try:
        seen = json.loads(data.get(SEEN, ""))
        data[SEEN] = json.dumps({labels.get(label, label): fields for label, fields in seen.items()})
    except (ValueError, AttributeError):
        pass
    return data


def page_at(path: str, request: HttpRequest, language: str) -> HttpResponse:
    """What `request`, had it asked for `path`, would be shown."""
    asked = copy(request)
    asked.method, asked.path, asked.path_info = "GET", path, path
    asked.GET, asked.POST = QueryDict(), QueryDict()
    asked.LANGUAGE_CODE = language
    asked.resolver_match = match = resolve(path)
    response = match.func(asked, *match.args, **match.kwargs)
    return response.render() if hasattr(response, "render") else response


def link_to_share(request: HttpRequest, practice: Practice) -> SafeString:
    address = request.build_absolute_uri(address_to_share(practice))
    sentence = gettext("Whoever has this link sees the draft for %(days)d days, without logging in:")
    return format_html('{} <a href="{}">{}</a>', sentence % {"days": DAYS_SHARED}, address, address)
