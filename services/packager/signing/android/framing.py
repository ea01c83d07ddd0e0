"""How APK Signature Schemes write their structures: little-endian, each length before its bytes."""

from __future__ import annotations

from typing import Final

WORD_BYTES: Final = 4


class FramingError(ValueError):
    """Bytes that are no such structure."""


def word(number: int) -> bytes:
    """A number of 32 bits."""
    return number.to_bytes(WORD_BYTES, "little")


def framed(data: bytes) -> bytes:
    """Bytes after their length."""
    return word(len(data)) + data


def listed(*items: bytes) -> bytes:
    """A list: its length, then each item after its own."""
    return framed(b"".join(map(framed, items)))


class Frames:
    """Reads one field after the other; no length leads beyond the bytes that are there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._data) - self._at

    def word(self) -> int:
        """The next number.

        Raises:
            FramingError: There is none.
        """
        return int.from_bytes(self._take(WORD_BYTES), "little")

    def framed(self) -> bytes:
        """The next bytes after their length.

        Raises:
            FramingError: There are not so many.
        """
        return self._take(self.word())

    def end(self) -> None:
        """Nothing may be left.

        Raises:
            FramingError: Something is.
        """
        if self.left:
            raise FramingError("there is more than was said")

    def _take(self, size: int) -> bytes:
        if size > self.left:
            raise FramingError("it is cut off, or a length in it is wrong")
        self._at += size
        return self._data[self._at - size : self._at]
