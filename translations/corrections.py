"""Asks, once an original has changed: was that a small correction, or has the text to be translated again?

The question stands as long as a translation is outdated for that change, and nobody has answered it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from accounts import record
from core.changes import How, batch
from core.text import plain, word_difference
from translations.models import Texts, TranslatedUnit, Translation, fingerprint


@dataclass(frozen=True)
class ChangedOriginal:
    """A text that has changed since it was translated into these languages."""

    label: str
    path: str
    old: str
    new: str
    languages: tuple[str, ...]

    @property
    def key(self) -> str:
        """Tells this change from a later one of the same text."""
        return key_of(self.path, self.old, self.new)

    @property
    def difference(self) -> list[tuple[str, str]]:
        """See `core.text.word_difference`. Empty where no word has changed, only marks such as a link."""
        old, new = plain(self.old), plain(self.new)
        return word_difference(old, new) if old != new else []


@dataclass(frozen=True)
class Question:
    """All unanswered changes in the texts of one unit."""

    unit: TranslatedUnit
    texts: list[ChangedOriginal]


def key_of(path: str, old: str, new: str) -> str:
    return f"{path}:{fingerprint(old)}:{fingerprint(new)}"


def unanswered(row: Translation, source: Texts) -> dict[str, tuple[str, str]]:
    """Path -> (original that the translation was made from, original of today), where nobody has answered yet."""
    return {
        path: (old, new)
        for path, (old, new) in row.outdated_originals(source).items()
        # Where nothing was translated nothing is outdated.
        if row.recorded.get(path, ("", ""))[1] != fingerprint("") and row.to_redo.get(path) != fingerprint(new)
    }


def questions(units: Iterable[TranslatedUnit]) -> list[Question]:
    """One for each of these units with a change that nobody has answered; the texts are those that it has in memory."""
    by_key = {(ContentType.objects.get_for_model(unit).pk, unit.pk): unit for unit in units}
    wanted = Q(pk=None)
    for content_type, key in by_key:
        wanted |= Q(content_type=content_type, object_id=key)
    rows: defaultdict[tuple[int, int], list[Translation]] = defaultdict(list)
    for row in Translation.objects.filter(wanted).order_by("language"):
        rows[row.content_type_id, row.object_id].append(row)
    found = [Question(unit, changed_originals(unit, rows[key])) for key, unit in by_key.items()]
    return [question for question in found if question.texts]


def changed_originals(unit: TranslatedUnit, rows: Iterable[Translation]) -> list[ChangedOriginal]:
    source = unit.texts(settings.LANGUAGE_CODE)
    languages: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in rows:
        for path, (old, new) in unanswered(row, source).items():
            languages[path, old, new].append(row.language)
    labels = {path: unit.text_label(part, name) for path, part, name in unit.text_fields()}
    order = list(labels)
    found = [ChangedOriginal(labels[change[0]], *change, tuple(codes)) for change, codes in languages.items()]
    return sorted(found, key=lambda text: (order.index(text.path), text.languages))


def answer(unit: TranslatedUnit, keys: Collection[str], *, is_small: bool, by: Any) -> list[str]:
    """Answer for the changes with these keys; what has changed again since they were shown stays open.

    A small correction: what was translated from the old original counts as made from the one of today, and keeps its
    state. Otherwise the translations stay outdated, and nobody is asked again.

    Returns the paths of the texts that were answered for.
    """
    answered = set()

    def change(row: Translation, source: Texts, _target: Texts) -> None:
        for path, (old, new) in unanswered(row, source).items():
            if key_of(path, old, new) in keys:
                answered.add(path)
                if is_small:
                    row.based_on[path] = new
                else:
                    row.to_redo[path] = fingerprint(new)

    with batch(by=by, how=How.FORM):
        for row in Translation.objects.of(unit).order_by("language"):
            unit.change_translation(row.language, change, by=by)
        if answered:
            act = "small correction" if is_small else "to translate again"
            record.note(act, by=by, about=unit, texts=sorted(answered))
    return sorted(answered)
