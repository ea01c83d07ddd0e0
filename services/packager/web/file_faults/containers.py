"""Binary glTF models say how long they are."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from services.packager.web.file_faults.fault import Fault, cut, other, short_of

_HEADER: Final = struct.Struct("<4sII")  # magic, version, length (glTF 2.0, section 4.4.2)


def glb_fault(stream: BinaryIO, size: int) -> Fault | None:
    """What is wrong with a ``.glb``, its content apart; a ``.gltf`` under that name is read."""
    head = stream.read(_HEADER.size)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    if not head.startswith(b"glTF"):
        return other("no glTF model")
    length = _HEADER.unpack(head)[2] if len(head) == _HEADER.size else _HEADER.size
    return cut(short_of(length, size)) if length > size else None
