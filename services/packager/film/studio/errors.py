"""How a film fails: by the page that is filmed, by a limit, or because its browser has died."""

from __future__ import annotations

from shared.errors import ExportError, ProjectError


class FilmError(ProjectError):
    """A film that cannot be made of this project: it fails at once, and says what to do."""

    code = "film-failed"
    title = "The film cannot be made"


class FilmPageError(FilmError):
    """A script or a shader of the page fails; the message has the console's line and its place.

    Args:
        message: For the maker.
        file: Of the project, where it is known.
        line: In that file, from 1.
    """

    code = "film-page-error"
    title = "The game fails while it is filmed"

    def __init__(self, message: str, *, file: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.file = file
        self.line = line


class FilmNeverReadyError(FilmError):
    """The page does not begin; the message says what it was waiting for."""

    code = "film-never-ready"
    title = "The game never became ready"


class FilmBlackError(FilmError):
    """No frame of the whole film shows anything."""

    code = "film-black"
    title = "The film is black"


class FilmFrozenError(FilmError):
    """No frame differs from the one before it."""

    code = "film-frozen"
    title = "The film does not move"


class FilmTooHeavyError(FilmError):
    """The film needs more of something than one may take.

    Args:
        what: Of what: ``memory``, ``time``, ``disk`` or the like.
        limit: How much one shot may take, with its unit.
    """

    code = "film-too-heavy"
    title = "The film needs more than one may take"

    def __init__(self, what: str, limit: str) -> None:
        super().__init__(
            f"the game needs more {what} than a film may take ({limit}); film it smaller or "
            "shorter, with less supersampling, or make its scene lighter"
        )
        self.what = what


class BrowserDiedError(ExportError):
    """The browser or its process has ended without a reason; the same shot may well succeed."""

    code = "film-browser-died"
    title = "The browser that films has died"
    retryable = True
