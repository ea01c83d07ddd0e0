"""What the maker of a film should look at: told in the log at once, and with the artifact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain.build_warnings import MOST, BuildWarning, BuildWarnings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.packager.build.build_log import Reporter


class FilmNotes:
    """The warnings of the build, and each that films have beside them once.

    Args:
        build: Those that the build of the site has told already.
        reporter: Takes lines for the maker.
    """

    def __init__(self, build: BuildWarnings, reporter: Reporter) -> None:
        self._build = build
        self._reporter = reporter
        self._found: dict[BuildWarning, None] = {}

    @property
    def warnings(self) -> BuildWarnings:
        """All of them together."""
        first = (*self._build.first, *self._found)[:MOST]
        return BuildWarnings(count=self._build.count + len(self._found), first=first)

    def add(self, notes: Iterable[BuildWarning]) -> None:
        """Tell those that are new."""
        for note in notes:
            if note not in self._found:
                self._found[note] = None
                self._reporter.log(f"{_place(note)}{note.message}", "warning")


def _place(note: BuildWarning) -> str:
    if not note.file:
        return ""
    return f"{note.file}:{note.line}: " if note.line else f"{note.file}: "
