"""Slices are joined without being encoded again: every packet as it is, at its frame's time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import av

from services.packager.film.encoding.codecs import BITEXACT, PRORES_TAGS, prores_profile
from services.packager.film.encoding.slice_files import frame_number, opened, packets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction
    from pathlib import Path

    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

    from services.packager.film.encoding.slice_files import SliceFile
    from services.packager.film.encoding.sound import SoundTrack
    from shared.domain.video.film_spec import FilmSpec

_FORMATS: Final = {"mp4": "mp4", "mov": "mov", "webm": "webm"}


def film_file(spec: FilmSpec, output: Path) -> OutputContainer:
    """The film's file, whose index comes first where that is asked for."""
    options = dict(BITEXACT)
    if spec.container == "webm":
        options["cues_to_front"] = "1"
    elif spec.fast_start:
        options["movflags"] = "+faststart"
    container = av.open(output, "w", format=_FORMATS[spec.container], options=options)
    container.metadata.update(spec.metadata)
    return container


def join(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    track: SoundTrack | None,
    output: Path,
    tell: Callable[[float], None],
) -> None:
    """Write the film; memory holds a packet or two.

    Raises:
        SliceDamagedError: A slice has changed since it was looked through.
    """
    with film_file(spec, output) as container:
        with opened(0, slices[0].path) as (_, template):
            stream = cast(
                "VideoStream", container.add_stream_from_template(template, opaque=True)
            )
        stream.time_base = 1 / spec.fps
        stream.codec_context.framerate = spec.fps
        if tag := _codec_tag(spec):
            stream.codec_context.codec_tag = tag
        if track:
            track.add_to(container)
        done = 0
        for packet in _joined(spec, slices):
            packet.stream = stream
            if track:
                track.write_until(container, packet.dts * packet.time_base)
            container.mux(packet)
            done += 1
            tell(done / spec.frames)
        if track:
            track.write_rest(container)


def _joined(spec: FilmSpec, slices: Sequence[SliceFile]) -> Iterator[Packet[VideoStream]]:
    """All packets, with the times of the film in frames."""
    reordered = max(one.reordered for one in slices)
    time_base: Fraction = 1 / spec.fps
    first = 0
    for one in slices:
        with opened(one.number, one.path) as (container, source):
            for index, packet in enumerate(packets(container, source)):
                place = frame_number(spec, packet)
                packet.pts, packet.dts = first + place, first + index - reordered
                packet.time_base, packet.duration = time_base, 1
                yield packet
        first += one.frames


def _codec_tag(spec: FilmSpec) -> str:
    """What Apple's players go by."""
    if spec.codec == "prores":
        return PRORES_TAGS[prores_profile(spec.encoder_options)]
    return "hvc1" if spec.codec == "hevc" else ""
