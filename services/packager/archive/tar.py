"""A reproducible ``tar.gz`` is streamed; Linux unpacks it with permissions and all."""

from __future__ import annotations

import tarfile
import zlib
from typing import TYPE_CHECKING, Final

from zlib_ng import zlib_ng

from services.packager.archive.compress_jobs import blocks_of
from services.packager.archive.compression import ZLIB_NG, CompressionLevel
from services.packager.archive.member import ArchiveError
from services.packager.archive.paths import ArchivePaths

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from services.packager.archive.compression import Compressor
    from services.packager.archive.member import Member

_GZIP: Final = 31  # zlib's window bits: 32 KiB, with a gzip header (which holds no time)
_EPOCH_2020: Final = 1_577_836_800  # one time for all: the same input, the same bytes
_RECORD: Final = tarfile.RECORDSIZE


class TarStream:
    """One archive. Iterate once for its bytes.

    A second reader inflates what goes out and checks the sum that the archive ends with.

    Raises:
        ArchiveError: From the iteration: a duplicate or unsafe path, a member of another size than
            it said, or bytes that do not read back.
    """

    def __init__(
        self, members: Iterable[Member], *, level: CompressionLevel = CompressionLevel.BALANCED
    ) -> None:
        self._members = members
        self._level = level
        self._written: list[tuple[str, int]] = []

    def read_back(self, tail: bytes, archive_bytes: int) -> list[tuple[str, int]]:
        """Path and size of every file; all of it has been read back while it went out."""
        del tail, archive_bytes
        return self._written

    def __iter__(self) -> Generator[bytes]:
        deflate = _compressor(self._level)
        reader = _ReadBack()
        size_bytes = 0
        for block in self._blocks():
            size_bytes += len(block)
            if compressed := deflate.compress(block):
                reader.take(compressed)
                yield compressed
        rest = deflate.flush()
        reader.take(rest)
        reader.finish(size_bytes)
        yield rest

    def _blocks(self) -> Generator[bytes]:
        paths = ArchivePaths()
        position = 0
        for member in self._members:
            paths.add(member.path)
            header = _header(member)
            yield header
            with member.open() as file:
                yield from blocks_of(member, file)
            padding = -member.size_bytes % tarfile.BLOCKSIZE
            yield bytes(padding)
            position += len(header) + member.size_bytes + padding
            self._written.append((member.path, member.size_bytes))
        end = 2 * tarfile.BLOCKSIZE
        yield bytes(end + -(position + end) % _RECORD)


def _compressor(level: CompressionLevel) -> Compressor:
    number = 0 if level is CompressionLevel.STORE else ZLIB_NG[level]
    return zlib_ng.compressobj(number, zlib_ng.DEFLATED, _GZIP)


def _header(member: Member) -> bytes:
    """POSIX.1-2001 (pax): what a plain header cannot say, a long or non-ASCII path, goes before."""
    info = tarfile.TarInfo(member.path)
    info.size = member.size_bytes
    info.mode = member.mode
    info.mtime = _EPOCH_2020
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8")


class _ReadBack:
    """The standard library's view of what was written."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_GZIP)
        self._size_bytes = 0

    def take(self, data: bytes) -> None:
        try:
            self._size_bytes += len(self._inflate.decompress(data))
        except zlib.error as error:
            raise ArchiveError(f"the archive cannot be read back: {error}") from error

    def finish(self, size_bytes: int) -> None:
        if not self._inflate.eof or self._size_bytes != size_bytes:
            raise ArchiveError("the archive does not read back whole")
