"""A moving WebP: libwebp makes it piece by piece, and the pieces become one file here.

The encoder keeps all frames until its end, so that each piece gets one of its own. It begins with
an empty canvas: the last frame of each piece is a whole picture that leaves one.
Source: "WebP Container Specification", animation.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

from av.codec.context import CodecContext
from av.video.reformatter import VideoReformatter

from services.packager.film.encoding.frames import converted
from services.packager.film.encoding.slice_files import pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

    from services.packager.film.encoding.slice_files import SliceFile
    from shared.domain.video.film_spec import FilmSpec

_ANIMATED, _ALPHA = 0x02, 0x10  # flags of VP8X
_NO_BLEND, _DISPOSE = 0x02, 0x01  # of a frame: nothing shines through it, nothing stays of it
PIECE_BYTES: Final = 128 << 20  # of raw frames
_MILLISECOND: Final = Fraction(1, 1_000)
_TICK: Final = 10  # each frame lasts so long for the encoder, which joins those that are the same
_MOST_MS: Final = (1 << 24) - 1
_LOSSLESS: Final = 100  # a quality
_PICTURES: Final = (b"ALPH", b"VP8 ", b"VP8L")


def write_webp(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    output: Path,
    quality: int,
    tell: Callable[[float], None],
) -> None:
    """Write the film, which repeats without end.

    Raises:
        SliceDamagedError: A picture cannot be decoded.
    """
    with output.open("wb") as file:
        file.write(b"RIFF\0\0\0\0WEBP")
        flags = _ANIMATED | (_ALPHA if spec.transparent else 0)
        canvas = _uint24(spec.width - 1) + _uint24(spec.height - 1)
        file.write(_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + canvas))
        file.write(_chunk(b"ANIM", bytes(6)))
        for first, piece in _pieces(spec, slices, quality, tell):
            for frame in _frames(spec, piece, first):
                file.write(_chunk(b"ANMF", frame))
        size = file.tell()
        file.seek(4)
        file.write(struct.pack("<I", size - 8))


def _pieces(
    spec: FilmSpec, slices: Sequence[SliceFile], quality: int, tell: Callable[[float], None]
) -> Iterator[tuple[int, bytes]]:
    """Each piece as a whole file, with the number of its first frame; the last is a still."""
    reformatter = VideoReformatter()
    a_piece = max(1, PIECE_BYTES // (4 * spec.width * spec.height))
    first, encoder = 0, None
    for number, decoded in enumerate(pictures(spec, slices)):
        frame = converted(decoded, "bgra", reformatter)
        frame.pts, frame.time_base = (number - first) * _TICK, _MILLISECOND
        if number + 1 in (first + a_piece, spec.frames):
            if encoder is not None:
                yield first, _encoded(encoder, None)
            yield number, _encoded(_encoder(spec, "libwebp", quality), frame)
            first, encoder = number + 1, None
        else:
            encoder = encoder or _encoder(spec, "libwebp_anim", quality)
            encoder.encode(frame)
        tell((number + 1) / spec.frames)


def _encoder(spec: FilmSpec, name: str, quality: int) -> VideoCodecContext:
    encoder = cast("VideoCodecContext", CodecContext.create(name, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = spec.width, spec.height, "bgra"
    encoder.time_base = _MILLISECOND
    if quality == _LOSSLESS:
        encoder.options = {"lossless": "1", "compression_level": "3"}
    else:
        encoder.options = {"quality": str(quality), "compression_level": "4"}
    return encoder


def _encoded(encoder: VideoCodecContext, frame: VideoFrame | None) -> bytes:
    packets = (
        encoder.encode(frame) if frame is None else [*encoder.encode(frame), *encoder.encode()]
    )
    return b"".join(bytes(packet) for packet in packets)


def _frames(spec: FilmSpec, piece: bytes, first: int) -> Iterator[bytes]:
    """The contents of a piece's frames, as the film has them."""
    chunks = list(_chunks(piece))
    number = first
    for content in (content for name, content in chunks if name == b"ANMF"):
        after = number + max(1, round(int.from_bytes(content[12:15], "little") / _TICK))
        yield content[:12] + _uint24(_lasts_ms(spec, number, after)) + content[15:]
        number = after
    if number == first:  # a single frame, of all the canvas, which is empty after it
        whole = b"".join(_chunk(name, content) for name, content in chunks if name in _PICTURES)
        size = _uint24(spec.width - 1) + _uint24(spec.height - 1)
        lasts = _uint24(_lasts_ms(spec, number, number + 1))
        yield bytes(6) + size + lasts + bytes([_NO_BLEND | _DISPOSE]) + whole


def _lasts_ms(spec: FilmSpec, number: int, after: int) -> int:
    """From a frame to another, each at its nearest millisecond: no error adds up."""
    begin, end = (round(frame / spec.fps * 1_000) for frame in (number, after))
    return min(_MOST_MS, end - begin)


def _chunks(piece: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 12  # behind RIFF, its size, WEBP
    while place + 8 <= len(piece):
        name, size = struct.unpack_from("<4sI", piece, place)
        yield name, piece[place + 8 : place + 8 + size]
        place += 8 + size + size % 2


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content + b"\0" * (len(content) % 2)


def _uint24(value: int) -> bytes:
    return value.to_bytes(3, "little")
