"""Headers of blobs: the standard library reads what is written here, and the other way round."""

from __future__ import annotations

import tarfile
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.blob_tar import BLOCK, NotATarError, TarEntry, read_tar_header, tar_header

Format = Literal[0, 1]
NAMES = st.binary(min_size=32, max_size=32).map(bytes.hex)
SIZES = st.integers(0, (8 << 30) - 1)
FORMATS = st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT])


def header(
    name: str, size: int = 0, kind: Format = tarfile.USTAR_FORMAT, **fields: object
) -> bytes:
    """As the standard library writes it."""
    info = tarfile.TarInfo(name)
    info.size = size
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(kind)


def resealed(block: bytes, at: int, put: bytes) -> bytes:
    """With other bytes in one place, and a checksum that fits them."""
    changed = block[:at] + put + block[at + len(put) :]
    total = sum(changed) - sum(changed[148:156]) + 8 * 0x20
    return changed[:148] + b"%06o\0 " % total + changed[156:]


@given(name=NAMES, size=SIZES)
def test_written_as_the_standard_library_writes_it(name: str, size: int) -> None:
    """Byte for byte."""
    assert tar_header(name, size) == header(name, size)


@given(name=NAMES, size=SIZES, kind=FORMATS, mtime=st.integers(0, 1 << 32), owner=st.text())
def test_read_whoever_wrote_it(name: str, size: int, kind: Format, mtime: int, owner: str) -> None:
    """Other times, owners and formats are no matter."""
    uname = owner.encode("ascii", "ignore").decode().replace("\0", "")[:30]
    block = header(name, size, kind, mtime=mtime, uname=uname, gid=1000)
    assert read_tar_header(block) == TarEntry(name, size)


@given(block=st.binary(min_size=BLOCK, max_size=BLOCK))
def test_bytes_of_a_stranger_are_refused(block: bytes) -> None:
    """What is no header is said to be none."""
    with pytest.raises(NotATarError):
        read_tar_header(block)


@given(name=NAMES, size=SIZES, at=st.integers(0, BLOCK - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_found(name: str, size: int, at: int, bit: int) -> None:
    """Wherever it is; the checksum's own fillers aside."""
    block = bytearray(tar_header(name, size))
    block[at] ^= 1 << bit
    if at not in range(148, 156):
        with pytest.raises(NotATarError):
            read_tar_header(bytes(block))


@given(name=NAMES, put=st.binary(min_size=12, max_size=12))
def test_a_size_is_octal_or_refused(name: str, put: bytes) -> None:
    """Nothing that Python alone would take for a number."""
    block = resealed(tar_header(name, 1), 124, put)
    digits = put.strip(b" \0")
    if digits and not digits.strip(b"01234567"):
        assert read_tar_header(block) == TarEntry(name, int(digits, 8))
    else:
        with pytest.raises(NotATarError, match="octal"):
            read_tar_header(block)


@pytest.mark.parametrize("put", [b" 0000000017\0", b"0000000017\0 ", b"         17\0"])
def test_sizes_as_old_writers_put_them(put: bytes) -> None:
    """Blanks stand before or after."""
    assert read_tar_header(resealed(tar_header("a" * 64, 1), 124, put)).size == 0o17


@pytest.mark.parametrize("put", [b"\x80" + bytes(10) + b"\1", b"0000000_017\0", b"-0000000017\0"])
def test_sizes_that_are_no_octal_number(put: bytes) -> None:
    """Binary ones are of files that never come in a tar."""
    with pytest.raises(NotATarError, match="octal"):
        read_tar_header(resealed(tar_header("a" * 64, 1), 124, put))


@pytest.mark.parametrize(
    "block",
    [
        header("readme.txt"),
        header("a" * 63),
        header("A" * 64),
        header("../" + "a" * 64),
        header("folder/" * 20 + "a" * 64),  # with a prefix
        *(header("a" * 64, type=kind) for kind in (b"1", b"2", b"3", b"5", b"6", b"S", b"x", b"L")),
    ],
)
def test_only_plain_files_named_by_a_hash(block: bytes) -> None:
    """No link, no folder, no other name."""
    with pytest.raises(NotATarError, match="is not a file named by its SHA-256"):
        read_tar_header(block)
