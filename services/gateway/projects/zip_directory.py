"""A ZIP's directory is bounded before it is read; what is no ZIP is told what it is."""

from __future__ import annotations

import errno
import zipfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

from shared.errors import ExportError, InvalidRequestError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.gateway.settings import Limits

DIRECTORY_BYTES: Final = 256  # of each file: its name, and what packers note beside it
ZIP64_BYTES: Final = 76  # what may stand between the directory and its end record
DIRECTORY_ENTRY: Final = b"PK\x01\x02"
HEAD_BYTES: Final = 512  # by which files are known for what they are
TAR_MARK: Final = slice(257, 262)
REMEDY: Final = "pack the files as a ZIP, or push the folder with aethel-export push"
_KNOWN: Final = (
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip file (.tar.gz or .tgz)"),
    (b"BZh", "a bzip2 file (.tar.bz2)"),
    (b"\xfd7zXZ", "an xz file (.tar.xz)"),
    (b"\x28\xb5\x2f\xfd", "a zstd file (.tar.zst)"),
    (b"MSCF", "a cabinet file"),
)


class ZipError(InvalidRequestError):
    """The ZIP cannot be taken; nothing of it was stored."""

    code = "zip-invalid"
    title = "The ZIP cannot be imported"
    status = 422


@contextmanager
def reading(fault: str) -> Iterator[None]:
    """Whatever ``zipfile`` raises, it is the ZIP that is wrong, unless the disk fails.

    Raises:
        ZipError: It says ``fault``.
    """
    try:
        yield
    except ExportError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # a seek to nowhere
            raise
        raise ZipError(f"{fault}: {error}") from error


def directory_bytes(file: IO[bytes]) -> int:
    """The size of a ZIP's directory (raises ZipError)."""
    with reading("not a readable ZIP"):
        end = zipfile._EndRecData(file)  # type: ignore[attr-defined] # noqa: SLF001 - all it looks at first
    if end is None:
        raise ZipError(_what_it_is(file))
    return int(end[zipfile._ECD_SIZE])  # type: ignore[attr-defined] # noqa: SLF001


def check_directory(file: IO[bytes], limits: Limits) -> None:
    """Raise TooLargeError for a directory that ``zipfile`` should not even read.

    It is read whole, and each of its entries, as short as 46 bytes, becomes an object of hundreds.
    """
    size = directory_bytes(file)
    end = zipfile._EndRecData(file)  # type: ignore[attr-defined] # noqa: SLF001 - all it looks at first
    place = end[zipfile._ECD_LOCATION]  # type: ignore[attr-defined] # noqa: SLF001
    allowed = 2 * limits.files  # with an entry for each folder
    if size <= allowed * DIRECTORY_BYTES:
        file.seek(max(place - size - ZIP64_BYTES, 0))
        if file.read(size + ZIP64_BYTES).count(DIRECTORY_ENTRY) <= allowed:
            return
    raise TooLargeError(f"a project may have {limits.files} files, this ZIP has more")


def _what_it_is(file: IO[bytes]) -> str:
    """What came in the place of a ZIP, and what to do."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if name := next((name for mark, name in _KNOWN if head.startswith(mark)), ""):
        return f"this is no ZIP but {name}: unpack it, then {REMEDY}"
    if head[TAR_MARK] == b"ustar":
        return f"this is no ZIP but a tar archive: unpack it, then {REMEDY}"
    if head.startswith(b"PK"):
        return "this ZIP has no end: it was cut short on its way or by its packer; send it again"
    if head.startswith(b"--") and b"content-disposition" in head.lower():
        return (
            "this is no ZIP but a form: send the ZIP itself as the body, as "
            "curl --data-binary @game.zip does"
        )
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html", b"<head")):
        return (
            "this is no ZIP but an HTML page, perhaps the message of a download that failed: look "
            f"into it; for a game of one page {REMEDY}"
        )
    return f"this is no ZIP: {REMEDY}" if head else f"the body is empty: {REMEDY}"
