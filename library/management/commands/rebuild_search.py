import time

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from library.rebuild import AlreadyRunningError, rebuild


class Bar:
    """One line of a terminal, written over again and again: what is done, and how long the rest may take."""

    WIDTH = 30

    def __init__(self, output: OutputWrapper) -> None:
        self.output, self.work = output, ""

    def show(self, work: str, done: int, total: int) -> None:
        now = time.monotonic()
        if work != self.work:
            self.work, self.began_at, self.began_with = work, now, done
        filled = self.WIDTH * done // (total or 1)
        line = f"[{'#' * filled}{'.' * (self.WIDTH - filled)}] {done} of {total} {work}"
        if self.began_with < done < total:
            seconds = int((now - self.began_at) * (total - done) / (done - self.began_with))
            line += f", {seconds // 60} min {seconds % 60:02} s left"
        self.output.write(f"\r{line:<79}", ending="" if done < total else "\n")
        self.output.flush()


class Command(BaseCommand):
    help = (
        "Make the whole index anew, after a change of how texts are read. The old one serves meanwhile. One that was "
        "interrupted goes on where it stood."
    )

    def handle(self, *args, **options) -> None:
        is_told = options["verbosity"] > 0
        try:
            count = rebuild(Bar(self.stdout).show) if is_told and self.stdout.isatty() else rebuild()
        except AlreadyRunningError:
            raise CommandError("Another rebuild_search is at work; this one has done nothing.") from None
        if is_told:
            self.stdout.write(f"{count} of {count} factsheets indexed")
