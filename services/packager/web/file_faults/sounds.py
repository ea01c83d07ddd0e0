"""Sounds are known by their first bytes; one that is cut short is heard as far as it goes."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from services.packager.web.file_faults.boxes import boxes_of
from services.packager.web.file_faults.fault import Fault, cut, other, short_of

SUFFIXES: Final = (
    ".wav",
    ".ogg",
    ".opus",
    ".oga",
    ".mp3",
    ".m4a",
    ".aac",
    ".flac",
    ".webm",
    ".mp4",
)
UNKNOWN: Final = other("no sound that a browser reads")
_RIFF_CHUNK: Final = struct.Struct("<4sI")
_OGG_HEADER_BYTES: Final = 27
_MOST_PARTS: Final = 100_000
_STREAMED: Final = 0x7FFF_0000  # and more: whoever wrote the header did not know the length
_KNOWN: Final = (b"fLaC", b"\x1aE\xdf\xa3", b"ID3")  # FLAC; Matroska and WebM; MP3 with a title
_SYNC: Final = 0xFFE0  # the bits that begin a frame of MP3 or AAC


def fault_of(stream: BinaryIO, size: int) -> Fault | None:
    """What is wrong with a sound, or with a film."""
    head = stream.read(12)
    if head.startswith(b"RIFF") and head.endswith(b"WAVE"):
        return _wav(stream, size)
    if head.startswith(b"OggS"):
        return _ogg(stream, size)
    if head[4:8] == b"ftyp":
        return _mp4(stream, size)
    is_frame = int.from_bytes(head[:2], "big") & _SYNC == _SYNC
    if is_frame or head.startswith(_KNOWN) or _is_heard(stream):
        return None
    return UNKNOWN


def _wav(stream: BinaryIO, size: int) -> Fault | None:
    at = 12
    for _ in range(_MOST_PARTS):
        stream.seek(at)
        head = stream.read(_RIFF_CHUNK.size)
        if len(head) < _RIFF_CHUNK.size:
            return cut("it has no samples")
        kind, length = _RIFF_CHUNK.unpack(head)
        at += len(head) + length + length % 2
        if kind == b"data":
            short = at - 1 > size and length < _STREAMED
            return cut(short_of(at, size), certain=False) if short else None
    return None


def _ogg(stream: BinaryIO, size: int) -> Fault | None:
    at = 0
    for _ in range(_MOST_PARTS):
        stream.seek(at)
        head = stream.read(_OGG_HEADER_BYTES)
        if not head:
            return None
        if not head.startswith(b"OggS"):
            return None  # what is behind the sound is nobody's concern
        lengths = stream.read(head[-1]) if len(head) == _OGG_HEADER_BYTES else b""
        at += len(head) + len(lengths) + sum(lengths)
        if at > size or len(head) < _OGG_HEADER_BYTES or len(lengths) < head[-1]:
            return cut("its last page is not whole", certain=False)
    return None


def _mp4(stream: BinaryIO, size: int) -> Fault | None:
    """Without its table of contents nothing of it is played; with it, as far as it goes."""
    boxes = list(boxes_of(stream, size))
    end = max((box.end for box in boxes), default=0)
    whole = {box.kind for box in boxes if box.end <= size}
    if not whole & {b"moov", b"moof"}:
        return cut("it has no table of contents")
    return cut(short_of(end, size), certain=False) if end > size else None


def _is_heard(stream: BinaryIO) -> bool:
    """Whether FFmpeg makes a first sound of it: files of MP3 may begin with anything."""
    import av  # noqa: PLC0415 - a third of a second and 30 MB, for those only who need it

    stream.seek(0)
    try:
        with av.open(stream, "r") as source:
            return next(source.decode(audio=0), None) is not None
    except (av.FFmpegError, IndexError, ValueError):
        return False
