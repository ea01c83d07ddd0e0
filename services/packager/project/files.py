"""A project, as exporters see it, is the files of one snapshot and a way to read them.

Nothing here knows where the bytes come from; reading blocks until they are there, so exporters run
in a worker thread.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
from typing import TYPE_CHECKING, BinaryIO, Final

from services.packager.project.too_heavy import ProjectTooHeavyError
from shared.domain.globs import matches_any
from shared.domain.project import StoredFile
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from shared.domain.options import ExportOptions

ASSETS: Final = "assets/"
CONTENT: Final = "Content/"  # where the editor's uploads, and templates, keep everything
NO_ASSETS: Final = (".scene", ".level", ".json", ".ts", ".tsx", ".js", ".mjs", ".jsx")  # in there
MAX_READ_BYTES: Final = 16 << 20


class FileTooLargeError(ProjectError):
    """A file that has to be understood, not only copied, is larger than anybody would write it."""

    code = "project-file-too-large"


class ProjectFiles:
    """The files that an export may use, by path, without those that its options leave out.

    ``made`` holds those that were written here, from files of the project.
    """

    def __init__(
        self,
        project_id: str,
        files: Iterable[StoredFile],
        opener: Callable[[StoredFile], BinaryIO],
    ) -> None:
        self.project_id = project_id
        self.name = ""  # as whoever stored the project calls it
        self.made: Mapping[str, bytes] = {}
        self._opener = opener
        self._place({file.path: file for file in files})

    def _place(self, files: Mapping[str, StoredFile]) -> None:
        self.files: Mapping[str, StoredFile] = {path: files[path] for path in sorted(files)}
        self._by_folded_path = {path.casefold(): path for path in self.files}

    def moved(self, files: Mapping[str, StoredFile], *, name: str) -> ProjectFiles:
        """The same project, some of its files under other paths, under its own name."""
        other = ProjectFiles(self.project_id, (), self._opener)
        other.name = name
        other._place(files)
        return other

    def rewritten(self, made: Mapping[str, bytes], *, without: Collection[str]) -> ProjectFiles:
        """The same project with files that were made, and without some others."""
        written = {path: _made(path, data) for path, data in made.items()}
        kept = {path: file for path, file in self.files.items() if path not in without}
        other = self.moved(kept | written, name=self.name)
        other.made = {**self.made, **made}
        return other

    def __contains__(self, path: str) -> bool:
        return path in self.files

    def open(self, path: str) -> BinaryIO:
        """The file's bytes as a stream; blocks until they have been fetched."""
        if path in self.made:
            return io.BytesIO(self.made[path])
        return self._opener(self.files[path])

    def read(self, path: str, *, max_bytes: int = MAX_READ_BYTES) -> bytes:
        """A small file, whole.

        Raises:
            FileTooLargeError: It is larger than ``max_bytes``.
            ProjectTooHeavyError: There is not enough memory for it.
        """
        size = self.files[path].size
        if size > max_bytes:
            message = f"{path} has {size} bytes; at most {max_bytes} can be read here"
            raise FileTooLargeError(message)
        try:
            with self.open(path) as stream:
                return stream.read()
        except MemoryError as error:
            raise ProjectTooHeavyError("memory", file=path) from error

    def spelled(self, path: str) -> str | None:
        """How the project spells the path, whatever its case here; None where there is none."""
        return self._by_folded_path.get(path.casefold())

    def has_folder(self, path: str) -> bool:
        """Whether any file lies below ``path``."""
        prefix = posixpath.join(path, "")
        return any(name.startswith(prefix) for name in self.files)


def selected(files: Iterable[StoredFile], options: ExportOptions) -> list[StoredFile]:
    """What ``includeAssets`` and ``excludePatterns`` leave of a snapshot, in its order."""
    return [
        file
        for file in files
        if (options.include_assets or not is_asset(file.path))
        and not matches_any(file.path, options.exclude_patterns)
    ]


def is_asset(path: str) -> bool:
    """Whether a file is what ``includeAssets`` speaks of: no scene and no script."""
    return path.startswith(ASSETS) or (
        path.startswith(CONTENT) and not path.lower().endswith(NO_ASSETS)
    )


def _made(path: str, data: bytes) -> StoredFile:
    return StoredFile(path, hashlib.sha256(data).hexdigest(), len(data), "", 0)
