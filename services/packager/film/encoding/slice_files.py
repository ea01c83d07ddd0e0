"""Slices are read: other machines have made them, and any of them may be broken.

What is not as the spec says is a ``SliceDamagedError``. That not a bit was lost on the way is for
whoever fetched them to know: FFmpeg hides a flipped bit in a picture as well as it can.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import av
import msgspec

from services.packager.film.encoding.codecs import MOST_REORDERED
from services.packager.film.encoding.errors import SliceDamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from shared.domain.video.film_spec import FilmSpec

_DECODING: Final = {"err_detect": "explode"}  # else even more of it is hidden
_DECODER_THREADS: Final = 4  # as many as FFV1 has slices


class SliceFile(msgspec.Struct, frozen=True):
    """One slice that was looked through."""

    number: int
    path: Path
    frames: int
    reordered: int  # frames by which the first to be shown waits


def look_through(spec: FilmSpec, paths: Sequence[Path]) -> list[SliceFile]:
    """Every packet of every slice, without its content.

    Raises:
        SliceDamagedError: A slice is not what the spec says, or they do not belong together.
    """
    slices: list[SliceFile] = []
    header: tuple[object, ...] | None = None
    for number, path in enumerate(paths):
        with opened(number, path) as (container, stream):
            _check_stream(spec, number, stream)
            if header is not None and header != _header(stream):
                raise SliceDamagedError(number, "its pictures are encoded in another way")
            header = _header(stream)
            slices.append(_looked_through(spec, number, path, packets(container, stream)))
    frames = sum(one.frames for one in slices)
    if frames != spec.frames:
        reason = f"there are {frames:,} frames of all, and not {spec.frames:,}"
        raise SliceDamagedError(max(0, len(slices) - 1), reason)
    return slices


@contextmanager
def opened(number: int, path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A slice and its only stream; whatever FFmpeg says of it is damage.

    Raises:
        SliceDamagedError: It is none, or it ends too early.
    """
    try:
        with av.open(path, format="matroska", metadata_errors="replace") as container:
            if len(container.streams) != 1 or not container.streams.video:
                raise SliceDamagedError(number, "it holds other things than pictures")
            yield container, container.streams.video[0]
    except FileNotFoundError:
        raise
    except av.FFmpegError as error:
        raise SliceDamagedError(number, error.strerror or "it cannot be read") from error
    except (ArithmeticError, ValueError) as error:  # of numbers and texts that make no sense
        raise SliceDamagedError(number, "its header is broken") from error


def packets(container: InputContainer, stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    """The encoded pictures, in the order in which they are decoded."""
    for packet in container.demux(stream):
        if packet.size:
            yield packet


def frame_number(spec: FilmSpec, packet: Packet[VideoStream]) -> int:
    """The place of a packet's picture in its slice; Matroska's times are rounded, none by half."""
    return -1 if packet.pts is None else round(packet.pts * packet.time_base * spec.fps)


def pictures(
    spec: FilmSpec, slices: Sequence[SliceFile], *, every: int = 1
) -> Iterator[VideoFrame]:
    """The frames of lossless slices, one after another; memory holds few of them.

    Args:
        spec: What they were made by.
        slices: All of the film.
        every: Only frames whose number in the film is a multiple.

    Raises:
        SliceDamagedError: A picture is damaged, or some are missing.
    """
    first = 0
    for one in slices:
        with opened(one.number, one.path) as (_, stream):
            context = stream.codec_context
            context.options = _DECODING
            context.thread_count, context.thread_type = _DECODER_THREADS, "SLICE"
            count = 0
            for frame in _decoded(stream):
                if (frame.width, frame.height) != (spec.width, spec.height):
                    raise SliceDamagedError(one.number, "its pictures change their size")
                if count < one.frames and not (first + count) % every:
                    frame.pts, frame.time_base = first + count, 1 / spec.fps
                    yield frame
                count += 1
            if count != one.frames:
                reason = f"{count:,} of its {one.frames:,} frames can be decoded"
                raise SliceDamagedError(one.number, reason)
            first += count


def _decoded(stream: VideoStream) -> Iterator[VideoFrame]:
    container = cast("InputContainer", stream.container)
    for packet in container.demux(stream):
        yield from packet.decode()


def _check_stream(spec: FilmSpec, number: int, stream: VideoStream) -> None:
    context = cast("VideoCodecContext | None", stream.codec_context)
    if context is None:
        raise SliceDamagedError(number, "its codec is unknown")
    codec = "ffv1" if spec.lossless_slices else spec.codec
    if context.codec.canonical_name != codec:
        raise SliceDamagedError(number, f"its codec is {context.codec.canonical_name}, not {codec}")
    if (context.width, context.height) != (spec.width, spec.height):
        reason = f"it is {context.width} × {context.height} px, not {spec.width} × {spec.height}"
        raise SliceDamagedError(number, reason)


def _header(stream: VideoStream) -> tuple[object, ...]:
    context = stream.codec_context
    colours = (context.color_primaries, context.color_trc, context.colorspace, context.color_range)
    return context.extradata, context.pix_fmt, context.profile, colours


def _looked_through(
    spec: FilmSpec, number: int, path: Path, encoded: Iterator[Packet[VideoStream]]
) -> SliceFile:
    seen = bytearray()
    reordered = 0
    for index, packet in enumerate(encoded):
        place = frame_number(spec, packet)
        if index == 0 and not packet.is_keyframe:
            raise SliceDamagedError(number, "it does not begin with a key frame")
        if index >= spec.frames or abs(place - index) > MOST_REORDERED or place < 0:
            raise SliceDamagedError(number, f"packet {index} has no right time")
        reordered = max(reordered, index - place)
        seen.extend(bytes(max(0, place + 1 - len(seen))))
        if seen[place]:
            raise SliceDamagedError(number, f"frame {place} is there twice")
        seen[place] = 1
    if not all(seen):
        raise SliceDamagedError(number, f"frame {seen.index(0)} is missing")
    if not seen:
        raise SliceDamagedError(number, "it holds no frame")
    return SliceFile(number, path, len(seen), reordered)
