"""A reproducible ZIP is streamed: members are packed in worker threads and come out in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.compress_jobs import (
    CHANNEL_BLOCKS,
    CompressedMember,
    StreamedMember,
    pack_page,
    pack_whole,
    stream,
)
from services.packager.archive.compression import CompressionLevel
from services.packager.archive.groups import group_bytes, groups, is_large
from services.packager.archive.known_members import BLOCK_BYTES
from services.packager.archive.member import ArchiveError
from services.packager.archive.unread import read
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
    from services.packager.archive.pages import PageStore
    from services.packager.archive.unread import Buffer, Unread

AHEAD_BYTES: Final = 32 << 20  # of members read but not yet written
LITTLE_BYTES: Final = 64 << 10  # in all: packed before a thread is there
PAGE_FROM_BYTES: Final = 256 << 10  # a group that is smaller is packed sooner than its page is read

Job = StreamedMember | Future[list[CompressedMember]] | list[CompressedMember]


class ZipStream:
    """One archive. Iterate once for its bytes; ``entries`` then says what was written.

    What is stored begins at a multiple of ``alignment`` bytes.
    The bytes depend on the members, their order and the level only, never on the number of threads
    or on what ``pages`` holds of earlier archives of the same level, made by the same tools.
    Who stops early closes the iterator: that waits until the threads have ended, so an ``open``
    that blocks must then be made to return.

    Raises:
        ArchiveError: From the iteration: a duplicate or unsafe path, or a member of another
            size than it said. What a member's ``open`` raises comes through as it is.
        MemberDamagedError: Also where a block is read: a member is another one than it said.
    """

    def __init__(
        self,
        members: Iterable[Member],
        *,
        threads: int = 2,
        level: CompressionLevel = CompressionLevel.BALANCED,
        pages: PageStore | None = None,
        alignment: int = 1,
    ) -> None:
        self.entries: list[ZipEntry] = []
        self._members = members
        self._threads = threads
        self._level = level
        self._pages = None if level is CompressionLevel.STORE else pages
        self._alignment = alignment
        self.size_bytes = 0  # of what was written so far

    def __iter__(self) -> Generator[Buffer]:
        with closing(self.unread()) as blocks:
            yield from map(read, blocks)

    def unread(self) -> Generator[Buffer | Unread]:
        """The same; what ``pages`` know of is read where it shall lie, by whoever takes it."""
        yield from self.contents()
        yield central_directory(self.entries, self.size_bytes)

    def contents(self) -> Generator[Buffer | Unread]:
        """The archive without its directory."""
        with closing(self._jobs()) as jobs:
            for job in jobs:
                if isinstance(job, StreamedMember):
                    yield from self._write_streamed(job)
                else:
                    for packed in job if isinstance(job, list) else job.result():
                        yield from self._write_packed(packed)

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
        made = groups(self._members, paged=self._pages is not None)
        first = list(islice(made, 2))
        if len(first) == 1 and group_bytes(first[0]) <= LITTLE_BYTES:
            yield pack_whole(first[0], self._level)
            return
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="zip")
        started: deque[tuple[Job, int]] = deque()
        ahead_bytes = 0
        try:
            for group in chain(first, made):
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
        if not is_large(group):
            if self._pages and group[0].sha256 and group_bytes(group) >= PAGE_FROM_BYTES:
                return pool.submit(pack_page, group, self._level, self._pages)
            return pool.submit(pack_whole, group, self._level)
        streamed = StreamedMember(group[0])
        pool.submit(stream, streamed, self._level, self._pages)
        return streamed

    def _write_packed(self, packed: CompressedMember) -> Iterator[Buffer | Unread]:
        entry = self._entry(packed, compressed_size=len(packed.data))
        header = local_header(entry)
        yield header
        yield packed.data
        self._wrote(entry, len(header) + len(packed.data))

    def _write_streamed(self, streamed: StreamedMember) -> Iterator[Buffer | Unread]:
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
            offset=self.size_bytes,
            mode=member.mode,
            streamed=isinstance(packed, StreamedMember) and packed.method == DEFLATED,
            alignment=self._alignment,
        )

    def _wrote(self, entry: ZipEntry, length: int) -> None:
        self.entries.append(entry)
        self.size_bytes += length


def _essence(entry: ZipEntry) -> tuple[object, ...]:
    return entry.path, entry.method, entry.crc32, entry.size, entry.compressed_size, entry.offset


def _cost(group: list[Member]) -> int:
    """Bytes of memory that a job may hold."""
    return CHANNEL_BLOCKS * BLOCK_BYTES if is_large(group) else group_bytes(group)
