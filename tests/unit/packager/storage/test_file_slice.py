"""A file inside an object reads like a file of its own, into memory that is there, too."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.storage.file_slice import FileSlice
from shared.domain.project import StoredFile

if TYPE_CHECKING:
    from collections.abc import Iterator

OBJECT = bytes(range(200))


@pytest.fixture(scope="module")
def stored() -> Iterator[int]:
    """An object that holds several files."""
    descriptor = os.memfd_create("object")
    os.write(descriptor, OBJECT)
    yield descriptor
    os.close(descriptor)


@given(
    offset=st.integers(0, 200),
    size=st.integers(0, 200),
    steps=st.lists(st.tuples(st.sampled_from(["read", "readinto", "seek"]), st.integers(0, 250))),
)
def test_it_reads_like_a_file(
    stored: int, offset: int, size: int, steps: list[tuple[str, int]]
) -> None:
    """Nothing of its neighbours comes out, and all that is read is counted."""
    size = min(size, len(OBJECT) - offset)
    counted: list[int] = []
    file = StoredFile("a", "", size, "object", offset)
    theirs = io.BytesIO(OBJECT[offset : offset + size])
    read_bytes = 0
    with FileSlice(os.dup(stored), file, counted.append) as ours:
        for step, number in steps:
            if step == "seek":
                assert ours.seek(number) == min(theirs.seek(min(number, size)), size)
                continue
            if step == "read":
                expected = theirs.read(number)
                assert ours.read(number) == expected
            else:
                place, expected = bytearray(number), theirs.read(number)
                assert ours.readinto(place) == len(expected)
                assert place == expected.ljust(number, b"\0")
            read_bytes += len(expected)
    assert sum(counted) == read_bytes
