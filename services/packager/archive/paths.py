"""The names inside one archive are checked: none may leave it, none may mean two files."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from services.packager.archive.member import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PATH_BYTES: Final = 0xFFFF  # the field that holds its length has 16 bits

# An empty, ``.`` or ``..`` part (so a leading or trailing slash too), a drive, what tools misread.
_UNSAFE: Final = re.compile(r"(\A|/)\.{0,2}(/|\Z)|\A[A-Za-z]:|[\\\x00-\x1f\x7f]")


class ArchivePaths:
    """Those that were added; projects have been checked long before, so a refusal means a bug."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def add(self, path: str) -> None:
        """Take one more.

        Raises:
            ArchiveError: A path that is unsafe or not portable, is there already, or is a file
                where another needs a folder.
        """
        if reason := _objection(path):
            raise ArchiveError(f"{path!r} {reason}")
        if path in self._files:
            raise ArchiveError(f"{path!r} is in the archive already")
        for folder in _parents(path):
            if folder in self._folders:
                break  # and with it all above
            if folder in self._files:
                raise ArchiveError(f"{path!r} lies below {folder!r}, which is a file")
            self._folders.add(folder)
        if path in self._folders:
            raise ArchiveError(f"{path!r} is a folder already")
        self._files.add(path)


def _objection(path: str) -> str | None:
    if _UNSAFE.search(path):
        return "is not a path inside an archive"
    if not unicodedata.is_normalized("NFC", path):
        return "is not in Unicode form NFC"
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return "is not valid Unicode"
    return f"is longer than {MAX_PATH_BYTES} bytes" if len(encoded) > MAX_PATH_BYTES else None


def _parents(path: str) -> Iterator[str]:
    """Nearest first."""
    while (cut := path.rfind("/")) > 0:
        path = path[:cut]
        yield path
