"""Which bytes of a file a client asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from typing import Final

import msgspec

_RANGE: Final = re.compile(r"bytes=[ \t]*(\d*)-(\d*)[ \t]*")
_DIGITS: Final = 19  # 64 bits


class ByteRange(msgspec.Struct, frozen=True):
    """``size`` bytes from ``start`` on."""

    start: int
    size: int


class UnsatisfiableRangeError(Exception):
    """The file ends before the range begins."""


def read_range(header: str, total: int) -> ByteRange | None:
    """The one range that is asked for; None where the whole file is to be sent.

    That is so for other units, several ranges, and what is no range, as section 14.2 allows.

    Raises:
        UnsatisfiableRangeError: None of its bytes are there.
    """
    found = _RANGE.fullmatch(header)
    if found is None:
        return None
    first, last = found[1], found[2]
    if not (first or last) or len(first) > _DIGITS or len(last) > _DIGITS:
        return None
    if not first:
        start, end = max(total - int(last), 0), total
    else:
        start, end = int(first), min(int(last) + 1, total) if last else total
        if last and int(last) < int(first):
            return None
    if start >= total or end <= start:
        raise UnsatisfiableRangeError
    return ByteRange(start, end - start)
