"""A reproducible ZIP, streamed: members are compressed in worker threads and come out in order.

Small members are compressed whole, many to one job; large ones pass through a bounded channel,
block by block. What is stored goes out with its CRC known beforehand, so that only large compressed
members need a data descriptor.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
from isal import isal_zlib

from services.packager.archive.channel import Channel, ClosedError
from services.packager.archive.compression import (
    PROBE_FROM_BYTES,
    Level,
    compress_whole,
    sample_of,
    sample_of_file,
    shrinks,
    stream_compressor,
    worth_a_try,
)
from services.packager.archive.member import ArchiveError, Member, check_member
from services.packager.archive.records import (
    DEFLATED,
    STORED,
    Entry,
    central_directory,
    data_descriptor,
    local_header,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

WHOLE_BYTES: Final = 4 << 20  # larger members are streamed
BLOCK_BYTES: Final = 1 << 20
CHANNEL_BLOCKS: Final = 8
GROUP_BYTES: Final = 512 << 10  # one job for many small members: a hand-over costs some 50 µs
GROUP_MEMBERS: Final = 64
AHEAD_BYTES: Final = 48 << 20  # of members read but not yet written


class Packed(msgspec.Struct):
    """A small member, ready to be written."""

    member: Member
    method: int
    crc32: int
    data: bytes | bytearray


class Header(msgspec.Struct):
    """How a large member goes out; its CRC is known only where it is stored."""

    method: int
    crc32: int = 0


Large = Channel["Header | bytes"]
Job = tuple["Member", Large] | Future[list[Packed]]


class ZipStream:
    """One archive. Iterate once for its bytes; ``entries`` then says what was written.

    The bytes depend on the members, their order and the level only, never on the number of threads.

    Raises:
        ArchiveError: From the iteration: a duplicate or unsafe path, or a member of another
            size than it said.
    """

    def __init__(
        self, members: Iterable[Member], *, threads: int = 2, level: Level = Level.BALANCED
    ) -> None:
        self.entries: list[Entry] = []
        self._members = members
        self._threads = threads
        self._level = level
        self._offset = 0

    def __iter__(self) -> Iterator[bytes | bytearray]:
        with closing(self._jobs()) as jobs:
            for job in jobs:
                if isinstance(job, Future):
                    for packed in job.result():
                        yield from self._write_small(packed)
                else:
                    yield from self._write_large(*job)
        yield central_directory(self.entries, self._offset)

    def _jobs(self) -> Generator[Job]:
        """Jobs in order, started ahead of their turn while their bytes stay within the budget."""
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="zip")
        started: deque[tuple[Job, int]] = deque()
        ahead = 0
        try:
            for group in _groups(self._members):
                size = min(sum(member.size_bytes for member in group), AHEAD_BYTES // 2)
                while started and ahead + size > AHEAD_BYTES:
                    job, done = started.popleft()
                    yield job
                    ahead -= done
                started.append((self._start(pool, group), size))
                ahead += size
            while started:
                yield started.popleft()[0]
        finally:
            for job, _ in started:
                if not isinstance(job, Future):
                    job[1].close()
            pool.shutdown(cancel_futures=True)

    def _start(self, pool: ThreadPoolExecutor, group: list[Member]) -> Job:
        first = group[0]
        if first.size_bytes <= WHOLE_BYTES:
            return pool.submit(_pack_all, group, self._level)
        channel: Large = Channel(CHANNEL_BLOCKS)
        pool.submit(_stream, first, self._level, channel)
        return first, channel

    def _write_small(self, packed: Packed) -> Iterator[bytes | bytearray]:
        member = packed.member
        entry = Entry(
            path=member.path,
            method=packed.method,
            crc32=packed.crc32,
            size=member.size_bytes,
            compressed_size=len(packed.data),
            offset=self._offset,
            mode=member.mode,
        )
        header = local_header(entry)
        self._wrote(entry, len(header) + len(packed.data))
        yield header
        yield packed.data

    def _write_large(self, member: Member, channel: Large) -> Iterator[bytes]:
        try:
            items = iter(channel)
            header = next(items)
            assert isinstance(header, Header)  # noqa: S101 - _stream sends it first
            entry = Entry(
                path=member.path,
                method=header.method,
                crc32=header.crc32,
                size=member.size_bytes,
                compressed_size=member.size_bytes,
                offset=self._offset,
                mode=member.mode,
                streamed=header.method == DEFLATED,
            )
            first = local_header(entry)
            yield first
            sent = 0
            for item in items:
                if isinstance(item, Header):  # the end of a compressed member: now its CRC is known
                    entry = msgspec.structs.replace(entry, crc32=item.crc32, compressed_size=sent)
                    break
                sent += len(item)
                yield item
            last = data_descriptor(entry) if entry.streamed else b""
            yield last
        finally:
            channel.close()
        self._wrote(entry, len(first) + sent + len(last))

    def _wrote(self, entry: Entry, length: int) -> None:
        self.entries.append(entry)
        self._offset += length


def _groups(members: Iterable[Member]) -> Iterator[list[Member]]:
    """Runs of small members; every large one alone."""
    seen: set[str] = set()
    group: list[Member] = []
    size = 0
    for member in members:
        check_member(member, seen)
        full = size + member.size_bytes > GROUP_BYTES or len(group) == GROUP_MEMBERS
        if group and full:
            yield group
            group, size = [], 0
        group.append(member)
        size += member.size_bytes
    if group:
        yield group


def _pack_all(members: list[Member], level: Level) -> list[Packed]:
    return [_pack(member, level) for member in members]


def _pack(member: Member, level: Level) -> Packed:
    with member.open() as file:
        data = file.read(member.size_bytes + 1)
    _check_size(member, len(data))
    crc32 = isal_zlib.crc32(data)
    if worth_a_try(member, level) and (len(data) < PROBE_FROM_BYTES or shrinks(sample_of(data))):
        compressed = compress_whole(data, level)
        if len(compressed) < len(data):
            return Packed(member, DEFLATED, crc32, compressed)
    return Packed(member, STORED, crc32, data)


def _stream(member: Member, level: Level, channel: Large) -> None:
    """In a worker thread: a header, blocks.

    And for a compressed member a header again with the CRC.
    """
    try:
        with member.open() as file:
            if worth_a_try(member, level) and shrinks(sample_of_file(file, member.size_bytes)):
                _stream_deflated(member, level, file, channel)
            else:
                _stream_stored(member, file, channel)
    except ClosedError:
        return
    except BaseException as error:  # noqa: BLE001 - it is raised where the blocks are taken
        channel.finish(error)
    else:
        channel.finish()


def _stream_stored(member: Member, file: BinaryIO, channel: Large) -> None:
    """Read twice: the CRC stands before the data, so that every reader can take it as it comes."""
    crc32 = 0
    for block in _blocks(member, file):
        crc32 = isal_zlib.crc32(block, crc32)
    channel.put(Header(STORED, crc32))
    file.seek(0)
    for block in _blocks(member, file):
        channel.put(block)


def _stream_deflated(member: Member, level: Level, file: BinaryIO, channel: Large) -> None:
    channel.put(Header(DEFLATED))
    compressor = stream_compressor(level)
    crc32 = 0
    for block in _blocks(member, file):
        crc32 = isal_zlib.crc32(block, crc32)
        if compressed := compressor.compress(block):
            channel.put(compressed)
    channel.put(compressor.flush())
    channel.put(Header(DEFLATED, crc32))


def _blocks(member: Member, file: BinaryIO) -> Iterator[bytes]:
    total = 0
    while block := file.read(BLOCK_BYTES):
        total += len(block)
        if total > member.size_bytes:
            break
        yield block
    _check_size(member, total)


def _check_size(member: Member, size_bytes: int) -> None:
    if size_bytes != member.size_bytes:
        raise ArchiveError(f"{member.path!r} is not {member.size_bytes} bytes long any more")
