"""Headers of the tar (POSIX.1-1988 ustar) in which small blobs travel, each named by its SHA-256.

They are written and read here, as with ``tarfile`` a push of 3,300 small files costs the command
and the gateway a sixth more of all their CPU time. What other formats add to ustar is refused:
records before an entry (PAX, long names of GNU), binary sizes, links, folders, sparse files.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

BLOCK: Final = 512  # bytes
REMEDY: Final = "write the tar as ustar, of plain files alone (tar --format=ustar)"
_CHECKSUM: Final = slice(148, 156)
_BLANKS: Final = 8 * 0x20  # what stands for the checksum in the sum of all bytes
_BEFORE_SIZE: Final = bytes(100 - 64) + b"0000644\0" + b"0000000\0" * 2  # mode, owner, group
_TIME: Final = b"00000000000\0"
_AFTER_CHECKSUM: Final = (b"0" + bytes(100) + b"ustar\x0000").ljust(BLOCK - 156, b"\0")
_REST: Final = sum(_BEFORE_SIZE + _TIME + _AFTER_CHECKSUM) + _BLANKS
_PLAIN_FILE: Final = b"0\0"
_SHA256: Final = re.compile(rb"[0-9a-f]{64}")
_OCTAL: Final = re.compile(rb"[ \0]*([0-7]+)[ \0]*")


class NotATarError(ValueError):
    """A header that nobody writes."""


class TarEntry(NamedTuple):
    """What a header announces."""

    name: str  # a SHA-256 in form
    size: int  # bytes


def tar_header(sha256: str, size: int) -> bytes:
    """The header of a blob, ``BLOCK`` bytes.

    Args:
        sha256: 64 hexadecimal digits.
        size: Less than 8 GiB.
    """
    name, octal = sha256.encode(), b"%011o\0" % size
    checksum = b"%06o\0 " % (_REST + sum(name) + sum(octal))
    return b"".join((name, _BEFORE_SIZE, octal, _TIME, checksum, _AFTER_CHECKSUM))


def read_tar_header(block: bytes) -> TarEntry:
    """What a header of ``BLOCK`` bytes announces, whoever wrote it.

    Raises:
        NotATarError: It is no header, or one of anything but a plain file named by a SHA-256.
    """
    size, checksum = _OCTAL.fullmatch(block, 124, 136), _OCTAL.fullmatch(block, 148, 156)
    if checksum is None or int(checksum[1], 8) != sum(block) - sum(block[_CHECKSUM]) + _BLANKS:
        raise NotATarError(f"not a tar header, its checksum is wrong: {REMEDY}, uncompressed")
    name, has_prefix = block[:100].partition(b"\0")[0], block[345] != 0
    if block[156] not in _PLAIN_FILE or has_prefix or not _SHA256.fullmatch(name):
        shown = name[:80].decode("ascii", "backslashreplace")
        raise NotATarError(f"{shown!r} is not a file named by its SHA-256: {REMEDY}")
    if size is None:
        raise NotATarError(f"{name.decode()}: its size is no octal number: {REMEDY}")
    return TarEntry(name.decode(), int(size[1], 8))
