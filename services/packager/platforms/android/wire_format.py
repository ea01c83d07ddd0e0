"""The wire format of protocol buffers: fields as they stand, so that what is unknown is kept.

An app bundle needs a few fields of three public schemas changed, and all others left alone. For
that the format itself is enough; no schema has to be compiled.

Source: "Encoding", Protocol Buffers documentation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
_FIXED: Final = {FIXED64: 8, FIXED32: 4}
_MOST_SHIFT: Final = 63


class Field(NamedTuple):
    """One field: its number, how it is written, and its value."""

    number: int
    kind: int
    value: int | bytes

    @property
    def data(self) -> bytes:
        """Of a field that holds bytes, a text or a message.

        Raises:
            ValueError: It holds a number.
        """
        if isinstance(self.value, int):
            raise ValueError(f"field {self.number} is no message")  # noqa: TRY004 - wrong data
        return self.value

    @property
    def text(self) -> str:
        """Of a field that holds a text (raises ValueError)."""
        return self.data.decode()


def read_message(data: bytes) -> list[Field]:
    """The fields of a message, in their order.

    Raises:
        ValueError: It is broken.
    """
    found, at = [], 0
    while at < len(data):
        key, at = _varint_at(data, at)
        kind = key & 7
        value: int | bytes
        if kind == VARINT:
            value, at = _varint_at(data, at)
        else:
            length, at = _varint_at(data, at) if kind == LENGTH else (_FIXED.get(kind, -1), at)
            value, at = data[at : at + length], at + length
            if length < 0 or at > len(data):
                raise ValueError(f"field {key >> 3} reaches beyond its message")
        found.append(Field(key >> 3, kind, value))
    return found


def write_message(fields: Iterable[Field]) -> bytes:
    """A message of these fields, in their order."""
    out = bytearray()
    for number, kind, value in fields:
        out += _varint(number << 3 | kind)
        if isinstance(value, int):
            out += _varint(value)
        else:
            out += _varint(len(value)) if kind == LENGTH else b""
            out += value
    return bytes(out)


def number(number: int, value: int) -> Field:
    """A field that holds a number, or a truth."""
    return Field(number, VARINT, value)


def text(number: int, value: str) -> Field:
    """A field that holds a text."""
    return Field(number, LENGTH, value.encode())


def message(number: int, *fields: Field) -> Field:
    """A field that holds a message."""
    return Field(number, LENGTH, write_message(fields))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004 - seven bits each
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def _varint_at(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift <= _MOST_SHIFT:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not data[at - 1] & 0x80:
            return value, at
    raise ValueError("a number has no end")
