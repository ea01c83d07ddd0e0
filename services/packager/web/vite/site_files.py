"""The files of a built site come from the build's folder, from ``public/``, or from the project.

Vite's own server gives a page every file of the project; what is built has only what was imported.
So files that a built page or script still names are shipped beside it, as they are.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections import Counter, deque
from typing import TYPE_CHECKING, BinaryIO, Final

from services.packager.build.plan import Content, Note
from services.packager.project.files import ProjectFiles
from services.packager.web.html5.source_maps import is_source_map
from services.packager.web.vite.recognition import COMPILED
from shared.domain.paths import check_path
from shared.domain.project import StoredFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

MAX_SCANNED_BYTES: Final = 8 << 20
_DISK: Final = "built"
_TEXTS: Final = (".js", ".mjs", ".css", ".html", ".json")
_NAMED: Final = re.compile(
    r"""["'`(=]\s*+(?:\./|/)?([\w@][^"'`()=\s<>?#\\]{0,255}\.\w{1,8})(?=["'`)\s>?#])"""
)
_MEDIA: Final = (
    *(".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".svg", ".ktx2", ".hdr"),
    *(".mp3", ".ogg", ".wav", ".m4a", ".flac", ".mp4", ".webm"),
    *(".glb", ".gltf", ".bin", ".fbx", ".obj", ".woff", ".woff2", ".ttf", ".otf", ".wasm"),
)
# Where sources lie that are imported or not meant to be, and what is about a game, not of it.
_NOT_OF_GAMES: Final = frozenset(
    {"src", "node_modules", "docs", "doc", "test", "tests", "screenshots", "dist", "build", "out"}
)
_OF_TOOLS: Final = frozenset(
    {"package.json", "package-lock.json", "pnpm-lock.yaml", "tsconfig.json"}
)


class SiteFiles:
    """Collects a site's files; what came first stays.

    Args:
        project: The source.
        built: The folder that the build has written.
    """

    def __init__(self, project: ProjectFiles, built: Path) -> None:
        self.contents: dict[str, Content] = {}
        self._project = project
        self._built = built
        self._stored: list[StoredFile] = []
        self._places: dict[str, str] = {}  # path in the site -> path in the project

    def add_built(self) -> None:
        """All that the build has written."""
        for file in sorted(self._built.rglob("*")):
            if file.is_file() and not file.is_symlink():
                path = check_path(file.relative_to(self._built).as_posix())
                with file.open("rb") as opened:
                    digest = hashlib.file_digest(opened, "sha256").hexdigest()
                size = file.stat().st_size
                self.contents[path] = Content(
                    path=path, size_bytes=size, sha256=digest, derived=file
                )
                self._stored.append(StoredFile(path, digest, size, _DISK, 0))

    def add_folder(self, folder: str) -> None:
        """All files of a folder of the project, at the top of the site."""
        prefix = posixpath.join(folder, "")
        for path in self._project.files:
            if path.startswith(prefix):
                self._take(path, path[len(prefix) :])

    def add_named(self, root: str) -> list[Note]:
        """Files of the project that built pages and scripts name as they stand in it."""
        notes = []
        waiting = deque(path for path in self.contents if path.endswith(_TEXTS))
        while waiting:
            path = waiting.popleft()
            for target in self._named_in(path):
                source = posixpath.join(root, target)
                if target in self.contents or not _is_for_pages(source):
                    continue
                is_there = source in self._project and not is_source_map(self._project, source)
                if is_there and self._take(source, target):
                    message = f"is shipped as it is: {path} names it at run time"
                    notes.append(Note(level="info", file=source, message=message))
                    if target.endswith(_TEXTS):
                        waiting.append(target)
        return notes

    def left_out(self, root: str, used: Collection[str]) -> list[Note]:
        """Pictures, sounds and the like that nothing imports or names, by folder.

        Args:
            root: The app's folder.
            used: Files that went into the built ones.
        """
        prefix = posixpath.join(root, "")
        known = {*used, *self._places.values()}
        folders = Counter(
            path[len(prefix) :].partition("/")[0]
            for path in self._project.files
            if path.startswith(prefix) and path.endswith(_MEDIA) and path not in known
        )
        return [
            Note(
                file=f"{prefix}{folder}/",
                message=f"{count} files are not in the game: nothing imports or names them. What "
                "is loaded by a name that is put together at run time belongs into public/",
            )
            for folder, count in sorted(folders.items())
            if folder not in _NOT_OF_GAMES and not folder.startswith(".")
        ]

    def reader(self) -> ProjectFiles:
        """The same files, to be read."""
        return ProjectFiles(self._project.project_id, self._stored, self._open)

    def _take(self, source: str, path: str) -> bool:
        if path in self.contents:
            return False
        file = self._project.files[source]
        self.contents[path] = Content.taken(file, path=path)
        self._stored.append(StoredFile(path, file.sha256, file.size, "", 0))
        self._places[path] = source
        return True

    def _open(self, file: StoredFile) -> BinaryIO:
        if file.object == _DISK:
            return (self._built / file.path).open("rb")
        return self._project.open(self._places[file.path])

    def _named_in(self, path: str) -> Iterator[str]:
        if self.contents[path].size_bytes > MAX_SCANNED_BYTES:
            return
        file = self._built / path
        if path in self._places:
            with self._project.open(self._places[path]) as opened:
                data = opened.read()
        else:
            data = file.read_bytes()
        for match in _NAMED.finditer(data.decode("utf-8", "replace")):
            target = posixpath.normpath(match[1])
            if not target.startswith(".."):
                yield target


def _is_for_pages(path: str) -> bool:
    """Whether a page could load it: no source of a compiler, nothing of a package's or a tool's."""
    name = posixpath.basename(path)
    return not (
        path.endswith((*COMPILED, ".html", ".md"))
        or name in _OF_TOOLS
        or name.startswith((".", "vite.config."))
        or "node_modules" in path.split("/")
    )
