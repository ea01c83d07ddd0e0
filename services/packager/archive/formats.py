"""The container formats say how an artifact's files become one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from services.packager.archive.apk import Apk, ApkStream, BundleStream
from services.packager.archive.compress_jobs import blocks_of
from services.packager.archive.tar import TarStream
from services.packager.archive.zip import ZipStream

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from services.packager.archive.compression import CompressionLevel
    from services.packager.archive.member import Member
    from services.packager.archive.pages import PageStore
    from services.packager.archive.unread import Buffer

# ``file``: the one member is the artifact. ``aab``: a ZIP that is no larger than Android takes.
# An APK's container knows who seals it.
Container = Literal["zip", "aab", "tar.gz", "file"] | Apk


class Archive(Protocol):
    """Iterate once for the bytes; closing the iterator stops whoever makes them."""

    def __iter__(self) -> Generator[Buffer]:
        """The bytes of the artifact."""
        ...

    def read_back(self, tail: bytes, archive_bytes: int) -> list[tuple[str, int]]:
        """Path and size of every file as another reader sees them, once all bytes are out.

        Raises:
            ArchiveError: They cannot be read.
        """
        ...


class FileStream:
    """A single file, as it is."""

    def __init__(self, member: Member) -> None:
        self._member = member

    def __iter__(self) -> Generator[bytes]:
        with self._member.open() as file:
            yield from blocks_of(self._member, file)

    def read_back(self, tail: bytes, archive_bytes: int) -> list[tuple[str, int]]:
        """The one file, as long as the artifact."""
        del tail
        return [(self._member.path, archive_bytes)]


def archive_of(
    container: Container,
    members: Sequence[Member],
    *,
    threads: int,
    level: CompressionLevel,
    pages: PageStore | None = None,
) -> Archive:
    """The archive of these members; ``pages`` as :class:`ZipStream` has them."""
    match container:
        case "zip":
            return ZipStream(members, threads=threads, level=level, pages=pages)
        case "aab":
            return BundleStream(members, threads=threads, level=level, pages=pages)
        case "tar.gz":
            return TarStream(members, level=level)
        case "file":
            (member,) = members
            return FileStream(member)
        case Apk():
            return ApkStream(members, container, threads=threads, level=level, pages=pages)
