"""A ZIP's central directory is read back from its last bytes, by the standard library."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

from services.packager.archive.member import ArchiveError
from services.packager.archive.zip_records import ZipEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

END_BYTES: Final = 22 + 20 + 56  # end record, ZIP64 locator, ZIP64 end record


def directory_size(paths: Iterable[str]) -> int:
    """An upper bound, in bytes, of the directory of these files with its end records."""
    return END_BYTES + sum(46 + len(path.encode()) + 28 for path in paths)


def read_directory(tail: bytes, archive_bytes: int) -> list[ZipEntry]:
    """The entries of an archive of ``archive_bytes`` whose last bytes are ``tail``.

    Raises:
        ArchiveError: No directory, or one that does not fit the archive.
    """
    try:
        with zipfile.ZipFile(_Tail(tail, archive_bytes)) as archive:
            return [
                ZipEntry(
                    path=info.filename,
                    method=info.compress_type,
                    crc32=info.CRC,
                    size=info.file_size,
                    compressed_size=info.compress_size,
                    offset=info.header_offset,
                    mode=info.external_attr >> 16 & 0o777,
                    streamed=bool(info.flag_bits & 0x8),
                )
                for info in archive.infolist()
            ]
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ArchiveError(f"the archive's directory cannot be read: {error}") from error


class _Tail(io.BytesIO):
    """A file of which only the end is there; positions are those of the whole."""

    def __init__(self, tail: bytes, size_bytes: int) -> None:
        super().__init__(tail)
        self._missing = size_bytes - len(tail)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_SET:
            if offset < self._missing:
                raise ValueError(f"byte {offset} lies before the directory")
            offset -= self._missing
        return super().seek(offset, whence) + self._missing

    def tell(self) -> int:
        return super().tell() + self._missing
