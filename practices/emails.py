"""What the desk writes to members of staff about practices. Each mail is in the language of its reader and leads to
the form; it holds no text of the practice."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from practices.models import Review


def reviewers() -> Iterable[Any]:
    """Those who may publish."""
    return get_user_model().objects.with_perm("practices.publish_practice", backend=BACKEND, include_superusers=False)


BACKEND = "django.contrib.auth.backends.ModelBackend"


def ask_for_review(review: Review, address: str) -> int:
    others = [person for person in reviewers() if person.email and person != review.asked_by]
    return sum(send("practices/emails/review_asked.txt", review, address, person) for person in others)


def tell_decision(review: Review, address: str) -> int:
    person = review.asked_by
    is_told = person is not None and person.is_active and person.email and person != review.decided_by
    return send("practices/emails/review_decided.txt", review, address, person) if is_told else 0


def send(name: str, review: Review, address: str, person: Any) -> int:
    """The number of mails sent; an error of the mail server is the caller's."""
    with translation.override(settings.LANGUAGE_CODE):
        lines = render_to_string(name, {"review": review, "address": address}).splitlines()
    return EmailMessage(lines[0], "\n".join(lines[2:]) + "\n", to=[person.email]).send()
