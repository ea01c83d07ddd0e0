"""The directory read back from an archive's last bytes."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.packager.archive.member import ArchiveError, Member
from services.packager.archive.zip import ZipStream
from services.packager.archive.zip_directory import directory_size, read_directory
from services.packager.archive.zip_records import ZipEntry, central_directory
from tests.unit.packager.archive.reading import text_of

SMALL = [Member.of_bytes(f"a/{n}.txt", text_of(40_000, n)) for n in range(20)]


def test_the_tail_is_enough() -> None:
    """The last bytes, as many as are foretold, give back what was written."""
    archive = ZipStream(SMALL)
    data = b"".join(archive)
    tail = data[-directory_size(entry.path for entry in archive.entries) :]
    assert len(tail) < len(data)
    assert read_directory(tail, len(data)) == archive.entries


@given(
    sizes=st.lists(st.integers(0, 1 << 40), min_size=1, max_size=5),
    offset=st.integers(1 << 31, 1 << 45),
    streamed=st.booleans(),
)
def test_any_sizes_and_offsets(sizes: list[int], offset: int, streamed: bool) -> None:
    """Records of 4 and of 8 bytes are read as they were written, and the foretold size holds."""
    entries = [
        ZipEntry(
            path=f"ü{n}",
            method=8,
            crc32=n,
            size=size,
            compressed_size=size // 2,
            offset=offset - n,
            mode=0o755,
            streamed=streamed,
        )
        for n, size in enumerate(sizes)
    ]
    tail = central_directory(entries, offset)
    assert len(tail) <= directory_size(entry.path for entry in entries)
    assert read_directory(tail, offset + len(tail)) == entries


@cache
def _small_tail() -> bytes:
    archive = ZipStream(SMALL)
    return b"".join(archive)[-directory_size(entry.path for entry in archive.entries) :]


@given(cut=st.integers(1, 500), at=st.integers(1, 1_500), value=st.integers(0, 255))
def test_a_damaged_tail(cut: int, at: int, value: int) -> None:
    """Damage shows as other entries or as an error of ours, never as another one."""
    tail = bytearray(_small_tail())
    tail[-at] = value
    for damaged in (tail, tail[:-cut], tail[cut:]):
        try:
            read_directory(bytes(damaged), 1_000_000)
        except ArchiveError:
            continue


@pytest.mark.parametrize("tail", [b"", b"PK", b"no archive at all" * 10])
def test_no_directory(tail: bytes) -> None:
    """Something else is refused."""
    with pytest.raises(ArchiveError, match="directory cannot be read"):
        read_directory(tail, 10_000)
