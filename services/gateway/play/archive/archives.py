"""Artifacts that are open: their directories are read once and kept, within a bound of bytes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

import msgspec

from services.gateway.play.archive.zip_index import (
    LOCAL_HEADER,
    LOCAL_SIGNATURE,
    STORED,
    TAIL_BYTES,
    ArchiveDamagedError,
    Directory,
    Member,
    find_directory,
    read_entries,
)
from shared.domain.precompressed import Precompressed, precompressed
from shared.metrics import previews as metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.domain.events import Artifact
    from shared.storage.ranged_reads import RangedReads

DIRECTORY_BYTES: Final = 64 << 20  # of one archive; names of 100,000 files as long as they may be
ENTRIES: Final = 250_000
CACHE_BYTES: Final = 128 << 20  # of all directories in memory
ENTRY_BYTES: Final = 400  # that an entry takes in memory, beside its name
PAGE: Final = "index.html"
# Artifacts that are ZIPs, whatever their systems call them.
ZIPS: Final = frozenset(
    {
        "application/zip",
        "application/vnd.android.package-archive",
        "application/x-android-app-bundle",
        "application/x-ios-app",
    }
)
HTML: Final = "text/html"


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact whose files are known."""

    key: str
    members: dict[str, Member]
    paths: tuple[str, ...]  # sorted
    total_bytes: int  # of all files, unpacked
    precompressed: dict[str, Precompressed]
    data_offsets: dict[int, int]  # of members by their local headers, as far as these were read
    memory_bytes: int  # what it takes, about


class Archives:
    """The artifacts that were used lately; many who ask for one at once wait for the same read."""

    def __init__(self, reads: RangedReads, *, cache_bytes: int = CACHE_BYTES) -> None:
        self._reads = reads
        self._cache_bytes = cache_bytes
        self._open: OrderedDict[str, Archive] = OrderedDict()
        self._opening: dict[str, asyncio.Task[Archive]] = {}
        self._used_bytes = 0

    async def get(self, artifact: Artifact) -> Archive:
        """An artifact, opened.

        Raises:
            ArchiveDamagedError: It is no archive that can be served.
            ObjectMissingError, StorageUnavailableError: It cannot be read.
        """
        key = artifact.key
        if found := self._open.get(key):
            self._open.move_to_end(key)
            metrics.DIRECTORIES.labels("hit").inc()
            return found
        opening = self._opening.get(key)
        if opening is None:
            metrics.DIRECTORIES.labels("miss").inc()
            opening = asyncio.create_task(self._read(artifact))
            self._opening[key] = opening
            opening.add_done_callback(self._on_opened(key))
        return await asyncio.shield(opening)

    async def data_offset(self, archive: Archive, member: Member) -> int:
        """Where a member's data begins: only its local header says so."""
        known = archive.data_offsets.get(member.offset)
        if known is not None:
            return known
        header = await self._reads.read(archive.key, member.offset, LOCAL_HEADER.size)
        return self.note_header(archive, member, header)

    @staticmethod
    def note_header(archive: Archive, member: Member, header: bytes) -> int:
        """Where a member's data begins, by its local header (raises ArchiveDamagedError)."""
        if len(header) < LOCAL_HEADER.size:
            raise ArchiveDamagedError("a file's header is cut")
        fields = LOCAL_HEADER.unpack_from(header)
        if fields[0] != LOCAL_SIGNATURE:
            raise ArchiveDamagedError("a file's header is not where it should be")
        offset: int = member.offset + LOCAL_HEADER.size + fields[9] + fields[10]
        archive.data_offsets[member.offset] = offset
        return offset

    def _on_opened(self, key: str) -> Callable[[asyncio.Task[Archive]], None]:
        """Also looks at the error, in case nobody waits for it any more."""

        def done(task: asyncio.Task[Archive]) -> None:
            del self._opening[key]
            if not task.cancelled():
                task.exception()

        return done

    async def _read(self, artifact: Artifact) -> Archive:
        archive = await self._archive(artifact)
        self._open[archive.key] = archive
        self._used_bytes += archive.memory_bytes
        while self._used_bytes > self._cache_bytes and len(self._open) > 1:
            self._used_bytes -= self._open.popitem(last=False)[1].memory_bytes
        return archive

    async def _archive(self, artifact: Artifact) -> Archive:
        if artifact.content_type.startswith(HTML):
            return _single_page(artifact)
        if artifact.content_type not in ZIPS:
            raise ArchiveDamagedError(f"it is no ZIP but {artifact.content_type}")
        size = artifact.size_bytes
        tail = await self._reads.read(
            artifact.key, max(size - TAIL_BYTES, 0), min(TAIL_BYTES, size)
        )
        directory = find_directory(tail, size)
        if directory.size > DIRECTORY_BYTES or directory.entries > ENTRIES:
            raise ArchiveDamagedError(f"it has more than {ENTRIES} files, or names without end")
        begins = directory.offset - (size - len(tail))  # in the tail
        if begins >= 0:
            data = tail[begins : begins + directory.size]
        else:
            data = await self._reads.read(artifact.key, directory.offset, directory.size)
        return await asyncio.to_thread(_open, artifact.key, data, directory)


def _open(key: str, data: bytes, directory: Directory) -> Archive:
    members = read_entries(data, directory)
    return Archive(
        key=key,
        members=members,
        paths=tuple(sorted(members)),
        total_bytes=sum(member.size for member in members.values()),
        precompressed=precompressed(members),
        data_offsets={},
        memory_bytes=sum(ENTRY_BYTES + 2 * len(path) for path in members),
    )


def _single_page(artifact: Artifact) -> Archive:
    """A game in one file is its own page: an archive whose only member is all of it."""
    size = artifact.size_bytes
    crc32 = int(artifact.sha256[:8], 16)  # for its entity tag; nothing is checked against it
    member = Member(0, 0, STORED, crc32, size, size)
    return Archive(
        key=artifact.key,
        members={PAGE: member},
        paths=(PAGE,),
        total_bytes=size,
        precompressed={},
        data_offsets={0: 0},
        memory_bytes=ENTRY_BYTES,
    )
