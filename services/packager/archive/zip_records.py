"""The records of a ZIP file are made here as bytes; nothing here reads or compresses.

Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 (records), 4.4 (fields), 4.5.3 (ZIP64).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCAL_HEADER_BYTES: Final = 30  # without name and extra fields
STORED: Final = 0
DEFLATED: Final = 8

_UINT16: Final = 0xFFFF
_UINT32: Final = 0xFFFFFFFF
# Sizes take 8 bytes from here on. A streamed member's header goes out before its compressed size is
# known, and what cannot be shrunk grows: deflate adds 5 bytes to 64 KiB, 320 KiB to 4 GiB.
_WIDE_FROM_BYTES: Final = _UINT32 - (16 << 20)
_ALIGNMENT: Final = 0xD935  # the extra field that readers of Android's packages know
_UTF8_NAMES: Final = 0x800
_SIZES_FOLLOW: Final = 0x8  # in a data descriptor
_VERSION_ZIP64: Final = 45
_VERSION_DEFLATE: Final = 20
_MADE_BY_UNIX: Final = 3 << 8
_REGULAR_FILE: Final = 0o100000
_DOS_DATE: Final = (2020 - 1980) << 9 | 1 << 5 | 1  # one for all: the same input, the same bytes
_DOS_TIME: Final = 0


class ZipEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One member as the central directory has it; sizes and offset in bytes."""

    path: str
    method: int
    crc32: int
    size: int
    compressed_size: int
    offset: int
    mode: int = 0o644
    streamed: bool = False  # its sizes stand behind its data
    alignment: int = 1  # where it is stored, its data begins at a multiple of so many bytes

    @property
    def wide(self) -> bool:
        """Whether its sizes are written with 8 bytes instead of 4, in every record alike."""
        return self.size >= _WIDE_FROM_BYTES


def local_header(entry: ZipEntry) -> bytes:
    """The record before a member's data; a streamed one announces a descriptor instead of sizes."""
    name = entry.path.encode()
    crc, size, compressed = entry.crc32, entry.size, entry.compressed_size
    if entry.streamed:
        crc = size = compressed = 0
    extra = b""
    if entry.wide:
        extra = _zip64_field(size, compressed)
        size = compressed = _UINT32
    version = _VERSION_ZIP64 if extra else _VERSION_DEFLATE
    if entry.method == STORED and entry.alignment > 1:
        begins = entry.offset + LOCAL_HEADER_BYTES + len(name) + len(extra)
        extra += _alignment_field(begins, entry.alignment)
    fields = struct.pack(
        "<IHHHHHIIIHH",
        0x04034B50,
        version,
        _flags(entry),
        entry.method,
        _DOS_TIME,
        _DOS_DATE,
        crc,
        compressed,
        size,
        len(name),
        len(extra),
    )
    return fields + name + extra


def data_descriptor(entry: ZipEntry) -> bytes:
    """The record behind a streamed member's data."""
    layout = "<IIQQ" if entry.wide else "<IIII"
    return struct.pack(layout, 0x08074B50, entry.crc32, entry.compressed_size, entry.size)


def central_directory(entries: Sequence[ZipEntry], offset: int) -> bytes:
    """All central headers and the end records; ``offset`` is where they will stand."""
    headers = central_headers(entries)
    return headers + end_records(len(entries), len(headers), offset)


def central_headers(entries: Sequence[ZipEntry]) -> bytes:
    """The directory without its end."""
    return b"".join(_central_header(entry) for entry in entries)


def _central_header(entry: ZipEntry) -> bytes:
    name = entry.path.encode()
    size, compressed, offset = entry.size, entry.compressed_size, entry.offset
    wide: list[int] = []
    if entry.wide:
        wide += size, compressed
        size = compressed = _UINT32
    if offset >= _UINT32:
        wide.append(offset)
        offset = _UINT32
    extra = _zip64_field(*wide) if wide else b""
    version = _VERSION_ZIP64 if extra else _VERSION_DEFLATE
    fields = struct.pack(
        "<IHHHHHHIIIHHHHHII",
        0x02014B50,
        _MADE_BY_UNIX | version,
        version,
        _flags(entry),
        entry.method,
        _DOS_TIME,
        _DOS_DATE,
        entry.crc32,
        compressed,
        size,
        len(name),
        len(extra),
        0,
        0,
        0,
        (_REGULAR_FILE | entry.mode) << 16,
        offset,
    )
    return fields + name + extra


def end_records(count: int, size: int, offset: int) -> bytes:
    """What stands behind a directory of ``count`` headers, ``size`` bytes, at ``offset``."""
    zip64 = b""
    if count >= _UINT16 or max(size, offset) >= _UINT32:
        zip64 = struct.pack(
            "<IQHHIIQQQQ",
            *(0x06064B50, 44, _MADE_BY_UNIX | _VERSION_ZIP64, _VERSION_ZIP64, 0, 0),
            *(count, count, size, offset),
        ) + struct.pack("<IIQI", 0x07064B50, 0, offset + size, 1)
    few = min(count, _UINT16)
    return zip64 + struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, few, few, min(size, _UINT32), min(offset, _UINT32), 0
    )


def _alignment_field(position: int, alignment: int) -> bytes:
    """An extra field after which the data is aligned; without it, it would begin there.

    Source: AOSP, apksig, ``ApkSigner``: the alignment, then zeros.
    """
    padding = -(position + 6) % alignment
    return struct.pack("<HHH", _ALIGNMENT, 2 + padding, alignment) + bytes(padding)


def _zip64_field(*values: int) -> bytes:
    return struct.pack(f"<HH{len(values)}Q", 1, 8 * len(values), *values)


def _flags(entry: ZipEntry) -> int:
    return _UTF8_NAMES | (_SIZES_FOLLOW if entry.streamed else 0)
