"""Memory that is lent to a build: what it writes is read, and nothing can be taken away."""

from __future__ import annotations

import os

import pytest

from services.packager.sandbox import channel
from services.packager.sandbox.lent_memory import LentMemory

PART_BYTES = 3 * 4_096


def test_the_build_s_bytes_are_seen_until_they_are_given_back() -> None:
    """Each piece by itself, as often as it likes."""
    lent = LentMemory(2, PART_BYTES)
    files = lent.hand_over()
    try:
        for number, piece in enumerate([0, 1, 0]):
            os.pwrite(files[piece], bytes([number]) * 10, 0)
            assert lent.take(piece, 10) == bytes([number]) * 10
            lent.give_back(piece)
    finally:
        channel.close(files)


@pytest.mark.parametrize(
    ("piece", "size_bytes"), [(1, 1), (-1, 1), (0, 0), (0, -1), (0, PART_BYTES + 1)]
)
def test_there_is_no_more_than_was_lent(piece: int, size_bytes: int) -> None:
    """Whatever a build says."""
    lent = LentMemory(1, PART_BYTES)
    channel.close(lent.hand_over())
    with pytest.raises(ValueError, match=r"piece|bytes"):
        lent.take(piece, size_bytes)


def test_a_piece_is_one_part_at_a_time() -> None:
    """What is under way is not sent twice."""
    lent = LentMemory(1, PART_BYTES)
    channel.close(lent.hand_over())
    lent.take(0, PART_BYTES)
    with pytest.raises(ValueError, match="no piece 0"):
        lent.take(0, 1)


def test_its_size_is_sealed() -> None:
    """Whoever reads where pages are gone is killed."""
    files = LentMemory(1, PART_BYTES).hand_over()
    try:
        for size_bytes in (0, PART_BYTES - 1, PART_BYTES + 1):
            with pytest.raises(PermissionError):
                os.ftruncate(files[0], size_bytes)
    finally:
        channel.close(files)
