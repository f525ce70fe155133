from django.core.cache.backends.filebased import FileBasedCache


class PageFiles(FileBasedCache):
    """Kept pages as files of one machine, for all its workers; they outlive a restart.

    The number of keys is fixed (`core.pages.Shared`), so nothing is ever removed. Django would list all files for each
    that it writes, to see whether there are too many.
    """

    def _cull(self) -> None:
        pass
