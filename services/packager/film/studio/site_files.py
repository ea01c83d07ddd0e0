"""The files of a site, by the paths that a page asks for; no path leaves the site."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from pathlib import Path

INDEX: Final = "index.html"
MOST_OF_PATH: Final = 4_096
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$")


class SiteFiles:
    """Opens files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def open(self, target: str) -> tuple[str, BinaryIO] | None:
        """The file that a URL's path names, and its own path in the site; None: there is none."""
        parts = _parts(target)
        if parts is None:
            return None
        path = self._folder.joinpath(*parts)
        if target.endswith("/") or not parts or path.is_dir():
            path /= INDEX
        try:
            real = path.resolve(strict=True)
            if not real.is_relative_to(self._folder):
                return None
            descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError, RuntimeError):
            return None
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return None
        return path.relative_to(self._folder).as_posix(), os.fdopen(descriptor, "rb")


def byte_range(header: str, size: int) -> range | None:
    """The bytes that a ``Range`` asks for; an empty range: none of them is there; None: all.

    Source:
        RFC 9110 14.1.2. Several ranges are answered as if none were asked for, which is allowed.
    """
    found = _RANGE.match(header.strip())
    if found is None or found[1] == found[2] == "":
        return None
    if found[1] == "":
        return range(max(size - int(found[2]), 0), size)
    first = int(found[1])
    last = int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    return range(first, min(last + 1, size))


def _parts(target: str) -> list[str] | None:
    """A path's segments; None where one would lead elsewhere."""
    path = target.partition("?")[0].partition("#")[0]
    if len(path) > MOST_OF_PATH:
        return None
    try:
        decoded = unquote_to_bytes(path).decode()
    except UnicodeDecodeError:
        return None
    parts = [part for part in decoded.split("/") if part]
    if any(part in {".", ".."} or "\0" in part or "\\" in part for part in parts):
        return None
    return parts
