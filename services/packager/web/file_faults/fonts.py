"""Web fonts say how long they are."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from services.packager.web.file_faults.fault import Fault, cut, other, short_of

_HEADER: Final = struct.Struct(">4sII")  # signature, flavour, length (WOFF 1.0 and 2.0)
_SIGNATURES: Final = (b"wOFF", b"wOF2")


def fault_of(stream: BinaryIO, size: int) -> Fault | None:
    """What is wrong with a font; one of another kind is shown, whatever it is called."""
    head = stream.read(_HEADER.size)
    if head[:4] in (b"\0\1\0\0", b"OTTO", b"true", b"ttcf"):
        return None
    if not head.startswith(_SIGNATURES):
        return other("no font that a browser reads")
    length = _HEADER.unpack(head)[2] if len(head) == _HEADER.size else _HEADER.size
    return cut(short_of(length, size)) if length > size else None
