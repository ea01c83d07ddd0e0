"""A project folder as it will be pushed: what goes, what stays at home, and why."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from cli.exit_codes import UsageError
from cli.file_digest import FileDigest, digest_file
from cli.folder_walk import FolderWalk, unreadable
from cli.hash_cache import HashCache
from shared.domain.composed_names import composed_paths, composition_note
from shared.domain.ignore_patterns import IGNORE_FILE
from shared.domain.paths import check_paths
from shared.domain.private_files import EXPECTED, SHOWN, Kind, LeftOut, expected
from shared.domain.project import FileEntry, Manifest
from shared.errors import PathError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable


class Content(NamedTuple):
    """What a file holds, and where it lies."""

    sha256: str
    place: Path
    size: int


class ProjectFolder(msgspec.Struct, frozen=True):
    """What was found: the manifest, where its files are, and what their maker should know."""

    root: Path
    manifest: Manifest
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()  # left out as its maker expects, or called anew
    sources: Mapping[str, str] = {}  # the folder's own path of what is called anew
    looked_at: int = 0  # files, those too that stay at home for what they hold
    known: int = 0  # of them, those that were not read again

    @property
    def size_bytes(self) -> int:
        """The bytes of all files together."""
        return sum(entry.size for entry in self.manifest.files.values())

    def by_hash(self) -> dict[str, Content]:
        """Every different content, in one of the files that have it."""
        return {
            entry.sha256: Content(
                entry.sha256, self.root / self.sources.get(path, path), entry.size
            )
            for path, entry in self.manifest.files.items()
        }


class _File(NamedTuple):
    """One that would be pushed."""

    path: str  # in the project
    place: str
    status: os.stat_result


class FolderReading:
    """A folder that was walked through, and whose files are still to be read.

    Args:
        root: The folder.
        hashes: What is known of its files; brought up to date as they are read.

    Raises:
        UsageError: No such folder, one that cannot be read, or a path that no project may hold.
    """

    def __init__(self, root: Path, hashes: HashCache | None = None) -> None:
        if not root.is_dir():
            raise UsageError(f"{root} is not a folder")
        self._root = root
        self._hashes = hashes or HashCache()
        self._walk = FolderWalk(root)
        found = dict(self._walk.files())
        try:
            names = composed_paths(sorted(found))
            by_name = sorted(names.items(), key=lambda name: name[1])
            self._sources = {name: path for path, name in by_name}
            check_paths(self._sources)
        except PathError as error:
            raise UsageError(f"{error}; rename it, or name it in {IGNORE_FILE}") from error
        self._files = [
            _File(name, f"{root}/{path}", found[path]) for name, path in self._sources.items()
        ]

    @property
    def files(self) -> int:
        """How many there are, those too that stay at home for what they hold."""
        return len(self._files)

    @property
    def size_bytes(self) -> int:
        """The bytes of all of them together."""
        return sum(file.status.st_size for file in self._files)

    def read(self, on_content: Callable[[Content], None] = lambda _: None) -> ProjectFolder:
        """Hash what is not known yet, and look for secrets in it.

        Args:
            on_content: Called with what was read and goes, while others are read.

        Raises:
            UsageError: There is nothing to push, or a file cannot be read.
        """
        digests, known = self._digests(on_content)
        left_out = list(self._walk.left_out)
        entries = {}
        for path, digest in digests.items():
            if self._goes(path, digest):
                entries[path] = FileEntry(digest.sha256, digest.size)
            else:
                left_out.append(LeftOut(path, Kind.SECRET, digest.secret or ""))
        if not entries.keys() - {IGNORE_FILE}:
            shown = map(str, left_out[:SHOWN])
            raise UsageError("; ".join([f"{self._root} has no files to push", *shown]))
        anew = {path: self._sources[path] for path in entries if self._sources[path] != path}
        return ProjectFolder(
            root=self._root,
            manifest=Manifest(files=entries),
            warnings=(
                *self._walk.warnings,
                *(str(one) for one in left_out if one.kind not in EXPECTED),
            ),
            notes=(
                *(line for _, line in expected(left_out)),
                *([composition_note(sorted(anew))] if anew else []),
            ),
            sources=anew,
            looked_at=len(self._files),
            known=known,
        )

    def _goes(self, path: str, digest: FileDigest) -> bool:
        return digest.secret is None or self._walk.rule.asks_for(path)

    def _digests(self, on_content: Callable[[Content], None]) -> tuple[dict[str, FileDigest], int]:
        """What each file holds, and of how many it was known."""
        known = {
            file.path: digest
            for file in self._files
            if (digest := self._hashes.get(file.path, file.status)) is not None
        }
        kept, read = dict(known), {}
        unknown = [file for file in self._files if file.path not in known]
        try:
            with ThreadPoolExecutor() as threads:  # hashing lets other threads go on
                digests = threads.map(_digest, unknown)
                for file, (digest, may_keep) in zip(unknown, digests, strict=True):
                    read[file.path] = digest
                    if may_keep:
                        kept[file.path] = digest
                    if self._goes(file.path, digest):
                        on_content(Content(digest.sha256, Path(file.place), digest.size))
        finally:
            self._hashes.replace(kept)
        digests_by_path = known | read
        return {file.path: digests_by_path[file.path] for file in self._files}, len(known)


def read_folder(root: Path, hashes: HashCache | None = None) -> ProjectFolder:
    """Walk a folder, and hash and look at what would be pushed.

    Args:
        root: The folder.
        hashes: What is known of its files; brought up to date.

    Raises:
        UsageError: See :class:`FolderReading`.
    """
    return FolderReading(root, hashes).read()


def _digest(file: _File) -> tuple[FileDigest, bool]:
    try:
        return digest_file(file.place, file.path)
    except OSError as error:
        raise unreadable(error) from error
