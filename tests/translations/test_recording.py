"""Random changes of a practice, compared with a simple model of the rules of `Translation.record`."""

import random
from dataclasses import dataclass, field

import pytest

from core.changes import batch
from core.languages import target_languages
from practices.models import Practice, PracticeIndicator
from tests.factories import make_practice
from translations.corrections import answer, questions
from translations.models import Translation, record_translations

pytestmark = pytest.mark.django_db

WORDS = ["", "un", "deux", "trois", "deux\nlignes", "deux\r\nlignes"]
FIELDS = ["title", "subtitle", "frequency"]


@dataclass
class Text:
    """A text of the original with one translation, as the last batch left them."""

    source: str = ""
    target: str = ""
    written_from: str = ""
    is_read: bool = False

    @property
    def state(self) -> str:
        if not self.target:
            return "missing"
        if self.written_from != self.source:
            return "outdated"
        return "read" if self.is_read else "done"


@dataclass
class Rules:
    """What the house says about one language, in other words than the code: text by text."""

    texts: dict[str, Text] = field(default_factory=dict)

    def batch(self, now: dict[str, tuple[str, str]]) -> None:
        """`now` is (original, translation) of each text."""
        self.texts = {path: self.texts.get(path, Text()) for path in now}
        for path, (source, target) in now.items():
            text = self.texts[path]
            if target != text.target:
                text.written_from, text.is_read = source, False
            text.source, text.target = source, target

    def review(self) -> None:
        for text in self.texts.values():
            if text.source and text.target:
                text.written_from, text.is_read = text.source, True

    def correct(self) -> None:
        """Every change of the original was a small correction."""
        for text in self.texts.values():
            if text.source and text.target:
                text.written_from = text.source

    def row(self) -> tuple[str, int, int]:
        """State, texts done, texts in all."""
        states = [text.state for text in self.texts.values() if text.source]
        if "missing" in states:
            state = "missing"
        elif "outdated" in states:
            state = "outdated"
        else:
            state = "reviewed" if states and set(states) == {"read"} else "draft"
        return state, states.count("done") + states.count("read"), len(states)


def texts_now(practice: Practice, language: str) -> dict[str, tuple[str, str]]:
    """Read straight from the columns; no other line ends than "\\n"."""
    rows = [(practice.pk, Practice.objects.get(pk=practice.pk), FIELDS)]
    rows += [(f"indicator {row.pk}", row, ["label"]) for row in PracticeIndicator.objects.filter(practice=practice)]
    return {
        f"{key} {name}": tuple(
            (getattr(row, f"{name}_{code}") or "").replace("\r\n", "\n") for code in ("fr", language)
        )
        for key, row, names in rows
        for name in names
    }


class Changes:
    """Each method changes something of the practice, as Django offers to."""

    def __init__(self, practice: Practice, chance: random.Random) -> None:
        self.practice, self.chance, self.numbers = practice, chance, 0

    def column(self, name: str) -> dict[str, str]:
        language = self.chance.choice(["fr", "de", "lb"])
        # The title of the original is required.
        words = WORDS[1:] if (name, language) == ("title", "fr") else WORDS
        return {f"{name}_{language}": self.chance.choice(words)}

    def columns(self) -> dict[str, str]:
        return self.column("title") | self.column("subtitle") | self.column("frequency")

    def save(self) -> None:
        practice = Practice.objects.get(pk=self.practice.pk)
        for name, words in self.columns().items():
            setattr(practice, name, words)
        practice.save()

    def update(self) -> None:
        Practice.objects.filter(pk=self.practice.pk).update(**self.column(self.chance.choice(FIELDS)))

    def save_without_change(self) -> None:
        Practice.objects.get(pk=self.practice.pk).save()

    def label(self) -> str:
        self.numbers += 1
        return f"{self.chance.choice(WORDS)} {self.numbers}"

    def add(self) -> None:
        translated = {f"label_{language}": self.chance.choice(WORDS) for language in ("de", "lb")}
        self.practice.indicators.create(value=1, label_fr=self.label(), **translated)

    def add_many(self) -> None:
        rows = [PracticeIndicator(practice=self.practice, value=2, label_fr=self.label()) for _number in range(2)]
        PracticeIndicator.objects.bulk_create(rows)

    def change_part(self) -> None:
        for row in self.chosen():
            row.label_fr, row.label_de = self.label(), self.chance.choice(WORDS)
            row.save()

    def change_part_of_translation(self) -> None:
        keys = [row.pk for row in self.chosen()]
        PracticeIndicator.objects.filter(pk__in=keys).update(label_de=self.chance.choice(WORDS))

    def change_parts_together(self) -> None:
        rows = list(self.practice.indicators.all())
        for row in rows:
            row.label_fr = self.label()
        PracticeIndicator.objects.bulk_update(rows, ["label_fr"])

    def remove(self) -> None:
        for row in self.chosen():
            row.delete()

    def remove_all(self) -> None:
        self.practice.indicators.filter(value=self.chance.choice([1, 2])).delete()

    def reorder(self) -> None:
        for row in self.practice.indicators.all():
            PracticeIndicator.objects.filter(pk=row.pk).update(position=self.chance.randrange(9))

    def give_away(self) -> None:
        self.practice.indicators.filter(pk__in=[row.pk for row in self.chosen()]).update(practice=self.other())

    def take_back(self) -> None:
        for row in self.other().indicators.all()[:1]:
            row.practice = self.practice
            row.save()

    def other(self) -> Practice:
        return Practice.objects.get(slug="other")

    def chosen(self) -> list[PracticeIndicator]:
        rows = list(self.practice.indicators.all())
        return self.chance.sample(rows, min(1, len(rows)))


KINDS = [
    Changes.save, Changes.save, Changes.update, Changes.update, Changes.save_without_change,
    Changes.add, Changes.add_many, Changes.change_part, Changes.change_part_of_translation,
    Changes.change_parts_together, Changes.remove, Changes.remove_all, Changes.reorder, Changes.give_away,
    Changes.take_back,
]  # fmt: skip


def rows(practice: Practice) -> list[dict]:
    return list(Translation.objects.of(practice).order_by("language").values())


@pytest.mark.parametrize("seed", range(8))
def test_states_are_as_the_rules_say_after_any_changes(seed):
    chance = random.Random(seed)
    make_practice(slug="other", title_fr="Autre")
    practice = make_practice(title_fr="un", summary_fr="", state="draft", published_at=None)
    changes, languages = Changes(practice, chance), target_languages()
    rules = {language: Rules() for language in languages}
    for language, rule in rules.items():
        rule.batch(texts_now(practice, language))

    for _step in range(20):
        is_correction = chance.random() < 0.25
        is_review = chance.random() < 0.15
        reviewed = chance.sample(languages, int(is_review))
        with batch():
            for change in chance.sample(KINDS, chance.choice([1, 1, 3]) * (not is_review)):
                change(changes)
            for language in reviewed:
                practice.mark_reviewed(language, by=None)
        for language, rule in rules.items():
            rule.batch(texts_now(practice, language))
        for language in reviewed:
            rules[language].review()
        if is_correction:
            for question in questions([practice.fresh()]):
                answer(practice, [text.key for text in question.texts], is_small=True, by=None)
            for rule in rules.values():
                rule.correct()

        states = {row.language: (row.state, row.done, row.total) for row in Translation.objects.of(practice)}
        assert states == {language: rule.row() for language, rule in rules.items()}

    recorded = rows(practice)
    record_translations(Practice, {practice.pk})
    assert rows(practice) == recorded
