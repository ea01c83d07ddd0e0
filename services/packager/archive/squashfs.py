"""A squashfs image of a flat folder, uncompressed: every file lies in it in one piece.

That is what an AppImage needs to be read in place, without mounting it. The image is a list of
pieces; the content of large files is never copied.

Source: the squashfs 4.0 format (Documentation/filesystems/squashfs.rst of Linux; fs/squashfs).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.archive.concatenated import Piece, piece_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BLOCK_BYTES: Final = 1 << 20  # the largest that the format knows
SUPERBLOCK: Final = struct.Struct("<5I6H8Q")
_METADATA_BYTES: Final = 8_192
_UNCOMPRESSED_BLOCK: Final = 1 << 24
_UNCOMPRESSED_METADATA: Final = 0x8000
_NONE: Final = 0xFFFFFFFF_FFFFFFFF
_NO_FRAGMENT: Final = 0xFFFFFFFF
_NO_XATTR: Final = 0xFFFFFFFF
# Inodes, data, fragments and ids are not compressed; there are no fragments and no attributes.
_FLAGS: Final = 0x0001 | 0x0002 | 0x0008 | 0x0010 | 0x0200 | 0x0800
_ZLIB: Final = 1  # named although nothing is compressed: every reader knows it
_EPOCH_2020: Final = 1_577_836_800
_SYMLINK, _LARGE_FOLDER, _LARGE_FILE = 3, 8, 9
_LISTED_AS: Final = {_LARGE_FILE: 2}  # in folders a file is a file
_DEVICE_PAGE: Final = 4_096  # images are padded to it, so that loop devices take them


class File(msgspec.Struct, frozen=True):
    """One file: its content in pieces, and its mode."""

    pieces: tuple[Piece, ...]
    mode: int = 0o644


class Link(msgspec.Struct, frozen=True):
    """A symbolic link."""

    target: str


class SquashfsImage(msgspec.Struct, frozen=True):
    """The whole image, and where the content of each file begins in it, in bytes."""

    pieces: tuple[Piece, ...]
    offsets: dict[str, int]


def image_of(entries: Mapping[str, File | Link]) -> SquashfsImage:
    """An image of these names, all of them in its root; the same entries give the same bytes.

    Raises:
        ValueError: A name with a slash, an empty one, or one longer than 256 bytes.
    """
    tables = _Tables()
    data: list[Piece] = []
    offsets: dict[str, int] = {}
    at = SUPERBLOCK.size
    for name, entry in sorted(entries.items(), key=lambda item: item[0].encode()):
        if isinstance(entry, Link):
            tables.add_link(name, entry)
            continue
        offsets[name] = at
        size = sum(map(piece_bytes, entry.pieces))
        tables.add_file(name, entry, at=at, size=size)
        data += entry.pieces
        at += size
    return SquashfsImage(pieces=(tables.superblock(at), *data, tables.written(at)), offsets=offsets)


class _Tables:
    """Inodes and the one folder, filled name by name."""

    def __init__(self) -> None:
        self._inodes = bytearray()
        self._listing = bytearray()
        self._count = 0
        self._root_at = 0

    def add_file(self, name: str, file: File, *, at: int, size: int) -> None:
        """Always the larger form of an inode, which knows 64-bit sizes."""
        whole, rest = divmod(size, BLOCK_BYTES)
        sizes = [BLOCK_BYTES] * whole + [rest] * bool(rest)
        body = struct.pack("<3Q4I", at, size, 0, 1, _NO_FRAGMENT, 0, _NO_XATTR) + struct.pack(
            f"<{len(sizes)}I", *(n | _UNCOMPRESSED_BLOCK for n in sizes)
        )
        self._add(name, _LARGE_FILE, file.mode, body)

    def add_link(self, name: str, link: Link) -> None:
        """The target stands in the inode."""
        target = link.target.encode()
        self._add(name, _SYMLINK, 0o777, struct.pack("<2I", 1, len(target)) + target)

    def _add(self, name: str, kind: int, mode: int, body: bytes) -> None:
        encoded = name.encode()
        if not 0 < len(encoded) <= 256 or b"/" in encoded:  # noqa: PLR2004 - one byte, less one
            raise ValueError(f"{name!r} cannot stand in a squashfs folder")
        block, offset = _reference(len(self._inodes))
        number = self._inode(kind, mode, body)
        # One header for each name: a header serves only those whose inodes share a block.
        self._listing += struct.pack("<3I", 0, block, number)
        listed = _LISTED_AS.get(kind, kind)
        self._listing += struct.pack("<HhHH", offset, 0, listed, len(encoded) - 1) + encoded

    def _inode(self, kind: int, mode: int, body: bytes) -> int:
        self._count += 1
        self._inodes += struct.pack("<4H2I", kind, mode, 0, 0, _EPOCH_2020, self._count) + body
        return self._count

    def superblock(self, data_end: int) -> bytes:
        """The first bytes of the image, once all names are there."""
        self._root_at = len(self._inodes)
        listed_bytes = len(self._listing) + 3  # as if ``.`` and ``..`` were listed
        parent = self._count + 2  # of the root: one that no inode has
        folder = struct.pack("<4I2HI", 2, listed_bytes, 0, parent, 0, 0, _NO_XATTR)
        self._inode(_LARGE_FOLDER, 0o755, folder)
        folders_at = data_end + len(_metadata(self._inodes))
        ids_at = folders_at + len(_metadata(self._listing))
        pointers_at = ids_at + len(_metadata(_IDS))
        block, offset = _reference(self._root_at)
        return SUPERBLOCK.pack(
            *(0x73717368, self._count, _EPOCH_2020, BLOCK_BYTES, 0),
            *(_ZLIB, BLOCK_BYTES.bit_length() - 1, _FLAGS, 1, 4, 0),
            *(block << 16 | offset, pointers_at + 8, pointers_at, _NONE),
            *(data_end, folders_at, ids_at, _NONE),  # of fragments: where they would stand
        )

    def written(self, data_end: int) -> bytes:
        """What stands behind the data."""
        tables = _metadata(self._inodes) + _metadata(self._listing)
        ids_at = data_end + len(tables)
        tables += _metadata(_IDS) + struct.pack("<Q", ids_at)
        return tables + bytes(-(data_end + len(tables)) % _DEVICE_PAGE)


_IDS: Final = struct.pack("<I", 0)  # everything belongs to root


def _metadata(table: bytes | bytearray) -> bytes:
    """A table in blocks of 8 KiB, each with its length before it."""
    blocks: Sequence[bytes] = [
        bytes(table[at : at + _METADATA_BYTES]) for at in range(0, len(table), _METADATA_BYTES)
    ]
    return b"".join(
        struct.pack("<H", len(block) | _UNCOMPRESSED_METADATA) + block for block in blocks
    )


def _reference(at: int) -> tuple[int, int]:
    """Where a byte of a table lies: the block's position in the written table, and within it."""
    block, offset = divmod(at, _METADATA_BYTES)
    return block * (_METADATA_BYTES + 2), offset
