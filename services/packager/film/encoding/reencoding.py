"""Lossless slices are encoded as one film, in as many passes as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import av
import msgspec
from av.codec.context import Flags
from av.video.reformatter import VideoReformatter

from services.packager.film.encoding.codecs import ENCODERS, add_video
from services.packager.film.encoding.film_file import codec_tag, film_file
from services.packager.film.encoding.frames import converted
from services.packager.film.encoding.slice_files import pictures
from services.packager.film.encoding.usual_priority import usual_priority

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from services.packager.film.encoding.slice_files import SliceFile
    from services.packager.film.encoding.sound import FilmSound, SoundTrack
    from shared.domain.video.film_spec import FilmSpec

_THREADS: Final = 4  # nothing else is encoded meanwhile
_ALPHA: Final = {"auto-alt-ref": "0"}  # else libvpx takes no transparent pictures
_STATISTICS: Final = ("h264", "hevc")  # whose encoders write down what a pass has seen


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """One time through all frames; ``statistics`` are written by the first, read by the second."""

    bit_rate: int  # bits/s; 0: as the encoder's options say
    number: int = 0  # 1, 2; 0: it knows of no other
    statistics: str = ""  # a path


def has_statistics(spec: FilmSpec) -> bool:
    """Whether a first pass makes the second one better."""
    return spec.codec in _STATISTICS


def look_ahead(
    spec: FilmSpec, slices: Sequence[SliceFile], first: Pass, tell: Callable[[float], None]
) -> None:
    """The first pass, of which nothing is left but its statistics."""
    with av.open("null", "w", format="null") as container:
        stream = _stream(spec, container, first)
        _encode(spec, slices, container, stream, track=None, tell=tell)


def encode(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    sound: FilmSound | None,
    output: Path,
    *,
    last: Pass,
    tell: Callable[[float], None],
) -> None:
    """Write the film.

    Raises:
        SliceDamagedError: A picture cannot be decoded.
    """
    with film_file(spec, output) as container:
        stream = _stream(spec, container, last)
        if tag := codec_tag(spec):
            stream.codec_context.codec_tag = tag
        if spec.transparent and spec.codec == "vp9":
            stream.metadata["alpha_mode"] = "1"  # or players look for no alpha
        track = sound.track_in(container) if sound else None
        _encode(spec, slices, container, stream, track=track, tell=tell)


def _stream(spec: FilmSpec, container: OutputContainer, this: Pass) -> VideoStream:
    options = dict(spec.encoder_options)
    if spec.transparent and spec.codec == "vp9":
        options |= _ALPHA
    if this.number and spec.codec == "hevc":
        said = f"pass={this.number}:stats={this.statistics}"
        options["x265-params"] = ":".join(filter(None, (options.get("x265-params"), said)))
    elif this.number:
        options["stats"] = this.statistics
    encoder = ENCODERS[spec.codec]
    stream = add_video(container, spec, encoder, spec.pixel_format, options, threads=_THREADS)
    if this.number and spec.codec == "h264":
        stream.codec_context.flags |= Flags.pass1 if this.number == 1 else Flags.pass2
    if this.bit_rate:
        stream.bit_rate = this.bit_rate
    return stream


def _encode(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    container: OutputContainer,
    stream: VideoStream,
    *,
    track: SoundTrack | None,
    tell: Callable[[float], None],
) -> None:
    with usual_priority():
        stream.codec_context.open(strict=False)
    reformatter = VideoReformatter()
    for done, decoded in enumerate(pictures(spec, slices), start=1):
        if track:
            track.write_until(container, done / float(spec.fps))
        frame = converted(decoded, spec.pixel_format, reformatter)
        frame.pts, frame.time_base, frame.pict_type = decoded.pts, decoded.time_base, 0
        container.mux(stream.encode(frame))
        tell(done / spec.frames)
    container.mux(stream.encode(None))
    if track:
        track.write_rest(container)
