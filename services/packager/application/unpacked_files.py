"""Files that are compressed for hosts are unpacked in applications: no host is there to say so."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final

import brotli

from services.packager.build.plan import Content, Note
from services.packager.storage.disk_cache import disk_errors
from shared.domain.precompressed import precompressed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from services.packager.project.files import ProjectFiles

BLOCK_BYTES: Final = 1 << 20
MAX_BYTES: Final = 1 << 30  # of all together: what claims to be more is no game
_GZIP: Final = 16 + zlib.MAX_WBITS


class _BrokenError(Exception):
    """It is not compressed as its name says, or too much."""


def unpacked(
    contents: Sequence[Content], project: ProjectFiles, scratch: Path
) -> tuple[list[Content], list[Note]]:
    """The same files under the same names; the shells know what they are by the name within.

    Args:
        contents: Of a site.
        project: Where they lie.
        scratch: For what they are unpacked into.
    """
    files = precompressed({content.path for content in contents})
    made: list[Content] = []
    notes: list[Note] = []
    room = MAX_BYTES
    for content in contents:
        plain = content
        if content.stored is not None and content.path in files:
            target = scratch / f"unpacked-{len(made)}"
            try:
                with project.open_stored(content.stored) as file:
                    coding = files[content.path].coding
                    plain = _written(content.path, _blocks(file, coding), target, room)
                room -= plain.size_bytes
            except _BrokenError as error:
                notes.append(Note(file=content.path, message=f"is shipped as it is: it {error}"))
        made.append(plain)
    return made, notes


def _written(path: str, blocks: Iterator[bytes], target: Path, room: int) -> Content:
    digest, size = hashlib.sha256(), 0
    with disk_errors(), target.open("wb") as out:
        for block in blocks:
            size += len(block)
            if size > room:
                raise _BrokenError(f"unpacks to more than {MAX_BYTES >> 20:,} MiB")
            digest.update(block)
            out.write(block)
    return Content(path=path, size_bytes=size, sha256=digest.hexdigest(), derived=target)


def _blocks(file: BinaryIO, coding: str) -> Iterator[bytes]:
    try:
        yield from _gunzipped(file) if coding == "gzip" else _unbrotlied(file)
    except (zlib.error, brotli.error):
        raise _BrokenError("is not compressed as its name says") from None


def _gunzipped(file: BinaryIO) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_GZIP)
    while not unpacker.eof and (block := file.read(BLOCK_BYTES)):
        while block and not unpacker.eof:
            yield unpacker.decompress(block, BLOCK_BYTES)
            block = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise _BrokenError("is cut short")


def _unbrotlied(file: BinaryIO) -> Iterator[bytes]:
    unpacker = brotli.Decompressor()
    while not unpacker.is_finished() and (block := file.read(BLOCK_BYTES)):
        yield unpacker.process(block, output_buffer_limit=BLOCK_BYTES)
        while not unpacker.can_accept_more_data():
            yield unpacker.process(b"", output_buffer_limit=BLOCK_BYTES)
    if not unpacker.is_finished():
        raise _BrokenError("is cut short")
