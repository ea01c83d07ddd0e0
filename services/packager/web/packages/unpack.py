"""A tarball is unpacked as if its author wanted harm: plain files within one folder, counted.

Links, devices and odd paths never become anything. No script of a package runs, here or later.

Source: POSIX.1-2017 pax (ustar and extended headers); GNU tar's long names (type ``L``).
"""

from __future__ import annotations

import os
import re
import struct
import threading
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec
from zlib_ng import zlib_ng

from services.packager.project.unreadable import UnreadableError
from shared.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK: Final = 512  # of a tar
READ_BYTES: Final = 256 << 10
MAX_INFLATED: Final = 400 << 20  # bytes of one tar, whatever they are
MAX_ENTRIES: Final = 100_000  # of one archive, whatever they are
MAX_EXTENDED_BYTES: Final = 64 << 10  # of a header that names a long path
MAX_PATH: Final = 900  # bytes: the folder in front has its own
MAX_NAME: Final = 255
MAX_FOLDERS: Final = 64
_GZIP: Final = 31
_ODD: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_FILE: Final = b"0\x007"
_FOLDER: Final = b"5"
_GLOBAL: Final = b"g"
_EXTENDED: Final = b"x"
_LONG_NAME: Final = b"L"
_RECORD: Final = re.compile(rb"(\d{1,10}) (?:([^=\n]+)=)?")


class Budget:
    """What all packages of an export may take together; safe with several threads."""

    def __init__(self, *, files: int, size_bytes: int) -> None:
        self._files = files
        self._bytes = size_bytes
        self._lock = threading.Lock()

    def take(self, *, files: int = 0, size_bytes: int = 0) -> None:
        """Count what is about to be written.

        Raises:
            BudgetError: There is no room for it.
        """
        with self._lock:
            self._files -= files
            self._bytes -= size_bytes
            if self._files < 0:
                raise BudgetError("files")
            if self._bytes < 0:
                raise BudgetError("bytes")


class BudgetError(ExportError):
    """All packages together have too much of something; whoever unpacks says which of them."""

    of_project = True


class Unpacked(msgspec.Struct, frozen=True):
    """What came out."""

    files: int
    size_bytes: int
    left_out: tuple[str, ...]  # links, devices, and names that differ in case alone


def unpack(
    tarball: BinaryIO, target: Path, budget: Budget, *, unread: re.Pattern[str] | None = None
) -> Unpacked:
    """Unpack a ``.tgz`` into an own, empty folder, without the first part of each path.

    Args:
        tarball: Its bytes.
        target: The folder.
        budget: Of all packages together.
        unread: What nobody will read, by path: it is not written.

    Raises:
        UnreadableError: It is damaged, or meant to do harm.
        BudgetError: There is too much in it.
    """
    return _Unpacking(target, budget, unread).run(_Inflated(tarball))


class _Inflated:
    """The bytes of the tar, inflated as far as they are asked for."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._inflater = zlib_ng.decompressobj(_GZIP)
        self._ready = b""
        self._at = 0
        self._left = MAX_INFLATED

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end."""
        if self._at == len(self._ready):
            self._ready, self._at = self._more(), 0
        data = self._ready[self._at : self._at + size]
        self._at += len(data)
        return data

    def exactly(self, size: int) -> bytes:
        """So many bytes, or fewer at the end."""
        blocks = []
        while size and (block := self.read(size)):
            blocks.append(block)
            size -= len(block)
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def _more(self) -> bytes:
        while not self._inflater.eof:
            packed = self._inflater.unconsumed_tail or self._source.read(READ_BYTES)
            if not packed:
                raise UnreadableError("is cut short")
            try:
                data = self._inflater.decompress(packed, READ_BYTES)
            except zlib_ng.error as error:  # type: ignore[misc] # its stub calls it a variable
                raise UnreadableError(f"is no gzip archive, or damaged: {error}") from None
            self._left -= len(data)
            if self._left < 0:
                raise BudgetError("bytes")
            if data:
                return data
        return b""


class _Unpacking:
    def __init__(self, target: Path, budget: Budget, unread: re.Pattern[str] | None) -> None:
        self._target = target
        self._budget = budget
        self._unread = unread
        self._folders: set[str] = set()
        self._spelled: dict[str, str] = {}  # every path and its folders, by their small letters
        self._left_out: list[str] = []
        self._files = 0
        self._bytes = 0

    def run(self, tar: _Inflated) -> Unpacked:
        self._target.mkdir(parents=True)
        for path, kind, size, mode in _entries(tar):
            if kind not in _FILE:
                if kind != _FOLDER:
                    self._left_out.append(path)
                _skip(tar, size)
                continue
            inner = _inner(path)
            if inner is None or self._is_unread(inner) or not self._fits(inner):
                _skip(tar, size)
                continue
            self._write(tar, inner, size, mode)
        return Unpacked(self._files, self._bytes, tuple(self._left_out))

    def _is_unread(self, path: str) -> bool:
        return self._unread is not None and self._unread.search(path) is not None

    def _fits(self, path: str) -> bool:
        """Where names differ in case alone, the first counts: not every system holds both."""
        parts = path.split("/")
        for number in range(1, len(parts) + 1):
            name = "/".join(parts[:number])
            if self._spelled.setdefault(name.casefold(), name) != name:
                self._left_out.append(path)
                return False
        return True

    def _write(self, tar: _Inflated, path: str, size: int, mode: int) -> None:
        self._budget.take(files=1, size_bytes=size)
        self._make_folder(path.rpartition("/")[0])
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self._target / path, flags, 0o755 if mode & 0o100 else 0o644)
        except (IsADirectoryError, NotADirectoryError):
            raise UnreadableError(f"has {path[:100]!r} as a file and as a folder") from None
        try:
            left = size
            while left:
                block = tar.read(left)
                if not block:
                    raise UnreadableError("is cut short")
                left -= len(block)
                _write_all(descriptor, block)
        finally:
            os.close(descriptor)
        tar.exactly(-size % BLOCK)
        self._files += 1
        self._bytes += size

    def _make_folder(self, folder: str) -> None:
        if folder in self._folders:
            return
        try:
            (self._target / folder).mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise UnreadableError(f"has {folder[:100]!r} as a file and as a folder") from None
        self._folders.add(folder)


def _entries(tar: _Inflated) -> Iterator[tuple[str, bytes, int, int]]:
    """Each entry's path, kind, size and mode; whoever asks for the next has read its bytes."""
    long_path: bytes | None = None
    long_size: int | None = None
    for _ in range(MAX_ENTRIES):
        header = tar.exactly(BLOCK)
        if not header.strip(b"\0"):
            return  # the end, or what some archives have instead
        if len(header) < BLOCK:
            raise UnreadableError("is cut short")
        _check_sum(header)
        kind, size = header[156:157], _number(header[124:136])
        if kind in (_EXTENDED, _GLOBAL, _LONG_NAME):
            if size > MAX_EXTENDED_BYTES:
                raise UnreadableError("has a header of more than 64 KiB")
            data = tar.exactly(size + -size % BLOCK)[:size]
            if kind == _LONG_NAME:
                long_path = data.rstrip(b"\0")
            elif kind == _EXTENDED:
                fields = _fields(data)
                long_path = fields.get(b"path", long_path)
                long_size = _decimal(fields[b"size"]) if b"size" in fields else None
            continue
        path = _name(header) if long_path is None else long_path
        yield (
            path.decode("utf-8", "replace"),
            kind,
            size if long_size is None else long_size,
            _number(header[100:108]),
        )
        long_path = long_size = None
    raise UnreadableError(f"has more than {MAX_ENTRIES:,} entries")


def _name(header: bytes) -> bytes:
    name = _text(header[:100])
    # Some write times behind a shorter prefix, as star did; npm's own reader tells them so, too.
    prefix = _text(header[345:475] if header[475] == 0 else header[345:500])
    ustar = header[257:263] == b"ustar\0"
    return prefix + b"/" + name if ustar and prefix else name


def _text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _inner(path: str) -> str | None:
    """A path without its first part; None where nothing is left of it.

    Raises:
        UnreadableError: It leads elsewhere, or no system could hold it.
    """
    if path.startswith("/") or _ODD.search(path):
        raise UnreadableError(f"has the path {path[:100]!r}, which no package needs")
    parts = [part for part in path.split("/")[1:] if part not in ("", ".")]
    if ".." in path.split("/"):
        raise UnreadableError(f"has the path {path[:100]!r}, which leads out of its folder")
    if len(parts) > MAX_FOLDERS or any(len(part.encode()) > MAX_NAME for part in parts):
        raise UnreadableError(f"has the path {path[:100]!r}…, which is too long")
    inner = "/".join(parts)
    if len(inner.encode()) > MAX_PATH:
        raise UnreadableError(f"has the path {path[:100]!r}…, which is too long")
    return inner or None


def _check_sum(header: bytes) -> None:
    """Both ways in which tars count: bytes are unsigned, and were signed once."""
    plain = header[:148] + b" " * 8 + header[156:]
    expected, unsigned = _number(header[148:156]), sum(plain)
    if expected == unsigned:
        return
    if expected != sum(struct.unpack(f"{BLOCK}b", plain)):
        raise UnreadableError("is no tar, or damaged")


def _number(field: bytes) -> int:
    """Octal digits, or with the first bit set a binary number."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
    else:
        digits = field.split(b"\0")[0].strip()
        if digits and not re.fullmatch(rb"[0-7]+", digits):
            raise UnreadableError("is no tar, or damaged")
        value = int(digits or b"0", 8)
    if value >= 1 << 40:
        raise UnreadableError("announces a file of more than a terabyte")
    return value


def _fields(data: bytes) -> dict[bytes, bytes]:
    """The records of an extended header: ``length key=value``, one a line."""
    fields: dict[bytes, bytes] = {}
    at = 0
    while at < len(data):
        match = _RECORD.match(data, at)
        length = int(match[1]) if match else 0
        if match is None or at + length < match.end() or at + length > len(data):
            raise UnreadableError("has a damaged header")
        if match[2]:
            fields[match[2]] = data[match.end() : at + length - 1]
        at += length
    return fields


def _decimal(value: bytes) -> int:
    if not value.isdigit() or len(value) > 12:  # noqa: PLR2004 - a terabyte has as many digits
        raise UnreadableError("has a damaged header")
    return int(value)


def _skip(tar: _Inflated, size: int) -> None:
    left = size + -size % BLOCK
    while left:
        block = tar.read(min(left, READ_BYTES))
        if not block:
            raise UnreadableError("is cut short")
        left -= len(block)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
