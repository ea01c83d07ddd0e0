"""The ZIP writer: what other programs read, the same bytes always, and clean ends."""

from __future__ import annotations

import io
import stat
import unicodedata
import zipfile
from contextlib import closing
from threading import Event
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.archive.compression import CompressionLevel
from services.packager.archive.groups import WHOLE_BYTES
from services.packager.archive.member import ArchiveError, Member
from services.packager.archive.zip import AHEAD_BYTES, ZipStream
from tests.unit.packager.archive.reading import (
    READERS,
    ZEROS,
    Repeated,
    accepted_by,
    noise_of,
    read,
    text_of,
    workers,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\:"), min_size=1
).map(lambda name: unicodedata.normalize("NFC", "n" + name))
CONTENTS = st.one_of(
    st.binary(max_size=2_000),
    st.sampled_from([4_095, 16_383, 16_384, 16_385, 24_577, 700_000]).map(text_of),
    st.sampled_from([16_384, 40_000, 600_000]).map(noise_of),
)


def large(path: str, size_bytes: int, block: bytes, **options: Any) -> Member:
    """A member too large to be packed whole."""
    return Member(
        path=path,
        size_bytes=size_bytes,
        open=lambda: cast("BinaryIO", Repeated(size_bytes, block)),
        **options,
    )


def assorted() -> list[Member]:
    """Small and large, compressible and not."""
    text, noise = text_of(1 << 20), noise_of(1 << 20)
    return [
        Member.of_bytes("empty", b""),
        Member.of_bytes("index.html", text_of(3_000)),
        *(Member.of_bytes(f"scripts/{n}.js", text_of(400 * n, n)) for n in range(150)),
        Member.of_bytes("assets/noise", noise_of(2 << 20)),
        large("big.json", WHOLE_BYTES + 1, text),
        Member.of_bytes("ünïcode/日本語 🎮.txt", text_of(100)),
        large("big.mp4", WHOLE_BYTES + 5_000_000, noise),
        large("big.dat", WHOLE_BYTES + 600_000, noise),
        Member.of_bytes("run.sh", b"#!/bin/sh\n", mode=0o755),
    ]


@settings(max_examples=60)
@given(files=st.lists(st.tuples(st.sampled_from(["", "a/", "a/b/", "ß/"]), NAMES, CONTENTS)))
def test_what_goes_in_comes_out(files: list[tuple[str, str, bytes]]) -> None:
    """Any names and contents are read back as they were, in the order given."""
    expected = {f"{folder}{n}{name}": data for n, (folder, name, data) in enumerate(files)}
    result = read(write(Member.of_bytes(path, data) for path, data in expected.items()))
    assert list(result.items()) == list(expected.items())


@pytest.mark.parametrize("reader", READERS)
def test_other_programs_accept_it(reader: str, tmp_path: Path) -> None:
    """Programs that share no code with this one find every byte in its place."""
    target = tmp_path / "archive.zip"
    target.write_bytes(write(assorted()))
    accepted_by(reader, target)


@pytest.mark.parametrize("level", CompressionLevel)
@pytest.mark.parametrize("size", [WHOLE_BYTES - 1, WHOLE_BYTES, WHOLE_BYTES + 1])
@pytest.mark.parametrize("make", [text_of, noise_of])
def test_a_member_of_any_size_at_any_level(level: CompressionLevel, size: int, make: Any) -> None:
    """Packed whole or streamed, at every level, the content is the same."""
    data = make(1 << 20)
    if level is CompressionLevel.BEST:  # its search takes seconds where there is something to find
        data = bytes(1 << 20)
    result = read(write([large("file", size, data)], level=level))
    assert result == {"file": Repeated(size, data).read()}


@pytest.mark.parametrize(
    "level", [CompressionLevel.STORE, CompressionLevel.FAST, CompressionLevel.BALANCED]
)
def test_the_same_bytes_for_any_number_of_threads(level: CompressionLevel) -> None:
    """An archive depends on its members and the level alone."""
    archives = {write(assorted(), threads=threads, level=level) for threads in (1, 2, 4, 1)}
    assert len(archives) == 1


def test_levels_try_harder_and_harder() -> None:
    """Each level makes a scene smaller than the one before."""
    scene = "".join(
        f'{{"id": {n}, "position": [{n % 7}, {n * n % 97}, {n % 3}]}}\n' for n in range(8_000)
    )
    member = Member.of_bytes("scene.json", scene.encode())
    sizes = [len(write([member], level=level)) for level in CompressionLevel]
    assert sizes == sorted(set(sizes), reverse=True)


def test_entries_say_what_was_written() -> None:
    """Path, method, CRC, sizes, offset and mode are those that another reader finds."""
    archive = ZipStream(assorted())
    data = b"".join(archive)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        for entry, info in zip(archive.entries, file.infolist(), strict=True):
            assert (entry.path, entry.method) == (info.filename, info.compress_type)
            assert (entry.crc32, entry.offset) == (info.CRC, info.header_offset)
            assert (entry.size, entry.compressed_size) == (info.file_size, info.compress_size)
            assert stat.S_IFREG | entry.mode == info.external_attr >> 16


def test_only_large_compressed_members_have_a_descriptor() -> None:
    """A reader that takes bytes as they come needs sizes in front, and gets them where it can."""
    archive = ZipStream(assorted())
    list(archive)
    assert [entry.path for entry in archive.entries if entry.streamed] == ["big.json"]


def test_what_does_not_shrink_is_stored() -> None:
    """A look at noise suffices, short noise did not gain; the names say nothing."""
    noise = noise_of(50_000)
    archive = ZipStream(
        [
            Member.of_bytes("a.PNG", text_of(50_000)),
            Member.of_bytes("b.png", noise),
            Member.of_bytes("a.bin", noise),
            Member.of_bytes("short.bin", noise[:1_000]),
            Member.of_bytes("a.txt", text_of(50_000), compress=False),
            Member.of_bytes("b.txt", text_of(50_000)),
        ]
    )
    list(archive)
    stored = [entry.path for entry in archive.entries if entry.method == zipfile.ZIP_STORED]
    assert stored == ["b.png", "a.bin", "short.bin", "a.txt"]


def test_work_goes_ahead_within_a_budget() -> None:
    """Members are taken up before their turn, always, and never more than the budget of bytes."""
    taken_up = 0

    def members() -> Iterator[Member]:
        nonlocal taken_up
        for n in range(300):
            taken_up += 1
            yield large(f"{n}", 1 << 20, ZEROS)

    archive = ZipStream(members())
    with closing(iter(archive)) as blocks:
        for _ in blocks:
            ahead = taken_up - len(archive.entries)
            assert ahead <= (AHEAD_BYTES >> 20) + 2
            assert ahead >= min(AHEAD_BYTES >> 21, 300 - len(archive.entries))


@pytest.mark.parametrize("taken", [0, 1, 5, 300])
def test_who_stops_early_leaves_no_thread(taken: int) -> None:
    """Closing ends the threads, also those that wait for somebody to take their blocks."""
    blocks = iter(ZipStream([*assorted(), large("huge.bin", 1 << 40, noise_of(1 << 20))]))
    for _ in range(taken):
        next(blocks)
    blocks.close()
    assert not workers()


@pytest.mark.parametrize("compress", [True, False])
def test_who_stops_within_a_large_member_leaves_no_thread(compress: bool) -> None:
    """The thread that reads it waits for a taker, and learns that there is none."""
    noise = noise_of(1 << 20)
    blocks = iter(ZipStream([large("large.bin", 1 << 27, noise, compress=compress)]))
    for _ in range(3):
        next(blocks)
    blocks.close()
    assert not workers()


@pytest.mark.parametrize("size", [10, WHOLE_BYTES + 1])
def test_a_file_that_cannot_be_opened(size: int) -> None:
    """The error comes through as it is, and no thread stays."""

    def refuse() -> BinaryIO:
        raise PermissionError("no way")

    members = [*assorted(), Member(path="refused", size_bytes=size, open=refuse), *many()]
    with pytest.raises(PermissionError, match="no way"):
        write(members)
    assert not workers()


def many() -> Iterator[Member]:
    """Work that has been started when an error comes up."""
    yield from (Member.of_bytes(f"more/{n}", text_of(600_000)) for n in range(4))
    yield large("more/large", 1 << 30, text_of(1 << 20))


@pytest.mark.parametrize("change", [-1, 1, 1 << 50])
@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("size", [1, 20_000, WHOLE_BYTES + 2])
def test_a_file_of_another_size(size: int, compress: bool, change: int) -> None:
    """A file that shrank, grew or never ends is an error, and not a broken archive."""
    member = Member(
        path="file",
        size_bytes=size,
        open=lambda: cast("BinaryIO", Repeated(size + change)),
        compress=compress,
    )
    with pytest.raises(ArchiveError, match=f"'file' is not {size} bytes long"):
        write([member])
    assert not workers()


def test_an_empty_file_that_was_large() -> None:
    """Nothing to look at is no reason to fail in another way."""
    member = Member(path="gone", size_bytes=WHOLE_BYTES + 1, open=io.BytesIO)
    with pytest.raises(ArchiveError, match="'gone' is not"):
        write([member])


def test_a_file_that_changes_between_two_looks() -> None:
    """Stored members are read twice; other bytes the second time are an error."""

    class Changing(Repeated):
        def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
            self._block = noise_of(1 << 20, seed=2)
            return super().seek(offset, whence)

    size = WHOLE_BYTES + 1
    member = Member(
        path="a.mp4",
        size_bytes=size,
        open=lambda: cast("BinaryIO", Changing(size, noise_of(1 << 20))),
        compress=False,
    )
    with pytest.raises(ArchiveError, match=r"'a\.mp4' changed while it was packed"):
        write([member])


def test_later_members_wait_for_a_slow_one() -> None:
    """A file that is still on its way holds nobody up but the reader, and the order stays."""
    later_opened = Event()

    def slow() -> BinaryIO:
        assert later_opened.wait(timeout=300)
        return io.BytesIO(b"slow")

    def later() -> BinaryIO:
        later_opened.set()
        return cast("BinaryIO", Repeated(1 << 20))

    members = [
        Member(path="slow", size_bytes=4, open=slow),
        Member(path="later", size_bytes=1 << 20, open=later),
    ]
    assert list(read(write(members))) == ["slow", "later"]


def test_a_path_twice_ends_the_archive() -> None:
    """Two files of one name never make an archive."""
    with pytest.raises(ArchiveError, match="'a' is in the archive already"):
        write([Member.of_bytes("a", b"1"), Member.of_bytes("a", b"2")])
    assert not workers()
