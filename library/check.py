"""Compares what is derived from the texts (index, states of translation) with the texts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from django.contrib.contenttypes.models import ContentType
from pyroaring import BitMap

from core.chunks import in_chunks
from core.languages import target_languages
from library.contents import Contents, Reader
from library.index import read_contents
from library.models import FacetValue, IndexedPractice, PostingList
from library.postings import keys_in_all
from library.rebuild import CHUNK, Words
from practices.models import Practice
from practices.terms import vocabulary
from translations.models import UNITS_AT_ONCE, TranslatedUnit, Translation, unit_models


def differences() -> Iterator[str]:
    """One sentence for each row that is not as the texts say."""
    yield from differences_of_index()
    for model in unit_models():
        yield from differences_of_states(model)


def differences_of_index() -> Iterator[str]:
    keys, reader = sorted(Practice.objects.values_list("pk", flat=True)), Reader(vocabulary())
    postings: dict[str, BitMap] = {}
    spellings: dict[str, Counter[str]] = {}
    facets: dict[tuple[str, str], BitMap] = {}
    for some in in_chunks(keys, CHUNK):
        indexed, words = IndexedPractice.objects.in_bulk(some), Words()
        for key, contents in read_contents(some, reader):
            words.add(key, contents)
            if key not in indexed:
                yield f"practice {key}: not indexed"
            elif not is_record_of(indexed[key], contents):
                yield f"practice {key}: its record differs from what stands in it"
        for word, numbers in words.postings().items():
            postings.setdefault(word, BitMap()).update(numbers)
        for word, counts in words.spellings().items():
            spellings.setdefault(word, Counter()).update(counts)
        for name, practices in words.facets.items():
            facets.setdefault(name, BitMap()).update(practices)
    for key in sorted(set(IndexedPractice.objects.values_list("key", flat=True)) - set(keys)):
        yield f"practice {key}: deleted, but still indexed"
    for row in PostingList.objects.iterator():
        expected = postings.pop(row.word, BitMap())
        if row.postings != expected:
            yield f"word “{row}”: {sorted(keys_in_all(row.postings ^ expected))} differ"
        if row.count_spellings() != spellings.get(row.word, {}):
            yield f"word “{row}”: its spellings differ"
    yield from (f"word “{word}”: missing" for word in sorted(postings))
    for value in FacetValue.objects.iterator():
        expected = facets.pop((value.facet, value.slug), BitMap())
        if value.practices != expected:
            yield f"facet “{value}”: {sorted(value.practices ^ expected)} differ"
    yield from (f"facet “{' '.join(name)}”: missing" for name in sorted(facets))


def is_record_of(indexed: IndexedPractice, contents: Contents) -> bool:
    kept = Contents.unpack(bytes(indexed.contents))
    return replace(contents, shown_terms={}) == kept and indexed.shown_terms == contents.shown()


def differences_of_states(model: type[TranslatedUnit]) -> Iterator[str]:
    of_model = Translation.objects.filter(content_type=ContentType.objects.get_for_model(model))
    keys = sorted(model._base_manager.values_list("pk", flat=True))
    for some in in_chunks(keys, UNITS_AT_ONCE):
        rows = {(row.object_id, row.language): row for row in of_model.filter(object_id__in=some)}
        for unit in model._base_manager.filter(pk__in=some).prefetch_related(*model.parts_to_fetch()):
            for language in target_languages():
                translation = rows.get((unit.pk, language))
                if translation is None:
                    yield f"{model._meta.label} {unit.pk} ({language}): no state of translation"
                elif not translation.is_up_to_date(unit):
                    yield f"{model._meta.label} {unit.pk} ({language}): its state does not fit its texts"
    for key in sorted(set(of_model.values_list("object_id", flat=True)) - set(keys)):
        yield f"{model._meta.label} {key}: deleted, but its states of translation are still there"
