"""What can be wrong with a film's files; importable without FFmpeg."""

from __future__ import annotations

from shared.errors import ExportError, ProjectError


class FilmTooLargeError(ProjectError):
    """The film does not fit into ``maxBytes``; the message says what would."""

    code = "film-too-large"
    title = "The film does not fit into its size"


class SliceDamagedError(ExportError):
    """A slice's file is not what its spec says: made again, it may be. ``number`` counts from 0."""

    code = "film-slice-damaged"
    title = "A piece of the film is damaged"
    retryable = True

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"slice {number} of the film is damaged: {reason}")
        self.number = number
        self.reason = reason
