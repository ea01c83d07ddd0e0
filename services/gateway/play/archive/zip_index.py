"""The central directory of a ZIP, read from bytes: where each member is, and how it is packed.

Whoever packed it may have meant harm: every number is checked against the archive before it is
believed, and nothing is remembered but what can be served.

Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
"""

from __future__ import annotations

import struct
from typing import Final

import msgspec

STORED: Final = 0
DEFLATED: Final = 8
TAIL_BYTES: Final = 128 << 10  # an end record with its longest comment, and most directories whole
LOCAL_HEADER: Final = struct.Struct("<IHHHHHIIIHH")
LOCAL_SIGNATURE: Final = 0x04034B50

_END: Final = struct.Struct("<4sHHHHIIH")
_END64_LOCATOR: Final = struct.Struct("<4sIQI")
_END64: Final = struct.Struct("<4sQHHIIQQQQ")
_ENTRY: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
_FIELD: Final = struct.Struct("<HH")
_UINT16: Final = 0xFFFF
_UINT32: Final = 0xFFFFFFFF
_ENCRYPTED: Final = 0x1
_UTF8: Final = 0x800
_ZIP64_FIELD: Final = 0x1


class ArchiveDamagedError(Exception):
    """It is no ZIP, or its records contradict each other."""


class Directory(msgspec.Struct, frozen=True):
    """Where the central directory lies in its archive, bytes."""

    offset: int
    size: int
    entries: int


class Member(msgspec.Struct, frozen=True, gc=False):
    """One file of an archive, sizes and offset in bytes."""

    offset: int  # of its local header
    name_bytes: int
    method: int
    crc32: int
    packed_size: int
    size: int


def find_directory(tail: bytes, archive_bytes: int) -> Directory:
    """Where the directory of an archive is that ends with ``tail``.

    Raises:
        ArchiveDamagedError: No end record, or one that does not fit the archive.
    """
    start = archive_bytes - len(tail)  # of the tail
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise ArchiveDamagedError("it has no end record")
    _, disk, first_disk, _, entries, size, offset, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise ArchiveDamagedError("its end record is cut")
    end = start + at
    locator = at - _END64_LOCATOR.size
    if locator >= 0 and tail.startswith(b"PK\x06\x07", locator):
        end = _END64_LOCATOR.unpack_from(tail, locator)[2]
        if not start <= end <= start + locator - _END64.size:
            raise ArchiveDamagedError("its ZIP64 end record is not where it should be")
        wide = _END64.unpack_from(tail, end - start)
        if wide[0] != b"PK\x06\x06":
            raise ArchiveDamagedError("it has no ZIP64 end record")
        disk, first_disk, entries, size, offset = wide[4], wide[5], wide[7], wide[8], wide[9]
    if disk or first_disk:
        raise ArchiveDamagedError("it is spread over several files")
    if offset + size > end:
        raise ArchiveDamagedError("its directory is not where it should be")
    if entries * _ENTRY.size > size:
        raise ArchiveDamagedError("its directory is shorter than its entries")
    return Directory(offset, size, entries)


def read_entries(data: bytes, directory: Directory) -> dict[str, Member]:
    """The files of an archive by path, in its order; folders are left out.

    Of two with one name the last counts, as for most readers. What is encrypted or packed by other
    methods than deflate cannot be served, and counts as damage.

    Args:
        data: The directory.
        directory: Where it lay.

    Raises:
        ArchiveDamagedError: An entry does not fit the archive.
    """
    members: dict[str, Member] = {}
    at = 0
    for _ in range(directory.entries):
        if at + _ENTRY.size > len(data):
            raise ArchiveDamagedError("its directory is cut")
        fields = _ENTRY.unpack_from(data, at)
        signature, flags, method = fields[0], fields[3], fields[4]
        name_bytes, extra_bytes, comment_bytes = fields[10:13]
        name_at = at + _ENTRY.size
        extra_at = name_at + name_bytes
        at = extra_at + extra_bytes + comment_bytes
        if signature != b"PK\x01\x02" or at > len(data):
            raise ArchiveDamagedError("its directory is cut")
        name = _decoded(data[name_at:extra_at], utf8=bool(flags & _UTF8))
        if name.endswith("/"):
            continue
        sizes = _wide(fields[9], fields[8], fields[16], data[extra_at : extra_at + extra_bytes])
        member = Member(sizes[2], name_bytes, method, fields[7], sizes[1], sizes[0])
        _check(name, member, flags, directory)
        members[name] = member
    return members


def _check(name: str, member: Member, flags: int, directory: Directory) -> None:
    if flags & _ENCRYPTED or member.method not in {STORED, DEFLATED}:
        raise ArchiveDamagedError(f"{name!r} is encrypted, or packed in another way than deflate")
    if member.method == STORED and member.packed_size != member.size:
        raise ArchiveDamagedError(f"{name!r} has two sizes")
    if member.offset + LOCAL_HEADER.size + member.packed_size > directory.offset:
        raise ArchiveDamagedError(f"{name!r} is not within the archive")


def _decoded(name: bytes, *, utf8: bool) -> str:
    """Names are UTF-8 with the flag, else what MS-DOS wrote (section 4.4.4, bit 11)."""
    try:
        return name.decode("utf-8" if utf8 else "cp437")
    except UnicodeDecodeError as error:
        raise ArchiveDamagedError("a name is not in UTF-8") from error


def _wide(size: int, packed_size: int, offset: int, extra: bytes) -> tuple[int, int, int]:
    """The numbers with what the ZIP64 field has of them: those that are all ones, in this order."""
    numbers = [size, packed_size, offset]
    if _UINT32 not in numbers:
        return size, packed_size, offset
    field = _zip64_field(extra)
    for index, number in enumerate(numbers):
        if number == _UINT32:
            if len(field) < 8:  # noqa: PLR2004 - 64 bits
                raise ArchiveDamagedError("its ZIP64 field is cut")
            numbers[index] = int.from_bytes(field[:8], "little")
            field = field[8:]
    return numbers[0], numbers[1], numbers[2]


def _zip64_field(extra: bytes) -> bytes:
    at = 0
    while at + _FIELD.size <= len(extra):
        kind, length = _FIELD.unpack_from(extra, at)
        at += _FIELD.size
        if kind == _ZIP64_FIELD:
            return extra[at : at + length]
        at += length
    return b""
