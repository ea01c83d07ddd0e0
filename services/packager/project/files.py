"""A project, as exporters see it, is the files of one snapshot and a way to read them.

Nothing here knows where the bytes come from; reading blocks until they are there, so exporters run
in a worker thread.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from services.packager.project.too_heavy import ProjectTooHeavyError
from shared.domain.globs import matches_any
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shared.domain.options import ExportOptions
    from shared.domain.project import StoredFile

ASSETS: Final = "assets/"
MAX_READ_BYTES: Final = 16 << 20


class FileTooLargeError(ProjectError):
    """A file that has to be understood, not only copied, is larger than anybody would write it."""

    code = "project-file-too-large"


class ProjectFiles:
    """The files that an export may use, by path, without those that its options leave out."""

    def __init__(
        self,
        project_id: str,
        files: Iterable[StoredFile],
        opener: Callable[[StoredFile], BinaryIO],
    ) -> None:
        self.project_id = project_id
        self.files: Mapping[str, StoredFile] = {
            file.path: file for file in sorted(files, key=lambda file: file.path)
        }
        self._opener = opener
        self._by_folded_path = {path.casefold(): path for path in self.files}

    def __contains__(self, path: str) -> bool:
        return path in self.files

    def open(self, path: str) -> BinaryIO:
        """The file's bytes as a stream; blocks until they have been fetched."""
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

    def below(self, folder: str) -> ProjectFiles:
        """The files of a folder, as if it were the whole project."""
        prefix = posixpath.join(folder, "")
        inner = (
            msgspec.structs.replace(file, path=path.removeprefix(prefix))
            for path, file in self.files.items()
            if path.startswith(prefix)
        )
        return ProjectFiles(self.project_id, inner, lambda file: self.open(prefix + file.path))

    def has_folder(self, path: str) -> bool:
        """Whether any file lies below ``path``."""
        prefix = posixpath.join(path, "")
        return any(name.startswith(prefix) for name in self.files)


def selected(files: Iterable[StoredFile], options: ExportOptions) -> list[StoredFile]:
    """What ``includeAssets`` and ``excludePatterns`` leave of a snapshot, in its order."""
    return [
        file
        for file in files
        if (options.include_assets or not file.path.startswith(ASSETS))
        and not matches_any(file.path, options.exclude_patterns)
    ]
