"""Texts of a language, for an outside translator: one document, or a ZIP archive of several."""

from collections.abc import Iterator
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import QuerySet
from django.utils.text import slugify

from core.chunks import in_chunks
from translations import xliff
from translations.models import UNITS_AT_ONCE, Translation


class ExportedTexts:
    """The documents of these translations into one language, written one by one, so that only one of them is in memory.

    `what` says in the name of the file what is in it; all there is, if nothing is said.
    """

    def __init__(self, language: str, translations: QuerySet[Translation], *what: str) -> None:
        self.language = language
        rows = translations.filter(language=language).order_by(*Translation._meta.ordering)
        self.keys = list(rows.values_list("pk", flat=True))
        self.parts = list(in_chunks(self.keys, UNITS_AT_ONCE))
        self.name = "-".join(["gresil", language, *(slugify(word)[:60] for word in what if word)])

    @property
    def is_archive(self) -> bool:
        return len(self.parts) > 1

    @property
    def file_name(self) -> str:
        return f"{self.name}.{'zip' if self.is_archive else 'xlf'}"

    @property
    def content_type(self) -> str:
        return "application/zip" if self.is_archive else "application/xliff+xml"

    def documents(self) -> Iterator[bytes]:
        for keys in self.parts:
            yield xliff.write(self.language, Translation.objects.filter(pk__in=keys).with_units())

    def content(self) -> Iterator[bytes]:
        """The bytes of the file, in pieces."""
        if not self.is_archive:
            yield from self.documents()
            return
        stream = Stream()
        with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
            for number, document in enumerate(self.documents(), start=1):
                archive.writestr(f"{self.name}-{number:03}.xlf", document)
                yield stream.take()
        yield stream.take()


class Stream:
    """A file that `ZipFile` writes to, and whose bytes are taken away in between."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def take(self) -> bytes:
        taken, self.pieces = b"".join(self.pieces), []
        return taken
