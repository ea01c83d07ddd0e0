"""A project folder as it will be pushed: what goes, what stays at home, and why."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from cli.exit_codes import UsageError
from shared.domain.composed_names import composed, composed_paths, composition_note
from shared.domain.ignore_patterns import IGNORE_FILE, MAX_BYTES, IgnoreFileError, read_patterns
from shared.domain.paths import check_paths
from shared.domain.private_files import EXPECTED, SHOWN, HomeRule, expected
from shared.domain.project import FileEntry, Manifest
from shared.domain.secret_scanner import SecretScanner, is_scanned
from shared.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.domain.private_files import LeftOut

HASH_BLOCK: Final = 1 << 20


class ProjectFolder(msgspec.Struct, frozen=True):
    """What was found: the manifest, where its files are, and what their maker should know."""

    root: Path
    manifest: Manifest
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()  # left out as its maker expects, or called anew
    sources: Mapping[str, str] = {}  # the folder's own path of what is called anew

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


def read_folder(root: Path) -> ProjectFolder:
    """Walk a folder, and hash and look at what would be pushed.

    Raises:
        UsageError: No such folder, an empty one, one that cannot be read, or a path that no project
            may hold.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder")
    walk = _Walk(root)
    found = sorted(walk.files())
    try:
        names = composed_paths(found)
        paths = sorted(names.values())
        check_paths(paths)
    except PathError as error:
        raise UsageError(f"{error}; rename it, or name it in {IGNORE_FILE}") from error
    sources = {name: path for path, name in names.items()}
    with ThreadPoolExecutor() as threads:
        seen = list(threads.map(lambda path: _entry(root / sources[path], path), paths))
    rule, left_out = walk.rule, list(walk.left_out)
    entries = {}
    for path, (entry, secret) in zip(paths, seen, strict=True):
        if secret is None or rule.asks_for(path):
            entries[path] = entry
        else:
            left_out.append(secret)
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
    )


class _Walk:
    """Goes through a folder; neither links nor what is no file lead out of it."""

    def __init__(self, root: Path) -> None:
        self.rule = _rule(root)
        self.left_out: list[LeftOut] = []
        self.warnings: list[str] = []
        self._root = root

    def files(self) -> Iterator[str]:
        """The paths of all plain files that are part of the project."""
        for folder, subfolders, names in os.walk(self._root, onerror=_refuse):
            here = Path(folder).relative_to(self._root)
            at = {name: (here / name).as_posix() for name in (*subfolders, *names)}
            subfolders[:] = [name for name in sorted(subfolders) if self._enters(at[name])]
            yield from (at[name] for name in sorted(names) if self._takes(at[name]))

    def _enters(self, path: str) -> bool:
        left_out = self.rule.folder_stays_home(composed(path))
        if left_out:
            self.left_out.append(left_out)
        elif (self._root / path).is_symlink():
            self._warn_of_link(path)
            return False
        return left_out is None

    def _takes(self, path: str) -> bool:
        if path == IGNORE_FILE and (self._root / path).is_file():
            return True  # exporters keep to it, too
        if left_out := self.rule.stays_home(composed(path)):
            self.left_out.append(left_out)
            return False
        mode = (self._root / path).lstat().st_mode
        if stat.S_ISLNK(mode):
            self._warn_of_link(path)
        elif not stat.S_ISREG(mode):
            self.warnings.append(f"{path} is no file (but a pipe or a device) and was left out")
        return stat.S_ISREG(mode)

    def _warn_of_link(self, path: str) -> None:
        self.warnings.append(
            f"{path} is a link to {(self._root / path).readlink()} and was left out: put what it "
            "leads to in its place"
        )


def _rule(root: Path) -> HomeRule:
    own = root / IGNORE_FILE
    if not own.is_file():
        return HomeRule()
    try:
        with own.open("rb") as file:
            return HomeRule(read_patterns(file.read(MAX_BYTES + 1)))
    except IgnoreFileError as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise _unreadable(error) from error


def _refuse(error: OSError) -> None:
    raise _unreadable(error) from error


def _unreadable(error: OSError) -> UsageError:
    return UsageError(
        f"{error.filename} cannot be read ({error.strerror}): make it readable, or name it in "
        f"{IGNORE_FILE}"
    )


def _entry(file: Path, path: str) -> tuple[FileEntry, LeftOut | None]:
    """A file's entry, and what in it looks like a secret."""
    digest, size = hashlib.sha256(), 0
    scanner = SecretScanner(path) if is_scanned(path) else None
    try:
        with file.open("rb") as stream:
            while block := stream.read(HASH_BLOCK):
                digest.update(block)
                size += len(block)
                if scanner:
                    scanner.feed(block)
    except OSError as error:
        raise _unreadable(error) from error
    return FileEntry(digest.hexdigest(), size), scanner.left_out() if scanner else None
