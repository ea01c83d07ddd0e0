from __future__ import annotations

from services.gateway.play.archive.archives import Archive
from services.gateway.play.archive.small_members import (
    OVERHEAD_BYTES,
    SMALL_BYTES,
    SmallMembers,
)
from services.gateway.play.archive.zip_index import STORED, Member

ARCHIVE = Archive(
    key="a", members={}, paths=(), total_bytes=0, precompressed={}, data_offsets={}, memory_bytes=0
)


def member(offset: int) -> Member:
    """One of ten bytes."""
    return Member(offset, 1, STORED, 0, 10, 10)


def test_those_that_were_used_longest_ago_go_first() -> None:
    """So that all together keep within the bound."""
    small = SmallMembers(kept_bytes=2 * (10 + OVERHEAD_BYTES))
    for offset in (1, 2):
        small.keep(ARCHIVE, member(offset), b"%010d" % offset)
    assert small.get(ARCHIVE, member(1)) == b"0000000001"
    small.keep(ARCHIVE, member(3), b"0000000003")
    assert [bool(small.get(ARCHIVE, member(n))) for n in (1, 2, 3)] == [True, False, True]


def test_what_is_not_small_is_not_kept() -> None:
    """Large files would drive all others out."""
    small = SmallMembers()
    small.keep(ARCHIVE, member(1), bytes(SMALL_BYTES + 1))
    assert small.get(ARCHIVE, member(1)) is None
