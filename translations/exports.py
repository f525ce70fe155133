"""All texts of a language, for an outside translator: one document, or a ZIP archive of several."""

from collections.abc import Iterator
from zipfile import ZIP_DEFLATED, ZipFile

from core.chunks import in_chunks
from translations import xliff
from translations.models import UNITS_AT_ONCE, Translation


class ExportedLanguage:
    """The documents of a language, written one by one, so that only one of them is in memory."""

    def __init__(self, language: str) -> None:
        self.language = language
        rows = Translation.objects.filter(language=language)
        self.parts = list(in_chunks(list(rows.values_list("pk", flat=True)), UNITS_AT_ONCE))

    @property
    def is_archive(self) -> bool:
        return len(self.parts) > 1

    @property
    def file_name(self) -> str:
        return f"gresil-{self.language}.{'zip' if self.is_archive else 'xlf'}"

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
                archive.writestr(f"gresil-{self.language}-{number:03}.xlf", document)
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
