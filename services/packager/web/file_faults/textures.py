"""Textures for graphics cards: KTX2, and Radiance pictures."""

from __future__ import annotations

import re
import struct
from typing import BinaryIO, Final

from services.packager.web.file_faults.fault import Fault, cut, other, short_of

KTX2: Final = b"\xabKTX 20\xbb"  # and four more, for transfers that change line ends
_HEADER_BYTES: Final = 80
_LEVELS_AT: Final = 40
_MOST_LEVELS: Final = 32
_LEVEL: Final = struct.Struct("<QQQ")
_HDR_HEAD_BYTES: Final = 4_096
_HDR_SIZE: Final = re.compile(rb"\n[-+][XY] (\d{1,9}) [-+][XY] (\d{1,9})\n")
_SHORTEST_RUN: Final = 127  # pixels that two bytes stand for, in each of four channels


def ktx2_fault(stream: BinaryIO, size: int) -> Fault | None:
    """What is wrong with a KTX2 texture (KTX 2.0 specification, section 3)."""
    stream.seek(0)
    head = stream.read(_HEADER_BYTES)
    if not head.startswith(KTX2):
        return other("no KTX2 texture")
    if len(head) < _HEADER_BYTES:
        return cut("it has no level")
    (levels,) = struct.unpack_from("<I", head, _LEVELS_AT)
    table = stream.read(_LEVEL.size * max(min(levels, _MOST_LEVELS), 1))
    if len(table) % _LEVEL.size:
        return cut("it has no level")
    end = max((offset + length for offset, length, _ in _LEVEL.iter_unpack(table)), default=size)
    return cut(short_of(end, size)) if end > size else None


def hdr_fault(stream: BinaryIO, size: int) -> Fault | None:
    """What is wrong with a Radiance picture: it is another, or has less than the least pixels."""
    head = stream.read(_HDR_HEAD_BYTES)
    if not head.startswith(b"#?"):
        return other("no Radiance picture")
    found = _HDR_SIZE.search(head)
    if found is None:
        return cut("it does not say how large it is")
    rows, columns = int(found[1]), int(found[2])
    least = rows * (4 + 8 * (columns // _SHORTEST_RUN))
    there = size - found.end()
    return cut(f"{rows:,} lines do not fit into {there:,} bytes") if there < least else None
