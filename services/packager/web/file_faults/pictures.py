"""Pictures are known by their first bytes, as browsers know them, whatever their names say."""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING, BinaryIO, Final

from PIL import GifImagePlugin, WebPImagePlugin

from services.packager.optimizing import images
from services.packager.optimizing.picture_header import opened
from services.packager.project import lfs_pointers
from services.packager.project.unreadable import UnreadableError
from services.packager.web.file_faults.boxes import boxes_of
from services.packager.web.file_faults.fault import EMPTY, POINTER, Fault, cut, other, short_of
from services.packager.web.file_faults.textures import KTX2, ktx2_fault

if TYPE_CHECKING:
    from collections.abc import Callable

RASTER: Final = (".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".bmp")
UNKNOWN: Final = other("no picture that a browser reads")
MOST_PARTS: Final = 100_000  # chunks or segments that are looked at
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_END_OF_IMAGE: Final = b"\xff\xd9"
_START_OF_SCAN: Final = 0xDA
_WEBP: Final = struct.Struct("<4sI4s")
_GIF: Final = (b"GIF87a", b"GIF89a")
_BMP: Final = b"BM"
_FTYP: Final = b"ftyp"
_OF_PILLOW: Final = (  # imported here: a sandbox imports nothing
    GifImagePlugin.GifImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)
_BLOCK: Final = 1 << 16
_MAX_DECODED_BYTES: Final = 64 << 20
_MAX_SVG_HEAD: Final = 1 << 20  # comments and a document type may stand before the first element
_SVG: Final = re.compile(rb"<(?:[\w.-]+:)?svg[\s/>]")
_SVG_END: Final = re.compile(rb"</(?:[\w.-]+:)?svg\s*>|/>\s*\Z")
_BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def raster_fault(stream: BinaryIO, size: int) -> Fault | None:
    """What is wrong with a picture of pixels, also one inside a model."""
    head = stream.read(12)
    checks: tuple[tuple[bool, Callable[[BinaryIO, int], Fault | None]], ...] = (
        (head.startswith(_PNG), _png),
        (head.startswith(_JPEG), _jpeg),
        (head.startswith(b"RIFF") and head.endswith(b"WEBP"), _webp),
        (head.startswith(_GIF), _gif),
        (head.startswith(KTX2), ktx2_fault),
        (head[4:8] == _FTYP, _avif),
        (head.startswith(_BMP), lambda *_: None),
    )
    check = next((check for matches, check in checks if matches), None)
    if check is None:
        return _absent(head, size)
    fault = check(stream, size)
    return None if fault and _is_read_by_pillow(stream) else fault


def svg_fault(stream: BinaryIO, size: int) -> Fault | None:
    """What is wrong with a vector picture, as far as its ends tell."""
    head = stream.read(_MAX_SVG_HEAD)
    if head.startswith(_BYTE_ORDER_MARKS):
        return None  # UTF-16
    if not _SVG.search(head):
        return other("no SVG picture")
    stream.seek(max(size - _BLOCK, 0))
    return None if _SVG_END.search(stream.read(_BLOCK)) else cut("its last element is not closed")


def _absent(head: bytes, size: int) -> Fault:
    if size == 0:
        return EMPTY
    return POINTER if lfs_pointers.is_pointer(head) else UNKNOWN


def _png(stream: BinaryIO, size: int) -> Fault | None:
    at = len(_PNG)
    for _ in range(MOST_PARTS):
        stream.seek(at)
        head = stream.read(8)
        if len(head) < 8:  # noqa: PLR2004 - a chunk's length and kind
            return cut("it has no end")
        length, kind = struct.unpack(">I4s", head)
        at += len(head) + length + 4
        if at > size:
            return cut(short_of(at, size))
        if kind == b"IEND":
            break
    return None


def _jpeg(stream: BinaryIO, size: int) -> Fault | None:
    at = 2
    for _ in range(MOST_PARTS):
        stream.seek(at)
        head = stream.read(4)
        if len(head) < 4:  # noqa: PLR2004 - a marker and its length
            return cut("it has no picture")
        if head[1] == 0xFF:  # noqa: PLR2004 - a marker may be padded
            at += 1
            continue
        marker, length = struct.unpack(">xBH", head)
        if head[0] != 0xFF or at + 2 + length > size:  # noqa: PLR2004 - where a marker should be
            return cut("it has no picture")
        at += 2 + length
        if marker == _START_OF_SCAN:
            stream.seek(at)
            return None if _finds(stream, _END_OF_IMAGE) else cut("it has no end")
    return None


def _webp(stream: BinaryIO, size: int) -> Fault | None:
    stream.seek(0)
    _, length, _ = _WEBP.unpack(stream.read(_WEBP.size))
    return cut(short_of(length + 8, size)) if length + 8 > size else None


def _gif(stream: BinaryIO, size: int) -> Fault | None:
    stream.seek(max(size - _BLOCK, 0))
    return None if stream.read(_BLOCK).rstrip(b"\0").endswith(b";") else cut("it has no end")


def _avif(stream: BinaryIO, size: int) -> Fault | None:
    end = max((box.end for box in boxes_of(stream, size)), default=0)
    return cut(short_of(end, size)) if end > size else None


def _finds(stream: BinaryIO, what: bytes) -> bool:
    """Whether the rest of a stream holds these bytes, wherever blocks meet."""
    before = b""
    while block := stream.read(_BLOCK):
        if what in before + block:
            return True
        before = block[-len(what) + 1 :]
    return False


def _is_read_by_pillow(stream: BinaryIO) -> bool:
    """Whether all pixels are there; of what takes too much to decode, nobody knows."""
    stream.seek(0)
    data = stream.read(_MAX_DECODED_BYTES + 1)
    if len(data) > _MAX_DECODED_BYTES or images.has_endless_scans(data):
        return False
    try:
        with opened(io.BytesIO(data), ("PNG", "JPEG", *_OF_PILLOW)) as picture:
            if picture.width * picture.height > images.MOST_PIXELS:
                return False
            picture.load()
    except (UnreadableError, OSError, SyntaxError, ValueError, EOFError):
        return False
    return True
