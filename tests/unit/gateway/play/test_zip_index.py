from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.play.archive.zip_index import (
    ArchiveDamagedError,
    Member,
    find_directory,
    read_entries,
)
from tests.integration.gateway.archives import noise, text, zipped

FILES = {
    "index.html": text(3_000),
    "a/ü 日本.bin": noise(2_000),
    "empty": b"",
    "folder/": b"",
}


def index(archive: bytes, tail_bytes: int = 1 << 17) -> dict[str, Member]:
    """As the preview server reads it."""
    directory = find_directory(archive[-tail_bytes:], len(archive))
    return read_entries(archive[directory.offset :][: directory.size], directory)


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("wide", [True, False])
def test_it_says_what_the_standard_library_says(stored: bool, wide: bool) -> None:
    """Of every kind of number, by another reader; folders are no files."""
    archive = zipped(FILES, stored=stored, wide=wide)
    found = index(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as reader:
        expected = {info.filename: info for info in reader.infolist() if not info.is_dir()}
    assert [*found] == [*expected]
    for path, info in expected.items():
        member = found[path]
        assert (member.offset, member.method) == (info.header_offset, info.compress_type)
        assert (member.packed_size, member.size) == (info.compress_size, info.file_size)
        assert member.crc32 == info.CRC


def test_a_comment_at_the_end_does_no_harm() -> None:
    """It is part of the end record."""
    buffer = io.BytesIO(zipped(FILES))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"made with love"
    assert len(index(buffer.getvalue())) == 3


def test_names_without_the_flag_are_those_of_ms_dos() -> None:
    """Code page 437."""
    archive = bytearray(zipped({"index.html": b"1"}))
    at = archive.rfind(b"index.html")
    archive[at] = 0x81
    assert [*index(bytes(archive))] == ["ündex.html"]


@given(st.data())
def test_whatever_is_changed_it_is_read_or_refused(data: st.DataObject) -> None:
    """No other error, and nothing that lies outside of the archive."""
    archive = bytearray(zipped(FILES, wide=data.draw(st.booleans())))
    start = archive.find(b"PK\x01\x02")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(start, len(archive) - 1))
        archive[at] = data.draw(st.integers(0, 255))
    del archive[data.draw(st.integers(len(archive) - 30, len(archive))) :]
    with suppress(ArchiveDamagedError):
        for member in index(bytes(archive)).values():
            assert 0 <= member.offset + member.packed_size <= len(archive)


@given(st.binary(max_size=200))
def test_noise_is_no_archive(data: bytes) -> None:
    """And says so."""
    with pytest.raises(ArchiveDamagedError):
        find_directory(data + b"PK\x05\x06", len(data) + 4)
