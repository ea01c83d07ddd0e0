"""WebAssembly modules are sections of a length that each of them tells."""

from __future__ import annotations

from typing import BinaryIO, Final

from services.packager.web.file_faults.fault import Fault, cut, other, short_of

_MAGIC: Final = b"\0asm"
_HEADER_BYTES: Final = 8
_MOST_SECTIONS: Final = 10_000
_LENGTH_BYTES: Final = 5  # of a 32-bit number in LEB128


def fault_of(stream: BinaryIO, size: int) -> Fault | None:
    """What is wrong with a module, its code apart (WebAssembly core specification, 5.5)."""
    head = stream.read(_HEADER_BYTES)
    if not head.startswith(_MAGIC):
        return other("no WebAssembly")
    if size <= _HEADER_BYTES:
        return cut("it has no section")
    at = _HEADER_BYTES
    for _ in range(_MOST_SECTIONS):
        if at >= size:
            break
        stream.seek(at)
        length, width = _number(stream.read(1 + _LENGTH_BYTES)[1:])
        at += 1 + width + length
    return cut(short_of(at, size)) if at > size else None


def _number(data: bytes) -> tuple[int, int]:
    """(value, bytes) of a LEB128 number; one that does not end is longer than the file."""
    value = 0
    for place, byte in enumerate(data):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
            return value, place + 1
    return value, _LENGTH_BYTES
