"""What is wrong with a project: collected, so that its maker sees all of it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from services.packager.build.plan import Note
from services.packager.project.json_documents import UnreadableError, read_json
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.packager.project.files import ProjectFiles

MAX_SHOWN: Final = 50  # of one kind and altogether in an error; who fixes these exports again


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that has to be changed: where, what, and how."""

    file: str  # of a script with line and column: ``scripts/main.ts:3:7``
    message: str
    path: str = ""  # into the file's JSON: ``$.entities[3].parentId``

    def __str__(self) -> str:
        place = f"{self.file} {self.path}" if self.path else self.file
        return f"{place}: {self.message}"


Item = TypeVar("Item", Problem, Note)


class InvalidProjectError(ProjectError):
    """Everything that keeps a project from being exported."""

    code = "project-invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(problems)
        shown = "\n".join(f"- {problem}" for problem in problems[:MAX_SHOWN])
        more = f"\n… and {count - MAX_SHOWN:,} more" if count > MAX_SHOWN else ""
        head = "one thing has" if count == 1 else f"{count:,} things have"
        super().__init__(
            f"{head} to be changed before this project can be exported:\n{shown}{more}"
        )


class Findings:
    """Collects what a project's maker should know, in the order in which it was found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Note] = []
        self._told: set[str] = set()

    def problem(self, file: str, message: str, *, path: str = "") -> None:
        """Something without which the game would not work."""
        self._once(self.problems, Problem(file=file, message=message, path=path))

    def warn(self, file: str, message: str, *, path: str = "") -> None:
        """Something that the maker will want to look at."""
        text = f"{path}: {message}" if path else message
        self._once(self.notes, Note(file=file, message=text))

    def tell(self, message: str, *, file: str = "") -> None:
        """Something that was done."""
        self.notes.append(Note(level="info", file=file, message=message))

    def check(self) -> None:
        """Go on only if nothing has to be changed.

        Raises:
            InvalidProjectError: All that has to be.
        """
        if self.problems:
            raise InvalidProjectError(self.problems)

    def _once(self, found: list[Item], item: Item) -> None:
        if str(item) not in self._told:
            self._told.add(str(item))
            found.append(item)


def read_document(project: ProjectFiles, path: str, findings: Findings) -> dict[str, Any] | None:
    """A file's JSON object; None, and a problem told, where it is none."""
    try:
        return read_json(project, path)
    except UnreadableError as error:
        findings.problem(path, str(error))
        return None
