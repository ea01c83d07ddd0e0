"""What goes into an archive."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import BinaryIO, Final

import msgspec

_LEAVES_ROOT: Final = re.compile(r"(^/)|(^|/)\.\.?(/|$)|//|\\|\x00|^[A-Za-z]:")


class ArchiveError(Exception):
    """A bug or a changed file: the archive must not be offered."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One file: plain data, and a way to read it.

    ``open`` is called in a worker thread, perhaps twice, and may block until the bytes are there.
    ``compress`` None leaves it to name and content; False stores.
    """

    path: str  # relative, POSIX
    size_bytes: int
    open: Callable[[], BinaryIO]
    compress: bool | None = None
    mode: int = 0o644

    @classmethod
    def of_bytes(cls, path: str, data: bytes, *, mode: int = 0o644) -> Member:
        """A file that is in memory already."""
        return cls(path=path, size_bytes=len(data), open=lambda: io.BytesIO(data), mode=mode)


def check_member(member: Member, seen: set[str]) -> None:
    """Refuse what would make an archive dangerous or ambiguous.

    Raises:
        ArchiveError: An absolute path, one that leaves the root, or one that is there already.
    """
    if not member.path or _LEAVES_ROOT.search(member.path):
        raise ArchiveError(f"{member.path!r} is not a path inside an archive")
    if member.path in seen:
        raise ArchiveError(f"{member.path!r} is in the archive already")
    seen.add(member.path)
