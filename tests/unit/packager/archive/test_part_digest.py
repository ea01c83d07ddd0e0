"""Cutting and hashing an archive on its way out."""

from __future__ import annotations

import hashlib
from contextlib import closing
from random import Random
from typing import TYPE_CHECKING

import google_crc32c
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.archive.member import Member
from services.packager.archive.part_digest import DigestedParts
from services.packager.archive.zip import ZipStream
from shared.storage.checksums import PIECE_BYTES, combined_crc32c, crc32c_of
from tests.unit.packager.archive.reading import text_of, workers

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable


def each(blocks: Iterable[bytes | bytearray]) -> Generator[bytes | bytearray]:
    """Blocks as an archive gives them."""
    yield from blocks


@given(
    blocks=st.lists(st.one_of(st.binary(max_size=40), st.binary(max_size=40).map(bytearray))),
    part_bytes=st.integers(1, 64),
)
def test_parts_are_equal_and_complete(blocks: list[bytes | bytearray], part_bytes: int) -> None:
    """All parts but the last have the size asked for, none is empty, and nothing is lost."""
    digested = DigestedParts(each(blocks), part_bytes=part_bytes)
    parts = list(digested)
    whole = b"".join(blocks)
    assert b"".join(parts) == whole
    assert all(len(part) == part_bytes for part in parts[:-1])
    assert all(0 < len(part) <= part_bytes for part in parts[-1:])
    assert digested.size_bytes == len(whole)
    assert digested.sha256 == hashlib.sha256(whole).hexdigest()


@settings(max_examples=30)
@given(first=st.binary(max_size=300), second=st.binary(max_size=300))
def test_sums_of_parts_make_that_of_the_whole(first: bytes, second: bytes) -> None:
    """As if both had been read in one go."""
    sums = google_crc32c.value(first), google_crc32c.value(second)
    assert combined_crc32c(*sums, len(second)) == google_crc32c.value(first + second)


@pytest.mark.parametrize("size_bytes", [0, 1, PIECE_BYTES, 2 * PIECE_BYTES + 7])
def test_views_have_the_sum_of_their_bytes(size_bytes: int) -> None:
    """However much the sum takes at a time."""
    data = Random(size_bytes).randbytes(size_bytes)
    assert crc32c_of(memoryview(data)) == crc32c_of(bytearray(data)) == google_crc32c.value(data)


def test_who_stops_early_stops_the_archive() -> None:
    """Closing the parts ends the threads that pack and the one that hashes."""
    text = text_of(500_000)
    archive = ZipStream(Member.of_bytes(f"{n}", text) for n in range(300))
    with closing(iter(DigestedParts(archive, part_bytes=100_000))) as parts:
        next(parts)
        assert workers()
    assert not workers()


def test_an_error_of_the_archive_comes_through() -> None:
    """What fails while packing fails the parts."""

    def failing() -> Generator[bytes | bytearray]:
        yield b"abc"
        raise OSError("the disk is gone")

    digested = DigestedParts(failing(), part_bytes=2)
    with pytest.raises(OSError, match="the disk is gone"):
        list(digested)
    assert not workers()
