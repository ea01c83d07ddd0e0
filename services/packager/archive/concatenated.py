"""Several pieces read as one file, so that nothing large is copied to stand behind another."""

from __future__ import annotations

import io
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, BinaryIO, cast

from services.packager.archive.member import Member

if TYPE_CHECKING:
    from collections.abc import Sequence

Piece = bytes | Member  # a member stands for its content; its path does not matter here


def piece_bytes(piece: Piece) -> int:
    """How long it is."""
    return piece.size_bytes if isinstance(piece, Member) else len(piece)


def concatenated_member(path: str, pieces: Sequence[Piece], *, mode: int = 0o644) -> Member:
    """A file that consists of pieces; they are opened when it is read."""
    return Member(
        path=path,
        size_bytes=sum(map(piece_bytes, pieces)),
        open=lambda: cast("BinaryIO", ConcatenatedFile(pieces)),
        mode=mode,
    )


class ConcatenatedFile(io.RawIOBase):
    """A file of pieces, one after the other; ``read`` falls short at the end only.

    One member is open at a time, so that reading on opens each of them once.
    """

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._ends = [*accumulate(map(piece_bytes, pieces))]
        self._end = self._ends[-1] if pieces else 0
        self._position = 0
        self._open: tuple[int, BinaryIO] | None = None  # which piece

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Within the whole; beyond its ends there is nothing."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._end}
        self._position = min(max(origin[whence] + offset, 0), self._end)
        return self._position

    def tell(self) -> int:
        """Bytes from the start."""
        return self._position

    def read(self, size: int = -1) -> bytes:
        """At most ``size`` bytes, across pieces."""
        left = self._end - self._position if size < 0 else size
        parts = []
        while left and (part := self._read_piece(left)):
            parts.append(part)
            left -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def close(self) -> None:
        """The piece that is open."""
        if self._open:
            self._open[1].close()
        super().close()

    def _read_piece(self, size: int) -> bytes:
        """Out of the one piece that the position is in; nothing behind the last."""
        index = bisect_right(self._ends, self._position)
        if index == len(self._pieces):
            return b""
        piece = self._pieces[index]
        start = self._ends[index] - piece_bytes(piece)
        offset, size = self._position - start, min(size, self._ends[index] - self._position)
        if isinstance(piece, Member):
            file = self._opened(index, piece)
            file.seek(offset)
            data = file.read(size)
        else:
            data = piece[offset : offset + size]
        self._position += len(data)
        return data

    def _opened(self, index: int, member: Member) -> BinaryIO:
        if self._open is None or self._open[0] != index:
            if self._open:
                self._open[1].close()
            self._open = index, member.open()
        return self._open[1]
