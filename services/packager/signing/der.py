"""DER in small: enough of it to look into key stores, and to write a PKCS #7 signature.

Source: ITU-T X.690, clauses 8 and 10.
"""

from __future__ import annotations

from typing import Final

import msgspec

INTEGER: Final = 0x02
OCTETS: Final = 0x04
NULL: Final = b"\x05\x00"
OBJECT: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31
CONTEXT: Final = 0xA0  # explicit [0], or constructed [0]
_LONG: Final = 0x80
_LENGTH_BYTES: Final = 4  # 4 GB are enough
_MANY_TAGS: Final = 0x1F


class DerError(ValueError):
    """Bytes that are no DER."""


class Element(msgspec.Struct, frozen=True):
    """One element: its tag, what is in it, and the whole of it."""

    tag: int
    content: bytes
    whole: bytes


def element(data: bytes, at: int = 0) -> Element:
    """The element that begins there.

    Raises:
        DerError: There is none: it is cut off, or of indefinite length as DER allows none.
    """
    if len(data) < at + 2 or data[at] & _MANY_TAGS == _MANY_TAGS:
        raise DerError("no element")
    size, begins = data[at + 1], at + 2
    if size >= _LONG:
        count = size - _LONG
        if not 0 < count <= _LENGTH_BYTES:
            raise DerError("a length that is none")
        size, begins = int.from_bytes(data[begins : begins + count]), begins + count
    if begins + size > len(data):
        raise DerError("an element is cut off")
    ends = begins + size
    return Element(data[at], data[begins:ends], data[at:ends])


def elements(content: bytes) -> list[Element]:
    """All elements that follow one another.

    Raises:
        DerError: Something else is among them.
    """
    found = []
    at = 0
    while at < len(content):
        found.append(element(content, at))
        at += len(found[-1].whole)
    return found


def children(data: bytes) -> list[Element]:
    """What is in the one element that these bytes are.

    Raises:
        DerError: They are something else.
    """
    return elements(element(data).content)


def octets(found: Element) -> bytes:
    """The content of an OCTET STRING.

    Raises:
        DerError: It is something else.
    """
    if found.tag != OCTETS:
        raise DerError("no octets")
    return found.content


def written(tag: int, *contents: bytes) -> bytes:
    """An element of these contents."""
    content = b"".join(contents)
    size = len(content)
    if size < _LONG:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, _LONG + len(length))) + length + content


def sequence(*contents: bytes) -> bytes:
    """A SEQUENCE of these."""
    return written(SEQUENCE, *contents)
