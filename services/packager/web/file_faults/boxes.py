"""Boxes are what MP4 and AVIF files consist of: a length, a kind, and content."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 10_000
_HEAD: Final = struct.Struct(">I4s")
_LONG: Final = struct.Struct(">Q")
_TO_THE_END, _IS_LONG = 0, 1


class Box(msgspec.Struct, frozen=True):
    """A box at the top of a file."""

    kind: bytes
    end: int  # where the next one begins; beyond the file where that is cut short


def boxes_of(stream: BinaryIO, size: int) -> Iterator[Box]:
    """The boxes of a file, as far as they can be followed (ISO/IEC 14496-12, section 4.2)."""
    at = 0
    for _ in range(MOST):
        stream.seek(at)
        head = stream.read(_HEAD.size + _LONG.size)
        if len(head) < _HEAD.size:
            return
        length, kind = _HEAD.unpack_from(head)
        if length == _TO_THE_END:
            length = size - at
        elif length == _IS_LONG and len(head) == _HEAD.size + _LONG.size:
            (length,) = _LONG.unpack_from(head, _HEAD.size)
        if length < _HEAD.size:
            return
        at += length
        yield Box(kind, at)
        if at >= size:
            return
