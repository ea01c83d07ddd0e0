"""A member is one file that goes into an archive."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

import msgspec

from shared.errors import ExportError


class ArchiveError(Exception):
    """A bug or a changed file: the archive must not be offered."""


class MemberDamagedError(ExportError):
    """A file is another one than the project has; the next attempt fetches it anew."""

    code = "object-lost"
    title = "A stored object is missing or damaged"
    retryable = True


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One file: plain data, and a way to read it.

    ``open`` is called once, in a worker thread, may block until the bytes are there, and gives a
    seekable file whose ``read`` falls short at its end only. ``open_unchecked`` is quicker and may
    give damaged bytes, for whoever knows their CRC. ``compress`` leaves it to the content whether
    it is compressed; without, it is stored.
    """

    path: str  # relative, POSIX, NFC
    size_bytes: int
    open: Callable[[], BinaryIO]
    open_unchecked: Callable[[], BinaryIO] | None = None
    compress: bool = True
    mode: int = 0o644
    sha256: str = ""  # of its content, hexadecimal, where it is known

    @classmethod
    def of_bytes(
        cls, path: str, data: bytes, *, compress: bool = True, mode: int = 0o644
    ) -> Member:
        """A file that is in memory already."""
        return cls(
            path=path,
            size_bytes=len(data),
            open=lambda: io.BytesIO(data),
            compress=compress,
            mode=mode,
        )
