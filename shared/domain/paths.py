"""Paths of a project: what may enter one.

Every path from a client, a ZIP or a manifest passes here.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from shared.domain.visible_text import objection
from shared.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PATH_BYTES: Final = 512
MAX_NAME_BYTES: Final = 255
MAX_FOLDERS: Final = 32  # around one file
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
RESERVED: Final = re.compile(
    r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$", re.IGNORECASE
)
_SEPARATOR: Final = "\0"  # sorts before every letter, and stands in no path


def check_path(path: str) -> str:
    """A relative POSIX path that every system we export to can hold.

    Returns:
        The path itself, unchanged.

    Raises:
        PathError: Which path, and what is wrong with it.

    Source:
        Windows: https://learn.microsoft.com/windows/win32/fileio/naming-a-file; Unicode: UAX
            #15, NFC.
    """
    if reason := _objection(path):
        raise PathError(path, reason)
    return path


def check_paths(paths: Iterable[str]) -> None:
    """All paths of one project together.

    No two may collide where case does not count, no file may also be a folder. Sorted without
    regard to case, all that lies in a folder stands in one row, right behind a file of the
    folder's name: whatever collides has a neighbour that it collides with.

    Raises:
        PathError: A path that may not stand in a project, or not beside its neighbour.
    """
    rows = sorted((_fold(path).replace("/", _SEPARATOR), path) for path in map(check_path, paths))
    for (folded, path), (next_folded, next_path) in pairwise(rows):
        if folded == next_folded:
            same = path == next_path
            reason = "named twice" if same else f"differs from {path!r} only in case"
            raise PathError(next_path, reason)
        if next_folded.startswith(folded + _SEPARATOR):
            raise PathError(path, "a file and also a folder")
        if folder := _same_folder_in_another_case(path, next_path):
            raise PathError(next_path, f"its folder differs from {folder!r} only in case")


def _same_folder_in_another_case(path: str, other: str) -> str | None:
    """The folder around ``path`` in which ``other`` would lie too, where case does not count."""
    folder, other_folder = path.rpartition("/")[0], other.rpartition("/")[0]
    if folder == other_folder:
        return None
    folders, others = folder.split("/"), other_folder.split("/")
    for number, (name, other_name) in enumerate(zip(folders, others, strict=False), 1):
        if name != other_name:
            return "/".join(folders[:number]) if _fold(name) == _fold(other_name) else None
    return None


def _objection(path: str) -> str | None:
    return _size_objection(path) or _letter_objection(path) or _part_objection(path)


def _size_objection(path: str) -> str | None:
    if not path:
        return "empty"
    if len(path) > MAX_PATH_BYTES:
        return f"longer than {MAX_PATH_BYTES} bytes"
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return "not valid Unicode"
    if len(encoded) > MAX_PATH_BYTES:
        return f"longer than {MAX_PATH_BYTES} bytes"
    if path.count("/") > MAX_FOLDERS:
        return f"in more than {MAX_FOLDERS} folders"
    return None


def _letter_objection(path: str) -> str | None:
    if path.startswith("/"):
        return "absolute; paths are relative to the project"
    if _DRIVE.match(path):
        return "starts with a drive letter"
    if found := _FORBIDDEN.search(path):
        return f"contains {found.group()!r}, which not every system allows"
    if hidden := objection(path):
        return hidden
    if not unicodedata.is_normalized("NFC", path):
        return "not in Unicode form NFC; normalise the file name"
    return None


def _part_objection(path: str) -> str | None:
    folder, _, name = path.rpartition("/")
    return _folder_objection(folder) or _name_objection(name)


@lru_cache(maxsize=1_024)  # most files lie in the same folder as their neighbour
def _folder_objection(folder: str) -> str | None:
    names = folder.split("/") if folder else []
    return next((o for name in names if (o := _name_objection(name))), None)


def _name_objection(name: str) -> str | None:
    if name == "":
        return "has an empty part"
    if name in (".", ".."):
        return f"has a part {name!r}"
    if len(name.encode()) > MAX_NAME_BYTES:
        return f"has a part longer than {MAX_NAME_BYTES} bytes"
    if name.endswith((" ", ".")) or name.startswith(" "):
        return "has a part that starts or ends with a space, or ends with a dot"
    if RESERVED.match(name):
        return f"{name!r} is reserved on Windows"
    return None


def _fold(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path.casefold())
