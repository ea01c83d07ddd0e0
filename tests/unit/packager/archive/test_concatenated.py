from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.archive.concatenated import ConcatenatedFile, concatenated_member
from services.packager.archive.member import Member

if TYPE_CHECKING:
    from services.packager.archive.concatenated import Piece

PIECES = st.lists(st.binary(max_size=40), max_size=8)


def _pieces(parts: list[bytes]) -> list[Piece]:
    """Every second one as a member."""
    return [
        Member.of_bytes(str(number), part) if number % 2 else part
        for number, part in enumerate(parts)
    ]


@given(parts=PIECES, steps=st.lists(st.tuples(st.integers(0, 200), st.integers(-1, 90))))
@settings(deadline=None)
def test_it_reads_like_one_file(parts: list[bytes], steps: list[tuple[int, int]]) -> None:
    """Wherever it is read, and however much at a time."""
    whole = b"".join(parts)
    plain = io.BytesIO(whole)
    with ConcatenatedFile(_pieces(parts)) as joined:
        assert joined.read() == whole
        for position, size in steps:
            assert joined.seek(position) == min(position, len(whole))
            plain.seek(min(position, len(whole)))
            assert joined.read(size) == plain.read(size)
            assert joined.tell() == plain.tell()
        assert joined.seek(-1, io.SEEK_END) == max(len(whole) - 1, 0)


def test_one_member_is_open_at_a_time() -> None:
    """A game has more files than a process may open, and each is opened once by who reads on."""
    opened: list[BinaryIO] = []

    def open_one() -> BinaryIO:
        assert all(file.closed for file in opened)
        opened.append(io.BytesIO(b"abc"))
        return opened[-1]

    pieces: list[Piece] = [Member(path="", size_bytes=3, open=open_one) for _ in range(5)]
    with concatenated_member("all", pieces).open() as joined:
        assert b"".join(iter(lambda: joined.read(2), b"")) == b"abc" * 5
    assert len(opened) == 5
    assert opened[-1].closed


def test_a_member_that_became_shorter_ends_it() -> None:
    """What reads it compares lengths."""
    short = Member(path="s", size_bytes=5, open=lambda: io.BytesIO(b"abc"))
    with ConcatenatedFile([b"x", short, b"y"]) as joined:
        assert joined.read() == b"xabc"


@pytest.mark.parametrize("pieces", [[], [b""], [Member.of_bytes("m", b"")]])
def test_nothing(pieces: list[Piece]) -> None:
    """Is a file too."""
    assert ConcatenatedFile(pieces).read() == b""
