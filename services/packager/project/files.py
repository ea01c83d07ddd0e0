"""A project, as exporters see it, is the files of one snapshot and a way to read them.

Nothing here knows where the bytes come from; reading blocks until they are there, so exporters run
in a worker thread.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from services.packager.project.too_heavy import ProjectTooHeavyError
from shared.domain.globs import matches_any
from shared.domain.project import StoredFile
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

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
        files: Iterable[StoredFile] | Mapping[str, StoredFile],
        opener: Callable[[StoredFile], BinaryIO],
        *,
        name: str = "",
        made: Mapping[str, bytes] | None = None,
    ) -> None:
        """Take a project's files.

        Args:
            project_id: Of the project.
            files: By the paths that they have here, or under their own.
            opener: Gives the bytes of a stored file.
            name: The project's, as whoever stored it calls it.
            made: The bytes of files that were written here.
        """
        self.project_id = project_id
        self.name = name
        self._opener = opener
        self._made = dict(made or {})
        places = dict(files) if isinstance(files, Mapping) else {file.path: file for file in files}
        self._files = {path: places[path] for path in sorted(places)}
        self._by_folded_path = {path.casefold(): path for path in self._files}

    @property
    def files(self) -> Mapping[str, StoredFile]:
        """All of them by path, sorted."""
        return self._files

    @property
    def made(self) -> Mapping[str, bytes]:
        """Those that were written here."""
        return self._made

    def moved(self, files: Mapping[str, StoredFile], *, name: str) -> ProjectFiles:
        """The same project, some of its files under other paths, under its own name."""
        return ProjectFiles(self.project_id, files, self._opener, name=name)

    def rewritten(self, made: Mapping[str, bytes], *, without: Collection[str]) -> ProjectFiles:
        """The same project with files that were made, and without some others."""
        kept = {path: file for path, file in self.files.items() if path not in without}
        kept |= {path: _made(path, data) for path, data in made.items()}
        written = {**self._made, **made}
        return ProjectFiles(self.project_id, kept, self._opener, name=self.name, made=written)

    def replace(self, path: str, data: bytes) -> None:
        """From now on, let the file be what was made of it."""
        self._made[path] = data
        self._files[path] = _made(path, data)

    def __contains__(self, path: str) -> bool:
        return path in self.files

    def open(self, path: str) -> BinaryIO:
        """The file's bytes as a stream; blocks until they have been fetched."""
        if path in self.made:
            return io.BytesIO(self.made[path])
        return self._opener(self.files[path])

    def open_stored(self, file: StoredFile) -> BinaryIO:
        """The bytes of a file that an exporter has put elsewhere."""
        return self._opener(file)

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
