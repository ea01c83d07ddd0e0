"""Findings are what is wrong with a project, collected so that its maker sees all of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from services.packager.build.plan import Note
from services.packager.project.json_documents import read_json
from services.packager.project.unreadable import UnreadableError, walking
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from services.packager.project.files import ProjectFiles

MAX_SHOWN: Final = 50  # of one kind and altogether in an error; who fixes these exports again
MAX_KEPT: Final = 10_000  # errors, and notes; beyond, nobody counts
MAX_TEXT: Final = 500  # characters of a message, and of a place: both may quote what was read


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that has to be changed: where, what, and how."""

    file: str  # of a script with line and column: ``scripts/main.ts:3:7``
    message: str
    path: str = ""  # into the file's JSON: ``$.entities[3].parentId``
    frame: str = ""  # the lines of code around it

    def __str__(self) -> str:
        place = f"{self.file} {self.path}" if self.path else self.file
        code = "".join(f"\n    {line}" for line in self.frame.splitlines())
        return f"{place}: {self.message}{code}"


class Origin(msgspec.Struct, frozen=True):
    """The document that another one was made of, and the place of each part in it."""

    file: str
    places: Mapping[str, str] | None = None  # None: they are the same

    def place(self, path: str) -> str:
        """Where the part came from, or the nearest part around it that is known."""
        if self.places is None:
            return path
        while path and path not in self.places:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.places.get(path, "")


Item = TypeVar("Item", Finding, Note)


class InvalidProjectError(ProjectError):
    """Everything that keeps a project from being exported."""

    code = "project-invalid"

    def __init__(self, errors: Sequence[Finding]) -> None:
        self.errors = tuple(errors)
        count = len(errors)
        shown = "\n".join(f"- {error}" for error in errors[:MAX_SHOWN])
        more = f"\n… and {count - MAX_SHOWN:,} more" if count > MAX_SHOWN else ""
        head = "one thing has" if count == 1 else f"{count:,} things have"
        super().__init__(
            f"{head} to be changed before this project can be exported:\n{shown}{more}"
        )


class Findings:
    """Collects what a project's maker should know, in the order in which it was found."""

    def __init__(self) -> None:
        self.errors: list[Finding] = []
        self.notes: list[Note] = []
        self.lacking: list[str] = []  # what another build may look into
        self._seen: set[tuple[type, str]] = set()  # an error may say what a warning has said
        self._origins: dict[str, Origin] = {}

    def came_from(self, file: str, origin: Origin) -> None:
        """From now on, tell of the original what is found in the file that was made of it."""
        self._origins[file] = origin

    def original(self, file: str) -> str:
        """The file of the project that this one was made of."""
        return self._origins[file].file if file in self._origins else file

    def error(self, file: str, message: str, *, path: str = "", frame: str = "") -> None:
        """Report what keeps the game from working."""
        file, path = self._placed(file, path)
        found = Finding(
            file=file, message=_shortened(message), path=_shortened(path), frame=_shortened(frame)
        )
        self._once(self.errors, found)

    def warning(self, file: str, message: str, *, path: str = "") -> None:
        """Report what the maker will want to look at."""
        file, path = self._placed(file, path)
        note = Note(file=file, path=_shortened(path), message=_shortened(message))
        self._once(self.notes, note)

    def info(self, message: str, *, file: str = "") -> None:
        """Report what was done."""
        self._once(self.notes, Note(level="info", file=self.original(file), message=message))

    @property
    def is_full(self) -> bool:
        """Whether more errors are of no use to anybody."""
        return len(self.errors) >= MAX_KEPT

    @contextmanager
    def walking(self, file: str) -> Iterator[None]:
        """Report what odd data makes of a walk as that file's error; the block ends there."""
        try:
            with walking(file):
                yield
        except UnreadableError as error:
            self.error(file, str(error))

    def check(self) -> None:
        """Go on only if nothing has to be changed.

        Raises:
            InvalidProjectError: All that has to be.
        """
        if self.errors:
            raise InvalidProjectError(self.errors)

    def _placed(self, file: str, path: str) -> tuple[str, str]:
        origin = self._origins.get(file)
        return (origin.file, origin.place(path)) if origin else (file, path)

    def _once(self, found: list[Item], item: Item) -> None:
        key = (type(item), str(item))
        if len(found) < MAX_KEPT and key not in self._seen:
            self._seen.add(key)
            found.append(item)


def read_document(project: ProjectFiles, path: str, findings: Findings) -> dict[str, Any] | None:
    """A file's JSON object; None, and an error reported, where it is none."""
    try:
        return read_json(project, path)
    except UnreadableError as error:
        findings.error(path, str(error))
        return None


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
