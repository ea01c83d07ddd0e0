"""The names in a ZIP become paths, in whichever way its packer has written them.

The format knows two encodings, UTF-8 with a flag and that of the first PCs without. Packers write
others without saying so: UTF-8 without the flag (Finder, many libraries), or the code page of the
machine (old Windows). What cannot be known is never guessed.

Source:
    APPNOTE.TXT 4.4.4 (flag 11), 4.6.9 (Unicode path), D (encodings); Info-ZIP's extrafld.txt.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from services.gateway.projects.zip_directory import ZipError
from shared.errors import PathError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CodePage = Literal[
    "utf-8",
    "cp437",
    "cp850",
    "cp852",
    "cp855",
    "cp857",
    "cp860",
    "cp861",
    "cp862",
    "cp863",
    "cp865",
    "cp866",
    "cp869",
    "cp874",
    "cp932",
    "cp936",
    "cp949",
    "cp950",
    "gb18030",
    "euc-jp",
    "euc-kr",
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "koi8-r",
]

SHOWN_BYTES: Final = 200  # of a name
UTF8_FLAG: Final = 0x800
UNICODE_PATH: Final = 0x7075
FIELD_BYTES: Final = 4  # of an extra field before what it holds: its kind, its size
NAME_AT: Final = 5  # in that one: behind its version and the CRC of the other name
WITH_BACKSLASHES: Final = frozenset({0, 10, 11, 14})  # systems on which no name holds one
_OF_ZIPFILE: Final = "cp437"  # what it takes names for that have no flag


class Entry(msgspec.Struct, frozen=True):
    """One file of a ZIP under its path there."""

    path: str
    info: zipfile.ZipInfo
    is_composed: bool = False  # its letters and their marks came apart


def entries_of(infos: Iterable[zipfile.ZipInfo], code_page: CodePage | None) -> Iterator[Entry]:
    """All entries but folders.

    Args:
        infos: As ``zipfile`` reads them.
        code_page: What names are in that do not say so; None: UTF-8, or nobody knows.

    Raises:
        ZipError: A name in an encoding that nobody has told.
        PathError: One with a NUL or a backslash in it.
    """
    for info in infos:
        path = _slashed(_name(info, code_page), info)
        if not path.endswith("/"):
            yield Entry(path, info)


def _name(info: zipfile.ZipInfo, code_page: CodePage | None) -> str:
    if info.flag_bits & UTF8_FLAG or info.orig_filename.isascii():
        return info.orig_filename
    raw = info.orig_filename.encode(_OF_ZIPFILE)
    if (name := _unicode_path(info.extra, raw)) is not None:
        return name
    try:
        return raw.decode(code_page or "utf-8")
    except UnicodeDecodeError as error:
        shown = repr(raw[:SHOWN_BYTES])[1:]  # quoted, with \x84 for what is no ASCII
        if code_page:
            message = f"the name {shown} is not in {code_page}: say another encoding"
            raise ZipError(message) from error
        raise ZipError(
            f"the name {shown} is not in UTF-8, and its ZIP does not say what it is in: pack it "
            "with UTF-8 names, or say it (?encoding=cp932 from a Japanese Windows, cp936 from a "
            "Chinese, cp866 from a Russian, cp850 or cp437 from a Western one)"
        ) from error


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in the extra field that Info-ZIP and others write, if it belongs to this name."""
    while len(extra) >= FIELD_BYTES:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[FIELD_BYTES : FIELD_BYTES + size], extra[FIELD_BYTES + size :]
        crc, name = field[1:NAME_AT], field[NAME_AT:]
        if kind == UNICODE_PATH and name and crc == zlib.crc32(raw).to_bytes(4, "little"):
            return name.decode("utf-8", "surrogateescape")
    return None


def _slashed(name: str, info: zipfile.ZipInfo) -> str:
    """The name with slashes; Windows PowerShell 5.1 writes backslashes."""
    if "\x00" in name:
        raise PathError(name, "contains a NUL")
    if "\\" not in name:
        return name
    if info.create_system not in WITH_BACKSLASHES or "/" in name:
        reason = "contains a backslash, which not every system allows; rename it"
        raise PathError(name, reason)
    return name.replace("\\", "/")
