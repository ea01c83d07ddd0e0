"""Beyond what 16 and 32 bits hold; real sizes, read back by real programs."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, BinaryIO, cast

import pytest

from services.packager.archive.member import Member
from services.packager.archive.zip_records import ZipEntry, data_descriptor, local_header
from tests.unit.packager.archive.reading import READERS, Repeated, accepted_by, write, write_sparse

if TYPE_CHECKING:
    from pathlib import Path

FOUR_GIB = 1 << 32
AFTER = Member.of_bytes("z.txt", b"behind it all")


def huge(target: Path, *, compress: bool) -> Path:
    """An archive of one file beyond 4 GiB and a small one behind it."""
    size = FOUR_GIB + 5
    member = Member(
        path="huge.bin",
        size_bytes=size,
        open=lambda: cast("BinaryIO", Repeated(size)),
        compress=compress,
    )
    write_sparse([member, AFTER], target)
    return target


@pytest.fixture(scope="module")
def compressed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sizes that need 8 bytes, and a descriptor."""
    return huge(tmp_path_factory.mktemp("compressed") / "huge.zip", compress=True)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An offset that needs 8 bytes, and a directory there."""
    return huge(tmp_path_factory.mktemp("stored") / "huge.zip", compress=False)


def test_7z_reads_a_huge_member(compressed: Path) -> None:
    """Every byte and CRC of a file beyond 4 GiB, and of the one behind it."""
    accepted_by("7z", compressed)


def test_python_reads_what_stands_behind_a_huge_member(compressed: Path) -> None:
    """The standard library shows the sizes and finds the next file; 7z has read every byte."""
    with zipfile.ZipFile(compressed) as file:
        assert [info.file_size for info in file.infolist()] == [FOUR_GIB + 5, AFTER.size_bytes]
        assert file.read(AFTER.path) == b"behind it all"


@pytest.mark.parametrize("reader", READERS)
def test_what_stands_beyond_4_gib_is_found(reader: str, stored: Path) -> None:
    """An offset beyond 4 GiB; only the file there, as the one before takes half a minute."""
    accepted_by(reader, stored, AFTER.path)


def test_python_finds_what_stands_beyond_4_gib(stored: Path) -> None:
    """The same with the standard library."""
    with zipfile.ZipFile(stored) as file:
        assert file.getinfo(AFTER.path).header_offset > FOUR_GIB
        assert file.read(AFTER.path) == b"behind it all"


@pytest.fixture(scope="module", params=[65_534, 65_535, 70_000])
def crowd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of about as many files as 16 bits count."""
    target = tmp_path_factory.mktemp("crowd") / f"{request.param}.zip"
    target.write_bytes(write(Member.of_bytes(f"{n}", b"x") for n in range(request.param)))
    return target


@pytest.mark.parametrize("reader", READERS)
def test_many_members(reader: str, crowd: Path) -> None:
    """More members than 16 bits count are all found."""
    accepted_by(reader, crowd)
    with zipfile.ZipFile(crowd) as file:
        assert len(file.namelist()) == int(crowd.stem)


@pytest.mark.parametrize(
    ("size", "wide"),
    [(0xFFFFFFFF - (17 << 20), False), (0xFFFFFFFF - (16 << 20), True), (FOUR_GIB, True)],
)
def test_a_streamed_member_decides_by_its_size(size: int, wide: bool) -> None:
    """Header and descriptor agree on 4 or 8 bytes, with room for what does not shrink."""
    entry = ZipEntry(
        path="a", method=8, crc32=1, size=size, compressed_size=size, offset=0, streamed=True
    )
    assert entry.wide is wide
    assert len(local_header(entry)) == 30 + 1 + (20 if wide else 0)
    assert len(data_descriptor(entry)) == (24 if wide else 16)
