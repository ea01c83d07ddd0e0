"""From a plan to bytes on their way to the storage, in one pass.

Compressed, hashed, cut into parts, and compared with the plan before anybody hears of it. Runs in
a worker thread.
"""

from __future__ import annotations

import io
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

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
    from collections.abc import Callable, Generator, Sequence

    from services.packager.plan import Content, Plan
    from shared.options import Compression
    from shared.projects import StoredFile

LEVELS: Final[dict[Compression, Level]] = {
    "none": Level.STORE,
    "lz4": Level.FAST,
    "zstd": Level.BALANCED,
}


class SelfCheckError(ExportError):
    """The artifact is not what was planned: tried again, then for operators."""

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
    with closing(iter(parts)) as stream:
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


def _watched(archive: ZipStream, works: Sequence[_Work]) -> Generator[bytes | bytearray]:
    written = 0
    for block in archive:
        while written < len(archive.entries):
            works[written].written()
            written += 1
        if written < len(works):
            works[written].emitted(len(block))
        yield block


class _Work:
    """One member's share of the progress.

    Half of its bytes count when they are read, the rest when it has been written. A large member
    is either read twice, for its CRC and then to be stored, or once, while its compressed bytes
    come out; then every byte counts when it is read.
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
        """Bytes of this member came out; as there is more to read, once is enough."""
        header_bytes = 30 + len(self._content.path.encode()) + 20
        if size_bytes > header_bytes and self._read < self._content.size_bytes:
            self._passes = 1

    def written(self) -> None:
        """All of it is in the archive."""
        self._count(self._content.size_bytes)
        self._meter.file_packed()

    def _open(self) -> BinaryIO:
        content = self._content
        if content.data is not None:
            return io.BytesIO(content.data)
        assert content.stored is not None  # noqa: S101 - one of the two, by construction
        self._source.packed(content.stored.path)
        return self._source.open(content.stored, on_read=self._on_read)

    def _on_read(self, size_bytes: int) -> None:
        self._read += size_bytes
        self._count(min(self._read // self._passes, self._content.size_bytes))

    def _count(self, upto: int) -> None:
        if upto > self._counted:
            self._meter.packed(upto - self._counted)
            self._counted = upto
