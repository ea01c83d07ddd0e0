"""What a page's console says, judged: an error ends the film, anything else is a note, or nothing.

Its texts are a stranger's, and as many and as long as they like; what is handed on is bounded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from services.packager.film.studio.browser import ORIGIN
from services.packager.film.studio.errors import FilmPageError
from services.packager.film.studio.notes import cut

if TYPE_CHECKING:
    from services.packager.film.studio.notes import Notes

MOST_LINES: Final = 2_000  # of a console that are looked at
MOST_OF_ERROR: Final = 1_500  # letters
MOST_PARTS: Final = 20  # of one line
EVENTS: Final = frozenset({"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"})
INDEX: Final = "index.html"
OF_CAMERA: Final = "Error: film: "  # the camera says itself what to do
MEND: Final = (
    "Open the game in a browser with its console (F12), play to the same moment, and mend what it "
    "shows there; a film has no network, no microphone and no dialogs, which may be why"
)
MEND_EARLY: Final = (
    "What a game logs as an error before it is ready ends its film: mend it, or log a warning "
    "where the game goes on without it"
)
_PLACE: Final = re.compile(
    re.escape(ORIGIN) + r"/([^\s:()?#]{0,500})[^\s:()]{0,500}:(\d{1,9}):(\d{1,9})"
)
_NO_NETWORK: Final = "blocked by CORS policy"  # it was asked for elsewhere
_FAILED_SHADER: Final = re.compile(
    r"shader error|shader is not compiled|program not valid|invalid shader|"
    r"(?:could not|couldn't|failed to|cannot) (?:compile|link).{0,40}(?:shader|program)",
    re.IGNORECASE,
)

Params = dict[str, Any]


class Console:
    """Judges one page's lines, in their order."""

    def __init__(self, notes: Notes) -> None:
        self.is_ready = False  # whether the page has begun to be filmed
        self.lines = 0
        self._notes = notes

    def judge(self, method: str, params: Params) -> FilmPageError | None:
        """Take an event; the error that it is for the film, if it is one.

        Raises:
            KeyError, TypeError, AttributeError: It is no event of a browser.
        """
        self.lines += 1
        if method == "Runtime.exceptionThrown":
            return _thrown(params["exceptionDetails"])
        if method == "Runtime.consoleAPICalled":
            return self._called(params)
        return self._entered(params["entry"])

    def _called(self, params: Params) -> FilmPageError | None:
        kind = params["type"]
        if kind not in {"error", "assert", "warning"}:
            return None
        text = " ".join(_shown(value) for value in params["args"][:MOST_PARTS])
        file, line, column = _top(params.get("stackTrace") or {})
        is_shader = _FAILED_SHADER.search(text[:MOST_OF_ERROR]) is not None
        if kind == "error" and (is_shader or not self.is_ready):
            remedy = MEND if is_shader else MEND_EARLY
            return _error("console.error", text, file, line, column, remedy=remedy)
        code = "film-console-warning" if kind == "warning" else "film-console-error"
        self._notes.add(code, f"the game's console: {text}", file=file, line=line)
        return None

    def _entered(self, entry: Params) -> FilmPageError | None:
        """The browser's own lines; what the network refuses is told by who refuses it."""
        level, source, text = entry["level"], entry["source"], str(entry["text"])
        if level not in {"error", "warning"} or source == "network" or _NO_NETWORK in text:
            return None
        file = _file_of(str(entry.get("url", "")))
        number = entry.get("lineNumber")
        line = int(number) + 1 if number is not None else None
        if level == "error" and _FAILED_SHADER.search(text[:MOST_OF_ERROR]):
            return _error("the browser", text, file, line, None)
        code = "film-console-warning" if level == "warning" else "film-console-error"
        self._notes.add(code, f"the browser's console: {text}", file=file, line=line)
        return None


def rejected(details: Params) -> FilmPageError:
    """Why a call of the page's own functions has failed, and where in the game."""
    exception = details.get("exception") or {}
    text = str(exception.get("description") or exception.get("value") or details.get("text") or "?")
    found = _PLACE.search(text[: 10 * MOST_OF_ERROR])
    said = text.partition("\n    at ")[0]
    if said.startswith(OF_CAMERA):
        return FilmPageError(cut(said.removeprefix(OF_CAMERA), MOST_OF_ERROR))
    if found is None:
        return _error("", said, None, None, None)
    file = cut(unquote(found[1])) or INDEX
    return _error("", said, file, int(found[2]), int(found[3]))


def _thrown(details: Params) -> FilmPageError:
    text = str(details.get("text", ""))
    exception = details.get("exception") or {}
    said = str(exception.get("description") or exception.get("value") or "")
    said = said.partition("\n    at ")[0]
    file, line, column = _top(details.get("stackTrace") or {})
    if file is None and details.get("url"):
        file = _file_of(str(details["url"]))
        line, column = int(details["lineNumber"]) + 1, int(details["columnNumber"]) + 1
    return _error(text or "Uncaught", said, file, line, column)


def _error(
    what: str,
    text: str,
    file: str | None,
    line: int | None,
    column: int | None,
    *,
    remedy: str = MEND,
) -> FilmPageError:
    place = ""
    if file:
        at = ":".join(str(n) for n in (line, column) if n is not None)
        place = f" ({file}:{at})" if at else f" ({file})"
    said = cut(f"{what} {text}".strip(), MOST_OF_ERROR).rstrip(".")
    return FilmPageError(
        f"the game fails while it is filmed{place}: {said}. {remedy}",
        file=file,
        line=line,
    )


def _top(stack: Params) -> tuple[str | None, int | None, int | None]:
    """The first place of a stack that lies in a file of the game."""
    for frame in stack.get("callFrames", [])[:50]:
        file = _file_of(str(frame["url"]))
        if file:
            return file, int(frame["lineNumber"]) + 1, int(frame["columnNumber"]) + 1
    return None, None, None


def _file_of(url: str) -> str | None:
    """The path in the site; None where it is of no file of it."""
    if not url.startswith(f"{ORIGIN}/"):
        return None
    path = unquote(urlsplit(url[:2_000]).path).lstrip("/")
    return cut(path) or INDEX


def _shown(value: Params) -> str:
    """A value that was logged, as a browser's own console begins it."""
    if "value" in value:
        shown = value["value"]
        return shown if isinstance(shown, str) else str(shown)[:MOST_OF_ERROR]
    text = str(value.get("description") or value.get("unserializableValue") or value.get("type"))
    return text[:MOST_OF_ERROR]
