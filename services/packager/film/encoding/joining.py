"""Slices are joined without being encoded again: every packet as it is, at its frame's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.film.encoding.film_file import codec_tag, film_file
from services.packager.film.encoding.slice_files import frame_number, opened, packets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from fractions import Fraction
    from pathlib import Path

    from av.packet import Packet
    from av.video.stream import VideoStream

    from services.packager.film.encoding.slice_files import SliceFile
    from services.packager.film.encoding.sound import FilmSound
    from shared.domain.video.film_spec import FilmSpec


def join(
    spec: FilmSpec,
    slices: Sequence[SliceFile],
    sound: FilmSound | None,
    output: Path,
    tell: Callable[[float], None],
) -> None:
    """Write the film; memory holds a packet or two.

    Raises:
        SliceDamagedError: A slice has changed since it was looked through.
    """
    with film_file(spec, output) as container:
        with opened(0, slices[0].path) as (_, template):
            stream = container.add_stream_from_template(template, opaque=True)
        stream.time_base = 1 / spec.fps
        stream.codec_context.framerate = spec.fps
        if tag := codec_tag(spec):
            stream.codec_context.codec_tag = tag
        track = sound.track_in(container) if sound else None
        for done, packet in enumerate(_joined(spec, slices), start=1):
            if track:
                track.write_until(container, done / float(spec.fps))
            packet.stream = stream
            container.mux(packet)
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
