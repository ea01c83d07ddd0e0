"""A reproducible ZIP is streamed: members are packed in worker threads and come out in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.compress_jobs import (
    BLOCK_BYTES,
    CHANNEL_BLOCKS,
    CompressedMember,
    StreamedMember,
    pack_whole,
    stream,
)
from services.packager.archive.compression import CompressionLevel
from services.packager.archive.member import ArchiveError
from services.packager.archive.paths import ArchivePaths
from services.packager.archive.zip_directory import read_directory
from services.packager.archive.zip_records import (
    DEFLATED,
    ZipEntry,
    central_directory,
    data_descriptor,
    local_header,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from services.packager.archive.member import Member

WHOLE_BYTES: Final = 8 << 20  # larger members are streamed
GROUP_BYTES: Final = 512 << 10  # one job for many small members: a hand-over costs some 50 µs
GROUP_MEMBERS: Final = 64
AHEAD_BYTES: Final = 48 << 20  # of members read but not yet written
MEMBER_BYTES: Final = 4 << 10  # what a member takes besides its content, roughly

Job = StreamedMember | Future[list[CompressedMember]]


class ZipStream:
    """One archive. Iterate once for its bytes; ``entries`` then says what was written.

    The bytes depend on the members, their order and the level only, never on the number of threads.
    Who stops early closes the iterator: that waits until the threads have ended, so an ``open``
    that blocks must then be made to return.

    Raises:
        ArchiveError: From the iteration: a duplicate or unsafe path, or a member of another
            size than it said. What a member's ``open`` raises comes through as it is.
    """

    def __init__(
        self,
        members: Iterable[Member],
        *,
        threads: int = 2,
        level: CompressionLevel = CompressionLevel.BALANCED,
    ) -> None:
        self.entries: list[ZipEntry] = []
        self._members = members
        self._threads = threads
        self._level = level
        self._offset = 0

    def __iter__(self) -> Generator[bytes | bytearray]:
        with closing(self._jobs()) as jobs:
            for job in jobs:
                if isinstance(job, StreamedMember):
                    yield from self._write_streamed(job)
                else:
                    for packed in job.result():
                        yield from self._write_packed(packed)
        yield central_directory(self.entries, self._offset)

    def read_back(self, tail: bytes, archive_bytes: int) -> list[tuple[str, int]]:
        """Path and size of every file as another reader sees them, once all bytes are out.

        Args:
            tail: The last bytes of the archive, at least its directory.
            archive_bytes: How long it is.

        Raises:
            ArchiveError: The directory says something else than was written.
        """
        read = read_directory(tail, archive_bytes)
        if [_essence(entry) for entry in read] != [_essence(entry) for entry in self.entries]:
            raise ArchiveError("the archive's directory says something else than was written")
        return [(entry.path, entry.size) for entry in read]

    def _jobs(self) -> Generator[Job]:
        """Jobs in order, started ahead of their turn while their bytes stay within the budget."""
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="zip")
        started: deque[tuple[Job, int]] = deque()
        ahead_bytes = 0
        try:
            for group in _groups(self._members):
                cost_bytes = _cost(group)
                while started and ahead_bytes + cost_bytes > AHEAD_BYTES:
                    job, done_bytes = started.popleft()
                    yield job
                    ahead_bytes -= done_bytes
                started.append((self._start(pool, group), cost_bytes))
                ahead_bytes += cost_bytes
            while started:
                yield started.popleft()[0]
        finally:
            for job, _ in started:
                if isinstance(job, StreamedMember):
                    job.blocks.close()
            pool.shutdown(cancel_futures=True)

    def _start(self, pool: ThreadPoolExecutor, group: list[Member]) -> Job:
        if not _is_large(group):
            return pool.submit(pack_whole, group, self._level)
        streamed = StreamedMember(group[0])
        pool.submit(stream, streamed, self._level)
        return streamed

    def _write_packed(self, packed: CompressedMember) -> Iterator[bytes | bytearray]:
        entry = self._entry(packed, compressed_size=len(packed.data))
        yield local_header(entry)
        yield packed.data
        self._wrote(entry, len(local_header(entry)) + len(packed.data))

    def _write_streamed(self, streamed: StreamedMember) -> Iterator[bytes]:
        with closing(streamed.blocks):
            blocks = iter(streamed.blocks)
            first = next(blocks)  # only now is it known how it is packed
            entry = self._entry(streamed, compressed_size=streamed.member.size_bytes)
            header = local_header(entry)
            yield header
            sent = 0
            for block in chain((first,), blocks):
                sent += len(block)
                yield block
        entry = msgspec.structs.replace(entry, crc32=streamed.crc32, compressed_size=sent)
        trailer = data_descriptor(entry) if entry.streamed else b""
        yield trailer
        self._wrote(entry, len(header) + sent + len(trailer))

    def _entry(
        self, packed: CompressedMember | StreamedMember, *, compressed_size: int
    ) -> ZipEntry:
        member = packed.member
        return ZipEntry(
            path=member.path,
            method=packed.method,
            crc32=packed.crc32,
            size=member.size_bytes,
            compressed_size=compressed_size,
            offset=self._offset,
            mode=member.mode,
            streamed=isinstance(packed, StreamedMember) and packed.method == DEFLATED,
        )

    def _wrote(self, entry: ZipEntry, length: int) -> None:
        self.entries.append(entry)
        self._offset += length


def _essence(entry: ZipEntry) -> tuple[object, ...]:
    return entry.path, entry.method, entry.crc32, entry.size, entry.compressed_size, entry.offset


def _groups(members: Iterable[Member]) -> Iterator[list[Member]]:
    """Runs of small members; every large one alone."""
    paths = ArchivePaths()
    group: list[Member] = []
    size = 0
    for member in members:
        paths.add(member.path)
        full = size + member.size_bytes > GROUP_BYTES or len(group) == GROUP_MEMBERS
        if group and full:
            yield group
            group, size = [], 0
        group.append(member)
        size += member.size_bytes
    if group:
        yield group


def _is_large(group: list[Member]) -> bool:
    return group[0].size_bytes > WHOLE_BYTES


def _cost(group: list[Member]) -> int:
    """Bytes of memory that a job may hold."""
    if _is_large(group):
        return CHANNEL_BLOCKS * BLOCK_BYTES
    return sum(member.size_bytes + MEMBER_BYTES for member in group)
