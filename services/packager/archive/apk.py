"""An APK is an aligned ZIP with a signature between its contents and its directory.

The signature covers all that stands around it, so it is asked for once that has passed by.

Source: AOSP, "APK Signature Scheme v2", "APK Signing Block".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.chunk_digest import ChunkDigest
from services.packager.archive.member import ArchiveError
from services.packager.archive.unread import read
from services.packager.archive.zip import ZipStream
from services.packager.archive.zip_records import (
    LOCAL_HEADER_BYTES,
    STORED,
    central_headers,
    end_records,
    local_header,
)
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from services.packager.archive.compression import CompressionLevel
    from services.packager.archive.member import Member
    from services.packager.archive.pages import PageStore
    from services.packager.archive.unread import Buffer, Unread
    from services.packager.archive.zip_records import ZipEntry

ALIGNMENT: Final = 4  # bytes: resources are read in place
# Systems map a package, and count with 31 bits; so they do with the bytes of each file in it.
MAX_BYTES: Final = (2 << 30) - (16 << 20)
MAX_FILES: Final = 65_000  # Android reads no 64-bit records; some are the application's own
_BLOCK_MAGIC: Final = b"APK Sig Block 42"
_SIZE: Final = struct.Struct("<Q")
_END_BYTES: Final = 22


class ApkTooLargeError(ProjectError):
    """More than a phone installs."""

    code = "game-too-large"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"an application for Android carries at most {MAX_FILES:,} files, "
            f"{MAX_BYTES / 1e9:.1f} GB; {what}. Leave some out with excludePatterns, make them "
            "smaller with optimize: balanced, or load them from a host while the game runs"
        )


class Apk(msgspec.Struct, frozen=True, kw_only=True):
    """The container: who seals it, and with which hashes.

    ``seal`` makes a signing block of the digests of all that it covers, by the hashes' names.
    """

    hashes: tuple[str, ...]
    seal: Callable[[Mapping[str, bytes]], bytes]


class BundleStream(ZipStream):
    """An app bundle: packages are made of it that hold all of its module, in the same form.

    Raises:
        ApkTooLargeError: From the iteration: it has become larger than Android takes.
    """

    def contents(self) -> Generator[Buffer | Unread]:
        """The archive without its directory."""
        at = 0
        with closing(super().contents()) as blocks:
            for block in blocks:
                at += len(block)
                _check_size(at)
                yield block


class ApkStream:
    """One package. Iterate once for its bytes; see :class:`ZipStream` for what is kept and raised.

    Raises:
        ApkTooLargeError: From the iteration: it has become larger than Android takes.
    """

    def __init__(
        self,
        members: Sequence[Member],
        apk: Apk,
        *,
        threads: int,
        level: CompressionLevel,
        pages: PageStore | None = None,
    ) -> None:
        self._zip = ZipStream(
            members, threads=threads, level=level, pages=pages, alignment=ALIGNMENT
        )
        self._apk = apk
        self._directory_at = 0

    @property
    def entries(self) -> list[ZipEntry]:
        """What has been written so far."""
        return self._zip.entries

    def __iter__(self) -> Generator[Buffer]:
        digest = ChunkDigest(self._apk.hashes)
        at = 0  # counted here: the archive counts a member once all of it has passed
        for block in map(read, self._zip.contents()):
            at += len(block)
            _check_size(at)
            digest.update(block)
            yield block
        digest.end_section()
        headers = central_headers(self.entries)
        _check_size(at + len(headers))
        for section in (headers, self._end(headers, at)):  # as if no signature stood before them
            digest.update(section)
            digest.end_section()
        seal = self._apk.seal(digest.digests())
        _check_block(seal)
        yield seal
        self._directory_at = at + len(seal)
        yield headers
        yield self._end(headers, self._directory_at)

    def read_back(self, tail: bytes, archive_bytes: int) -> list[tuple[str, int]]:
        """Path and size of every file, as :meth:`ZipStream.read_back` says.

        Raises:
            ArchiveError: It says something else than was written, or data is not aligned.
        """
        (directory_at,) = struct.unpack_from("<I", tail, len(tail) - _END_BYTES + 16)
        if directory_at != self._directory_at:
            raise ArchiveError("the package's directory is not where its signature ends")
        for entry in self.entries:
            if entry.method == STORED and _data_at(entry) % ALIGNMENT:
                raise ArchiveError(f"{entry.path!r} is not aligned in the package")
        return self._zip.read_back(tail, archive_bytes)

    def _end(self, headers: bytes, at: int) -> bytes:
        return end_records(len(self.entries), len(headers), at)


def _data_at(entry: ZipEntry) -> int:
    """Where a reader finds the data, by the lengths that its header names."""
    name_bytes, extra_bytes = struct.unpack_from("<HH", local_header(entry), 26)
    return int(entry.offset + LOCAL_HEADER_BYTES + name_bytes + extra_bytes)


def _check_size(size_bytes: int) -> None:
    if size_bytes > MAX_BYTES:
        raise ApkTooLargeError("this game has more, even compressed")


def _check_block(block: bytes) -> None:
    """Check that readers find it from both of its ends."""
    size = len(block) - _SIZE.size
    sizes = block[: _SIZE.size], block[-_SIZE.size - len(_BLOCK_MAGIC) : -len(_BLOCK_MAGIC)]
    if not block.endswith(_BLOCK_MAGIC) or {*sizes} != {_SIZE.pack(max(size, 0))}:
        raise ArchiveError("the package's signature is no APK Signing Block")
