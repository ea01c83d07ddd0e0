"""A string pool holds the texts of a binary resource file, each once, found by number.

Source: AOSP, ``ResourceTypes.h``, ``ResStringPool_header``.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

KIND: Final = 0x0001
_HEADER: Final = struct.Struct("<HHIIIIII")  # kind, header, size, strings, styles, flags, starts
_UTF8: Final = 0x100
_LONG_UTF8: Final = 0x80
_LONG_UTF16: Final = 0x8000


def read_pool(chunk: bytes) -> list[str]:
    """All texts of a pool, in UTF-8 or UTF-16.

    Raises:
        ValueError, struct.error, IndexError: It is broken.
    """
    _, header_bytes, _, count, _, flags, start, _ = _HEADER.unpack_from(chunk)
    offsets = struct.unpack_from(f"<{count}I", chunk, header_bytes)
    read = _utf8_at if flags & _UTF8 else _utf16_at
    return [read(chunk, start + offset) for offset in offsets]


def write_pool(texts: Sequence[str]) -> bytes:
    """A pool in UTF-16, which every version of the system reads alike."""
    offsets, data = [], bytearray()
    for text in texts:
        offsets.append(len(data))
        data += _encoded(text)
    data += bytes(-len(data) % 4)
    start = _HEADER.size + 4 * len(texts)
    head = _HEADER.pack(KIND, _HEADER.size, start + len(data), len(texts), 0, 0, start, 0)
    return head + struct.pack(f"<{len(texts)}I", *offsets) + bytes(data)


def _encoded(text: str) -> bytes:
    """Its length in units of UTF-16, the units, and an end."""
    units = text.encode("utf-16-le")
    length = len(units) // 2
    if length < _LONG_UTF16:
        return struct.pack("<H", length) + units + bytes(2)
    return struct.pack("<HH", _LONG_UTF16 | length >> 16, length & 0xFFFF) + units + bytes(2)


def _utf16_at(chunk: bytes, at: int) -> str:
    (length,) = struct.unpack_from("<H", chunk, at)
    at += 2
    if length & _LONG_UTF16:
        (low,) = struct.unpack_from("<H", chunk, at)
        length, at = (length & ~_LONG_UTF16) << 16 | low, at + 2
    return _cut(chunk, at, 2 * length).decode("utf-16-le")


def _utf8_at(chunk: bytes, at: int) -> str:
    _, at = _utf8_length(chunk, at)  # in units of UTF-16, for those who reserve memory
    length, at = _utf8_length(chunk, at)
    return _cut(chunk, at, length).decode()


def _utf8_length(chunk: bytes, at: int) -> tuple[int, int]:
    if chunk[at] & _LONG_UTF8:
        return (chunk[at] & ~_LONG_UTF8) << 8 | chunk[at + 1], at + 2
    return chunk[at], at + 1


def _cut(chunk: bytes, at: int, length: int) -> bytes:
    part = chunk[at : at + length]
    if len(part) != length:
        raise ValueError("a text reaches beyond its pool")
    return part
