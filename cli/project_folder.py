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

    def by_hash(self) -> dict[str, Path]:
        """Name one file for every different content."""
        return {
            entry.sha256: self.root / self.sources.get(path, path)
            for path, entry in self.manifest.files.items()
        }


class _File(NamedTuple):
    """One that would be pushed."""

    path: str  # in the project
    place: str
    status: os.stat_result


def read_folder(root: Path, hashes: HashCache | None = None) -> ProjectFolder:
    """Walk a folder, and hash and look at what would be pushed.

    Args:
        root: The folder.
        hashes: What is known of its files; brought up to date.

    Raises:
        UsageError: No such folder, an empty one, one that cannot be read, or a path that no project
            may hold.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder")
    walk = FolderWalk(root)
    found = dict(walk.files())
    try:
        names = composed_paths(sorted(found))
        sources = {name: path for path, name in sorted(names.items(), key=lambda name: name[1])}
        check_paths(sources)
    except PathError as error:
        raise UsageError(f"{error}; rename it, or name it in {IGNORE_FILE}") from error
    files = [_File(name, f"{root}/{path}", found[path]) for name, path in sources.items()]
    digests, known = _digests(files, hashes or HashCache())
    left_out = list(walk.left_out)
    entries = {}
    for path, digest in digests.items():
        if digest.secret is None or walk.rule.asks_for(path):
            entries[path] = FileEntry(digest.sha256, digest.size)
        else:
            left_out.append(LeftOut(path, Kind.SECRET, digest.secret))
    if not entries.keys() - {IGNORE_FILE}:
        raise UsageError("; ".join([f"{root} has no files to push", *map(str, left_out[:SHOWN])]))
    anew = {path: sources[path] for path in entries if sources[path] != path}
    return ProjectFolder(
        root=root,
        manifest=Manifest(files=entries),
        warnings=(*walk.warnings, *(str(one) for one in left_out if one.kind not in EXPECTED)),
        notes=(
            *(line for _, line in expected(left_out)),
            *([composition_note(sorted(anew))] if anew else []),
        ),
        sources=anew,
        looked_at=len(files),
        known=known,
    )


def _digests(files: list[_File], hashes: HashCache) -> tuple[dict[str, FileDigest], int]:
    """What each file holds, and of how many it was known."""
    known = {
        file.path: digest
        for file in files
        if (digest := hashes.get(file.path, file.status)) is not None
    }
    kept, read = dict(known), {}
    unknown = [file for file in files if file.path not in known]
    with ThreadPoolExecutor() as threads:  # hashing lets other threads go on
        for file, (digest, may_keep) in zip(unknown, threads.map(_digest, unknown), strict=True):
            read[file.path] = digest
            if may_keep:
                kept[file.path] = digest
    hashes.replace(kept)
    digests = known | read
    return {file.path: digests[file.path] for file in files}, len(known)


def _digest(file: _File) -> tuple[FileDigest, bool]:
    try:
        return digest_file(file.place, file.path)
    except OSError as error:
        raise unreadable(error) from error
