"""Tars of strangers, in whatever pieces they come."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tracemalloc
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.projects.tar_stream import MAX_ENTRY_BYTES, read_entries
from shared.domain.blob_tar import BLOCK, tar_header
from shared.errors import InvalidRequestError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

END: Final = bytes(2 * BLOCK)
CONTENTS = st.lists(st.binary(max_size=2_000), max_size=6)


async def read(data: bytes, *, piece: int = 1 << 16) -> list[tuple[str, bytes]]:
    """What is read of it."""

    async def body() -> AsyncIterator[bytes]:
        for at in range(0, len(data), piece):
            yield data[at : at + piece]

    return [entry async for entry in read_entries(body())]


def named(content: bytes) -> tuple[str, bytes]:
    """With its SHA-256."""
    return hashlib.sha256(content).hexdigest(), content


def own(contents: list[bytes]) -> bytes:
    """As the command writes it."""
    entries = [
        tar_header(name, len(data)) + data + bytes(-len(data) % BLOCK)
        for name, data in map(named, contents)
    ]
    return b"".join(entries) + END


def by_tarfile(contents: list[bytes], *, kind: int, fields: dict[str, object]) -> bytes:
    """As Python writes it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=kind) as archive:
        for name, data in map(named, contents):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            for field, value in fields.items():
                setattr(entry, field, value)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


@given(contents=CONTENTS, piece=st.integers(1, 3_000))
async def test_read_in_whatever_pieces(contents: list[bytes], piece: int) -> None:
    """In order; what comes twice is told twice."""
    twice = [*contents, *contents]
    assert await read(own(twice), piece=piece) == [named(data) for data in twice]


@given(contents=CONTENTS, kind=st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT]))
async def test_read_whoever_wrote_it(contents: list[bytes], kind: int) -> None:
    """The times and owners of files are no matter."""
    data = by_tarfile(contents, kind=kind, fields={"mtime": 1_700_000_000, "uname": "ann"})
    assert await read(data) == [named(content) for content in contents]


@given(contents=CONTENTS.filter(bool), data=st.data())
async def test_one_that_is_cut_short_is_refused(contents: list[bytes], data: st.DataObject) -> None:
    """Wherever: it ends with zeros, so that nobody takes a part for the whole."""
    whole = own(contents)
    cut = data.draw(st.integers(0, len(whole) - len(END) + BLOCK - 1))
    with pytest.raises(InvalidRequestError, match="too early"):
        await read(whole[:cut])


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (tarfile.PAX_FORMAT, {"mtime": 1.5}),
        (tarfile.PAX_FORMAT, {"pax_headers": {"path": "../../etc/passwd"}}),
        (tarfile.GNU_FORMAT, {"name": "a" * 200}),
        (tarfile.GNU_FORMAT, {"type": tarfile.SYMTYPE, "linkname": "b" * 200}),
    ],
)
async def test_records_before_an_entry_are_refused(kind: int, fields: dict[str, object]) -> None:
    """They could name it, or size it, anew; it is told how to write it instead."""
    with pytest.raises(InvalidRequestError, match="--format=ustar"):
        await read(by_tarfile([b"x"], kind=kind, fields=fields))


@pytest.mark.parametrize("size", [MAX_ENTRY_BYTES + 1, (8 << 30) - 1])
async def test_nothing_is_read_of_an_entry_that_is_too_large(size: int) -> None:
    """It is refused by what it announces."""
    with pytest.raises(TooLargeError, match="by PUT"):
        await read(tar_header("a" * 64, size))


async def test_bytes_that_trickle_in_weigh_what_they_are() -> None:
    """And not what each piece of them would, kept by itself."""
    size = 200_000
    data = own([bytes(size)])
    tracemalloc.start()
    try:
        assert len(await read(data, piece=1)) == 1
        assert tracemalloc.get_traced_memory()[1] < 5 * size
    finally:
        tracemalloc.stop()
