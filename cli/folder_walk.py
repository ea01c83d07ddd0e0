"""The files of a folder that are part of a project; neither links nor pipes lead out of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cli.exit_codes import UsageError
from shared.domain.composed_names import composed
from shared.domain.ignore_patterns import IGNORE_FILE, MAX_BYTES, IgnoreFileError, read_patterns
from shared.domain.private_files import HomeRule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.domain.private_files import LeftOut


class FolderWalk:
    """One walk through a folder, and what it has left out."""

    def __init__(self, root: Path) -> None:
        self.rule = _rule(root)
        self.left_out: list[LeftOut] = []
        self.warnings: list[str] = []
        self._root = root

    def files(self) -> Iterator[tuple[str, os.stat_result]]:
        """The path and status of every plain file that is part of the project.

        Raises:
            UsageError: A folder cannot be read.
        """
        folders = [""]
        while folders:
            folder = folders.pop()
            for entry in _entries(self._root / folder):
                path = f"{folder}{entry.name}"
                if _is_folder(entry):
                    if self._enters(path, entry):
                        folders.append(f"{path}/")
                elif self._takes(path, entry):
                    yield path, _status(entry)

    def _enters(self, path: str, entry: os.DirEntry[str]) -> bool:
        left_out = self.rule.folder_stays_home(composed(path))
        if left_out:
            self.left_out.append(left_out)
        elif entry.is_symlink():
            self._warn_of_link(path)
            return False
        return left_out is None

    def _takes(self, path: str, entry: os.DirEntry[str]) -> bool:
        if path == IGNORE_FILE and entry.is_file():
            return True  # exporters keep to it, too
        if left_out := self.rule.stays_home(composed(path)):
            self.left_out.append(left_out)
            return False
        if entry.is_symlink():
            self._warn_of_link(path)
            return False
        if not entry.is_file():
            self.warnings.append(f"{path} is no file (but a pipe or a device) and was left out")
        return entry.is_file()

    def _warn_of_link(self, path: str) -> None:
        self.warnings.append(
            f"{path} is a link to {(self._root / path).readlink()} and was left out: put what it "
            "leads to in its place"
        )


def unreadable(error: OSError) -> UsageError:
    """What to say of a file or folder that cannot be read."""
    return UsageError(
        f"{error.filename} cannot be read ({error.strerror}): make it readable, or name it in "
        f"{IGNORE_FILE}"
    )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise unreadable(error) from error


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is one, or leads to one."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    try:
        return entry.stat()
    except OSError as error:
        raise unreadable(error) from error


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
        raise unreadable(error) from error
