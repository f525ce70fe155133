"""Compares what is derived from the texts (index, states of translation) with the texts."""

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from pyroaring import BitMap

from core.chunks import in_chunks
from core.languages import target_languages
from library.index import MOST_HELD, ROWS, read_entries
from library.models import IndexedPractice
from practices.models import Practice
from translations.models import UNITS_AT_ONCE, TranslatedUnit, Translation, unit_models


def differences() -> Iterator[str]:
    """One sentence for each row that is not as the texts say."""
    yield from differences_of_index()
    for model in unit_models():
        yield from differences_of_states(model)


def differences_of_index() -> Iterator[str]:
    keys = sorted(Practice.objects.values_list("pk", flat=True))
    needed: dict[str, dict[tuple[str, ...], BitMap]] = {name: {} for name in ROWS}
    for some in in_chunks(keys, MOST_HELD):
        for name, rows in read_entries(some).items():
            for values, practices in rows.items():
                needed[name][values] = needed[name].get(values, BitMap()) | practices
    indexed = {row.key: row for row in IndexedPractice.objects.iterator()}
    for key in sorted(indexed.keys() ^ set(keys)):
        yield f"practice {key}: {'deleted, but still indexed' if key in indexed else 'not indexed'}"
    for name, model in ROWS.items():
        stands: dict[int, BitMap] = {}
        for kept in model._default_manager.iterator():
            values = tuple(getattr(kept, field) for field in model.told_apart_by)
            expected = needed[name].pop(values, BitMap())
            if kept.practices != expected:
                yield f"{name} “{kept}”: {sorted(kept.practices ^ expected)} differ"
            for key in kept.practices:
                stands.setdefault(key, BitMap()).add(kept.pk)
        yield from (f"{name} {values}: missing" for values in sorted(needed[name]))
        for key, row in indexed.items():
            if getattr(row, name) != stands.get(key, BitMap()):
                yield f"practice {key}: its record of {name} differs from the rows in which it stands"


def differences_of_states(model: type[TranslatedUnit]) -> Iterator[str]:
    of_model = Translation.objects.filter(content_type=ContentType.objects.get_for_model(model))
    keys = sorted(model._default_manager.values_list("pk", flat=True))
    for some in in_chunks(keys, UNITS_AT_ONCE):
        rows = {(row.object_id, row.language): row for row in of_model.filter(object_id__in=some)}
        for unit in model._default_manager.filter(pk__in=some).prefetch_related(*model.parts_to_fetch()):
            for language in target_languages():
                translation = rows.get((unit.pk, language))
                if translation is None:
                    yield f"{model._meta.label} {unit.pk} ({language}): no state of translation"
                elif not translation.is_up_to_date(unit):
                    yield f"{model._meta.label} {unit.pk} ({language}): its state does not fit its texts"
    for key in sorted(set(of_model.values_list("object_id", flat=True)) - set(keys)):
        yield f"{model._meta.label} {key}: deleted, but its states of translation are still there"
