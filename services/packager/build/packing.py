"""Packing turns a plan into bytes on their way to the storage, in one pass, in a worker thread.

The artifact is compressed, hashed, cut into parts, and compared with the plan before anybody hears
of it.
"""

from __future__ import annotations

import io
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

import msgspec

from services.packager.archive.apk import ApkStream
from services.packager.archive.compression import CompressionLevel
from services.packager.archive.formats import archive_of
from services.packager.archive.member import Member
from services.packager.archive.part_digest import DigestedParts, gathered
from services.packager.archive.stored_zip import stored_zip
from services.packager.archive.zip import ZipStream
from services.packager.archive.zip_directory import directory_size
from services.packager.build.cache_key import tool_versions
from services.packager.build.integrity import SelfCheckError
from services.packager.build.listed_files import listed_files
from services.packager.build.manifest import MANIFEST
from services.packager.build.size_limit import limited
from services.packager.storage.derived_pages import DerivedPages
from shared.domain.artifact_files import ListedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from services.packager.archive.formats import Archive
    from services.packager.archive.unread import Buffer, Unread
    from services.packager.build.plan import BuildPlan, Content
    from services.packager.storage.derived_files import DerivedFileStore
    from shared.domain.options import Compression
    from shared.domain.project import StoredFile

ROOM_BYTES: Final = 64  # of a header: a folder around the path, extra fields

LEVELS: Final[dict[Compression, CompressionLevel]] = {
    "none": CompressionLevel.STORE,
    "lz4": CompressionLevel.FAST,
    "zstd": CompressionLevel.BALANCED,
}


class PackedArtifact(msgspec.Struct, frozen=True, kw_only=True):
    """An artifact that has been packed: its size and hash, and what its directory lacks."""

    size_bytes: int
    sha256: str
    files: tuple[ListedFile, ...] = ()


class FileSource(Protocol):
    """Where the bytes of the project's files come from."""

    def open(
        self,
        file: StoredFile,
        *,
        on_read: Callable[[int], None] | None = None,
        checked: bool = True,
    ) -> BinaryIO:
        """The file's bytes, seekable; may block. Unchecked, they come sooner, perhaps damaged."""
        ...

    def packed(self, path: str) -> None:
        """Packing has come to this file of the project."""
        ...


class ProgressMeter(Protocol):
    """Counts what has been done; called from several threads."""

    def packed(self, size_bytes: int) -> None:
        """So many bytes more."""
        ...

    def file_packed(self) -> None:
        """One file more."""
        ...

    def built(self) -> None:
        """What goes around the files is there; the archive is written now."""
        ...


def pack(
    plan: BuildPlan,
    source: FileSource,
    send: Callable[[Buffer], None],
    meter: ProgressMeter,
    *,
    part_bytes: int,
    gather: Callable[[Sequence[Buffer | Unread]], Buffer] = gathered,
    threads: int,
    compression: Compression,
    max_bytes: int | None = None,
    derived: DerivedFileStore | None = None,
) -> PackedArtifact:
    """Write the artifact part by part into ``send``.

    ``derived`` keeps deflated members for the next export of the project, ``gather`` is as
    :class:`services.packager.archive.part_digest.DigestedParts` has it.

    Raises:
        ArtifactTooLargeError: It has more than ``max_bytes``.
        SelfCheckError: It is not what was planned.
    """
    send = limited(send, max_bytes)
    cut = partial(DigestedParts, part_bytes=part_bytes, gather=gather)
    level = LEVELS[compression]
    trackers = [_MemberTracker(content, source, meter) for content in plan.contents]
    contents = [tracker.member() for tracker in trackers]
    _check_needed(plan)
    application = plan.application
    if application is None or application.carries == "files":
        members: Sequence[Member] = contents
        if application:
            members = application.members(contents)
            meter.built()
        archive = archive_of(
            application.container if application else "zip",
            members,
            threads=threads,
            level=level,
            pages=pages_of(derived, level) if derived else None,
        )
        blocks = _watched(archive, _owners(members, trackers))
        packed = _sent(archive, cut(blocks), members, send)
        if application and application.container == "file":  # which somebody else has written
            for tracker in trackers:
                tracker.written()
        return packed
    game = stored_zip(contents, on_member=meter.file_packed)
    members = application.members(game)
    meter.built()
    container = archive_of(application.container, members, threads=threads, level=level)
    packed = _sent(container, cut(iter(container)), members, send)
    for tracker in trackers:
        tracker.counted()
    if plan.suffix == ".html":  # the page is its own only file
        return packed
    files = listed_files(contents, members, application.container)
    return msgspec.structs.replace(packed, files=files)


def pages_of(derived: DerivedFileStore, level: CompressionLevel) -> DerivedPages:
    """Where the deflated members of a project are kept, by all that shapes them."""
    return DerivedPages(derived, ["members", level.value, tool_versions(encoding=False)])


def _check_needed(plan: BuildPlan) -> None:
    needed = {MANIFEST, plan.entry or MANIFEST}
    if missing := needed - {content.path for content in plan.contents}:
        raise SelfCheckError(f"the plan lacks {', '.join(sorted(missing))}")


def _sent(
    archive: Archive,
    parts: DigestedParts,
    members: Sequence[Member],
    send: Callable[[Buffer], None],
) -> PackedArtifact:
    """Send all parts, then compare what was planned with what another reader finds in them."""
    tail_bytes = directory_size(member.path for member in members)
    tail = b""
    with closing(iter(parts)) as stream:
        for part in stream:
            tail = (tail + bytes(part[-tail_bytes:]))[-tail_bytes:]
            send(part)
    planned = [(member.path, member.size_bytes) for member in members]
    if archive.read_back(tail, parts.size_bytes) != planned:
        raise SelfCheckError("the archive holds other files than were planned")
    return PackedArtifact(size_bytes=parts.size_bytes, sha256=parts.sha256)


def _owners(
    members: Sequence[Member], trackers: Sequence[_MemberTracker]
) -> list[_MemberTracker | None]:
    """Who tracks each member, wherever it was put; nobody tracks what was made for it here."""
    by_file: dict[object, _MemberTracker] = {tracker.open: tracker for tracker in trackers}
    return [by_file.get(member.open) for member in members]


def _watched(
    archive: Archive, owners: Sequence[_MemberTracker | None]
) -> Generator[Buffer | Unread]:
    entries = archive.entries if isinstance(archive, ZipStream | ApkStream) else []
    written = 0
    for block in archive.unread() if isinstance(archive, ZipStream) else archive:
        while written < len(entries):
            if owner := owners[written]:
                owner.written()
            written += 1
        if written < len(owners) and (owner := owners[written]):
            owner.emitted(len(block))
        yield block


class _MemberTracker:
    """One member's share of the progress.

    Half of its bytes count when they are read, the rest when it has been written. A large member
    is either read twice, for its CRC and then to be stored, or once, while its compressed bytes
    come out; then every byte counts when it is read. Inside of an application every member is read
    twice at least.
    """

    def __init__(self, content: Content, source: FileSource, meter: ProgressMeter) -> None:
        self._content = content
        self._source = source
        self._meter = meter
        self._read = 0
        self._counted = 0
        self._passes = 2

    def member(self) -> Member:
        """What the archive writer takes."""
        content = self._content
        return Member(
            path=content.path,
            size_bytes=content.size_bytes,
            open=self.open,
            open_unchecked=partial(self.open, checked=False) if content.stored else None,
            sha256=content.sha256,
        )

    def emitted(self, size_bytes: int) -> None:
        """Bytes of this member came out; as there is more to read, once is enough."""
        header_bytes = 30 + len(self._content.path.encode()) + ROOM_BYTES
        if size_bytes > header_bytes and self._read < self._content.size_bytes:
            self._passes = 1

    def written(self) -> None:
        """All of it is in the archive; its bytes may have come from an earlier one."""
        if self._content.stored is not None and not self._read:
            self._source.packed(self._content.stored.path)
        self.counted()
        self._meter.file_packed()

    def counted(self) -> None:
        """Nothing more is to be done for it."""
        self._count(self._content.size_bytes)

    def open(self, *, checked: bool = True) -> BinaryIO:
        """Its bytes, wherever they come from."""
        content = self._content
        if content.data is not None:
            return io.BytesIO(content.data)
        if content.derived is not None:
            return content.derived.open("rb")
        assert content.stored is not None  # noqa: S101 - one of the three, by construction
        self._source.packed(content.stored.path)
        return self._source.open(content.stored, on_read=self._on_read, checked=checked)

    def _on_read(self, size_bytes: int) -> None:
        self._read += size_bytes
        self._count(min(self._read // self._passes, self._content.size_bytes))

    def _count(self, upto: int) -> None:
        if upto > self._counted:
            self._meter.packed(upto - self._counted)
            self._counted = upto
