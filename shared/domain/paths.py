"""Paths of a project: what may enter one.

Every path from a client, a ZIP or a manifest passes here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from shared.domain.visible_text import objection
from shared.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_PATH_BYTES: Final = 512
MAX_NAME_BYTES: Final = 255
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
RESERVED: Final = re.compile(
    r"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?$", re.IGNORECASE
)


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

    No two may collide where case does not count, no file may also be a folder.

    Raises:
        PathError: The first path that must not stand beside the others.
    """
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        check_path(path)
        folded = _fold(path)
        if folded in seen:
            other = seen[folded]
            reason = "named twice" if other == path else f"differs from {other!r} only in case"
            raise PathError(path, reason)
        seen[folded] = path
        for folder in _parents(path):
            other = folders.setdefault(_fold(folder), folder)
            if other != folder:
                raise PathError(path, f"its folder differs from {other!r} only in case")
    for folded, path in seen.items():
        if folded in folders:
            raise PathError(path, "a file and also a folder")


def _objection(path: str) -> str | None:
    if not path:
        return "empty"
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return "not valid Unicode"
    if len(encoded) > MAX_PATH_BYTES:
        return f"longer than {MAX_PATH_BYTES} bytes"
    if path.startswith("/"):
        return "absolute; paths are relative to the project"
    if _DRIVE.match(path):
        return "starts with a drive letter"
    if found := _FORBIDDEN.search(path):
        return f"contains {found.group()!r}, which not every system allows"
    if hidden := objection(path):
        return hidden
    if unicodedata.normalize("NFC", path) != path:
        return "not in Unicode form NFC; normalise the file name"
    return next((o for name in path.split("/") if (o := _name_objection(name))), None)


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
    return unicodedata.normalize("NFC", path.casefold())


def _parents(path: str) -> Iterable[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[: n + 1]) for n in range(len(parts)))
