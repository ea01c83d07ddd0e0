"""A project folder as it will be pushed: what goes, what stays, what looks like a secret."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from pathspec import GitIgnoreSpec

from cli.exit_codes import UsageError
from shared.domain.paths import check_paths
from shared.domain.project import FileEntry, Manifest
from shared.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Iterator

IGNORE_FILE: Final = ".aethelignore"
ALWAYS_IGNORED: Final = (".git/", "node_modules/", ".env*", IGNORE_FILE, ".DS_Store", "Thumbs.db")
SECRET_LOOKING: Final = GitIgnoreSpec.from_lines(
    [
        *("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.mobileprovision"),
        *("id_rsa*", "id_ed25519*", ".npmrc", ".netrc"),
        *("*credentials*.json", "*service-account*.json"),
    ]
)
HASH_BLOCK: Final = 1 << 20


class ProjectFolder(msgspec.Struct, frozen=True):
    """What was found: the manifest, where its files are, and what their maker should know."""

    root: Path
    manifest: Manifest
    warnings: tuple[str, ...]

    @property
    def size_bytes(self) -> int:
        """The bytes of all files together."""
        return sum(entry.size for entry in self.manifest.files.values())

    def by_hash(self) -> dict[str, Path]:
        """Name one file for every different content."""
        return {entry.sha256: self.root / path for path, entry in self.manifest.files.items()}


def read_folder(root: Path) -> ProjectFolder:
    """Walk a folder and hash what would be pushed.

    Raises:
        UsageError: No such folder, an empty one, or a path that no project may hold.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder")
    warnings: list[str] = []
    paths = sorted(_walk(root, _ignored(root), warnings))
    if not paths:
        raise UsageError(f"{root} has no files to push")
    try:
        check_paths(paths)
    except PathError as error:
        raise UsageError(f"{error}; rename it, or name it in {IGNORE_FILE}") from error
    warnings += [f"{path} looks like a secret" for path in SECRET_LOOKING.match_files(paths)]
    with ThreadPoolExecutor() as threads:
        entries = threads.map(lambda path: _entry(root / path), paths)
        manifest = Manifest(files=dict(zip(paths, entries, strict=True)))
    return ProjectFolder(root=root, manifest=manifest, warnings=tuple(warnings))


def _ignored(root: Path) -> GitIgnoreSpec:
    own = root / IGNORE_FILE
    lines = own.read_text(encoding="utf-8").splitlines() if own.is_file() else []
    return GitIgnoreSpec.from_lines([*ALWAYS_IGNORED, *lines])


def _walk(root: Path, ignored: GitIgnoreSpec, warnings: list[str]) -> Iterator[str]:
    for folder, subfolders, files in os.walk(root):
        here = Path(folder).relative_to(root)
        subfolders[:] = [
            name for name in subfolders if not ignored.match_file(f"{(here / name).as_posix()}/")
        ]
        for name in files:
            path = (here / name).as_posix()
            if ignored.match_file(path):
                continue
            if (root / path).is_symlink() or not (root / path).is_file():
                warnings.append(f"{path} is not a plain file and was left out")
                continue
            yield path


def _entry(path: Path) -> FileEntry:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(HASH_BLOCK):
            digest.update(block)
            size += len(block)
    return FileEntry(digest.hexdigest(), size)
