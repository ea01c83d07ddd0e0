"""From a plan to bytes on their way to the storage, in one pass.

Compressed, hashed, cut into parts, and compared with the plan before anybody hears of it. Runs in
a worker thread.
"""

from __future__ import annotations

import io
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

import msgspec

from services.packager.archive.compression import Level
from services.packager.archive.digest import DigestedParts
from services.packager.archive.directory import directory_size, read_directory
from services.packager.archive.member import Member
from services.packager.archive.records import Entry
from services.packager.archive.zip import ZipStream
from services.packager.manifest import MANIFEST
from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from services.packager.plan import Content, Plan
    from shared.options import Compression
    from shared.projects import StoredFile

LEVELS: Final[dict[Compression, Level]] = {
    "none": Level.STORE,
    "lz4": Level.FAST,
    "zstd": Level.BALANCED,
}


class SelfCheckError(ExportError):
    """The artifact is not what was planned: ours to repair, so it is tried again and then buried."""

    code = "artifact-wrong"
    title = "The packed artifact failed its own check"
    retryable = True


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """The artifact as a whole."""

    size_bytes: int
    sha256: str
    crc32c: str


class Source(Protocol):
    """Where the project's bytes come from."""

    def open(
        self,
        file: StoredFile,
        *,
        on_read: Callable[[int], None] | None = None,
        on_closed: Callable[[], None] | None = None,
    ) -> BinaryIO:
        """The file's bytes, seekable; may block."""
        ...

    def packed(self, path: str) -> None:
        """Packing has come to this file of the project."""
        ...


class Meter(Protocol):
    """Who counts what has been done; called from several threads."""

    def packed(self, size_bytes: int) -> None:
        """So many bytes more."""
        ...

    def file_packed(self) -> None:
        """One file more."""
        ...


def pack(
    plan: Plan,
    source: Source,
    send: Callable[[bytes], None],
    meter: Meter,
    *,
    part_bytes: int,
    threads: int,
    compression: Compression,
) -> Packed:
    """Write the archive part by part into ``send``.

    Raises:
        SelfCheckError: Its directory does not agree with the plan.
    """
    works = [_Work(content, source, meter) for content in plan.contents]
    archive = ZipStream(
        (work.member() for work in works), threads=threads, level=LEVELS[compression]
    )
    parts = DigestedParts(_watched(archive, works), part_bytes=part_bytes)
    tail_bytes = directory_size([_planned(content) for content in plan.contents])
    tail = b""
    with closing(cast("Generator[bytes]", iter(parts))) as stream:
        for part in stream:
            tail = (tail + part[-tail_bytes:])[-tail_bytes:]
            send(part)
    check(plan, archive.entries, read_directory(tail, parts.size_bytes))
    return Packed(size_bytes=parts.size_bytes, sha256=parts.sha256, crc32c=parts.crc32c)


def check(plan: Plan, written: Sequence[Entry], read: Sequence[Entry]) -> None:
    """Compare the plan, what was written, and the directory as another reader sees it.

    Raises:
        SelfCheckError: They differ, or what every artifact needs is not there.
    """
    planned = [(content.path, content.size_bytes) for content in plan.contents]
    if planned != [(entry.path, entry.size) for entry in written]:
        raise SelfCheckError("the archive holds other files than were planned")
    if [_essence(entry) for entry in written] != [_essence(entry) for entry in read]:
        raise SelfCheckError("the archive's directory says something else than was written")
    needed = {MANIFEST, plan.entry or MANIFEST}
    if missing := needed - {entry.path for entry in read}:
        raise SelfCheckError(f"the archive lacks {', '.join(sorted(missing))}")


def _essence(entry: Entry) -> tuple[object, ...]:
    return entry.path, entry.method, entry.crc32, entry.size, entry.compressed_size, entry.offset


def _planned(content: Content) -> Entry:
    """An entry good enough to know the size of its record."""
    size = content.size_bytes
    return Entry(path=content.path, method=0, crc32=0, size=size, compressed_size=size, offset=0)


def _watched(archive: ZipStream, works: Sequence[_Work]) -> Iterator[bytes | bytearray]:
    for block in archive:
        if len(archive.entries) < len(works):
            works[len(archive.entries)].emitted(len(block))
        yield block


class _Work:
    """One member's share of the progress.

    A large member is either read once, while its compressed bytes come out, or twice: for its CRC
    and then to be stored. Half of its bytes are counted at the first reading until it is known
    which.
    """

    def __init__(self, content: Content, source: Source, meter: Meter) -> None:
        self._content = content
        self._source = source
        self._meter = meter
        self._read = 0
        self._counted = 0
        self._passes = 2

    def member(self) -> Member:
        """What the archive writer takes."""
        content = self._content
        return Member(path=content.path, size_bytes=content.size_bytes, open=self._open)

    def emitted(self, size_bytes: int) -> None:
        """Bytes of this member came out; if it has not been read wholly by then, once is enough."""
        headers = 30 + len(self._content.path.encode()) + 20
        if self._read < self._content.size_bytes and size_bytes > headers:
            self._passes = 1

    def _open(self) -> BinaryIO:
        content = self._content
        if content.data is not None:
            self._finish()
            return io.BytesIO(content.data)
        assert content.stored is not None  # noqa: S101 - one of the two, by construction
        self._source.packed(content.stored.path)
        return self._source.open(content.stored, on_read=self._on_read, on_closed=self._finish)

    def _on_read(self, size_bytes: int) -> None:
        self._read += size_bytes
        self._count(min(self._read // self._passes, self._content.size_bytes))

    def _finish(self) -> None:
        self._count(self._content.size_bytes)
        self._meter.file_packed()

    def _count(self, upto: int) -> None:
        if upto > self._counted:
            self._meter.packed(upto - self._counted)
            self._counted = upto
