"""A plan is what an exporter answers: every file of the artifact, and notes for the maker."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol

import msgspec

from shared.domain.events import Sha256
from shared.domain.project import StoredFile
from shared.errors import PreflightError
from shared.templates import Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.packager.archive.concatenated import Piece
    from services.packager.archive.formats import Container
    from services.packager.archive.member import Member
    from services.packager.build.context import BuildContext
    from services.packager.project.files import ProjectFiles
    from services.packager.request import Request
    from services.packager.storage.derived_files import DerivedFile
    from shared.domain.options import Platform

Carried = Literal["archive", "files"]  # one file that the application reads, or every file alone
MAX_NOTES: Final = 100  # a log that nobody reads to its end helps nobody


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One line for the maker: where, what, and what to do about it."""

    message: str
    level: Literal["info", "warning"] = "warning"
    code: str = "project-warning"  # which kind of warning
    file: str = ""
    line: int = 0
    path: str = ""  # into the file's JSON

    @classmethod
    def kept(cls, path: str) -> Note:
        """A file of the project stands where one would have been made."""
        return cls(level="info", file=path, message="the project's own is kept")

    def __str__(self) -> str:
        file = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(filter(None, (file, self.path, self.message)))


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an artifact, with the one place that its bytes come from.

    It was made here (``data``), lies on the disk (``derived``), or is taken from the project
    (``stored``).
    """

    path: str
    size_bytes: int
    sha256: Sha256
    data: bytes | None = None
    derived: Path | None = None
    stored: StoredFile | None = None

    @classmethod
    def on_disk(cls, path: str, derived: DerivedFile) -> Content:
        """A file that was made of one of the project's."""
        return cls(path=path, size_bytes=derived.size, sha256=derived.sha256, derived=derived.path)

    @classmethod
    def made(cls, path: str, data: bytes) -> Content:
        """A file that the exporter wrote."""
        digest = hashlib.sha256(data).hexdigest()
        return cls(path=path, size_bytes=len(data), sha256=digest, data=data)

    @classmethod
    def of(cls, project: ProjectFiles, path: str, *, suffix: str = "") -> Content:
        """A file of the project, or one that was made in its place: then with another suffix."""
        if path in project.made:
            return cls.made(path + suffix, project.made[path])
        return cls.taken(project.files[path], path=path)

    @classmethod
    def taken(cls, file: StoredFile, *, path: str | None = None) -> Content:
        """A file of the project, its bytes unchanged."""
        return cls(path=path or file.path, size_bytes=file.size, sha256=file.sha256, stored=file)


class Application(Protocol):
    """What goes around the contents of a plan: a program, a bundle, and what belongs to them."""

    @property
    def container(self) -> Container:
        """How its members become one file."""
        ...

    @property
    def carries(self) -> Carried:
        """How the game lies in it."""
        ...

    def members(self, game: Sequence[Piece]) -> Sequence[Member]:
        """All files of the application, checked, in a fixed order; may run programs for minutes.

        Args:
            game: The contents as a ZIP in which everything is stored; or one by one, for an
                application that carries ``files``: they keep their way to be read.

        Raises:
            SelfCheckError: What was made is not what it should be.
        """
        ...


class BuildPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about an artifact before a byte of it is written."""

    contents: tuple[Content, ...]  # sorted by path
    title: str  # the game's name
    version: str  # the game's
    notes: tuple[Note, ...] = ()
    entry: str | None = None  # the file that must be there for the artifact to start
    content_type: str = "application/zip"
    suffix: str = ".zip"
    templates: tuple[Template, ...] = ()  # that went into it
    packages: tuple[str, ...] = ()  # of a registry: name, version and hash
    lacking: tuple[str, ...] = ()  # through no fault of the project: another build may have it
    application: Application | None = None  # None: the contents as a ZIP are the artifact
    reproducible: bool = True  # signatures hold the time

    @property
    def size_bytes(self) -> int:
        """All files together, unpacked."""
        return sum(content.size_bytes for content in self.contents)

    @property
    def reusable(self) -> bool:
        """Whether whoever asks for the same again wants just this artifact, not a better one."""
        return self.reproducible and not self.lacking


class Exporter(Protocol):
    """Makes one platform's artifact; found by :func:`services.packager.platforms.exporters`."""

    name: Platform

    def plan(self, project: ProjectFiles, request: Request, context: BuildContext) -> BuildPlan:
        """Decide every file of the artifact. The same project and request give the same plan.

        Raises:
            ProjectError: The project cannot be exported; the message says what to change.
            TemplateError: What the platform needs is not installed.
        """
        ...


class EmptyArtifactError(PreflightError):
    """Nothing is left to export."""

    code = "project-empty"


def ordered(contents: Iterable[Content]) -> tuple[Content, ...]:
    """Sorted by path, the order of every artifact.

    Raises:
        ValueError: Two contents with the same path, a bug of the exporter.
    """
    by_path: dict[str, Content] = {}
    for content in contents:
        if content.path in by_path:
            raise ValueError(f"two files are planned for {content.path!r}")
        by_path[content.path] = content
    return tuple(by_path[path] for path in sorted(by_path))
