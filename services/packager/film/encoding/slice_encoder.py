"""A slice of a film is encoded while it is filmed: a Matroska file that ``finish`` joins.

Slices are in the film's own codec wherever they can be joined as they are, else lossless. Each
begins with a key frame and refers to no other, and its times count from its own first frame.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import av
from av.video.frame import PictureType

from services.packager.film.encoding.codecs import (
    BITEXACT,
    ENCODERS,
    LOSSLESS,
    MOST_REORDERED,
    add_video,
    lossless_format,
)
from services.packager.film.encoding.frames import FrameReader
from services.packager.film.encoding.measures import FrameMeasure, Measuring
from services.packager.film.encoding.usual_priority import usual_priority

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from av.packet import Packet
    from av.video.stream import VideoStream

    from shared.domain.video.film_spec import FilmSpec


class SliceEncoder:
    """Writes one slice; frames come in their order, and ``close`` completes the file.

    The same frames give the same bytes. Memory does not grow with the slice.

    Raises:
        av.FFmpegError: FFmpeg does not take the spec's options.
    """

    def __init__(self, spec: FilmSpec, path: Path) -> None:
        lossless = spec.lossless_slices
        pixel_format = lossless_format(spec) if lossless else spec.pixel_format
        self._reader = FrameReader(spec, pixel_format)
        self._measuring = Measuring(spec)
        self._time_base = 1 / spec.fps
        self._frames = self._packets = 0
        self._container = av.open(path, "w", format="matroska", options=BITEXACT)
        self._closed = False
        try:
            encoder = LOSSLESS if lossless else ENCODERS[spec.codec]
            options = {} if lossless else spec.encoder_options
            self._stream = add_video(self._container, spec, encoder, pixel_format, options)
            if lossless:
                self._stream.codec_context.gop_size = 1
            elif spec.bit_rate:
                self._stream.bit_rate = spec.bit_rate
            with usual_priority():
                self._container.start_encoding()
        except BaseException:
            self._abandon()
            raise

    def write(self, frame: memoryview | bytes) -> FrameMeasure:
        """Encodes one frame, in ``spec.frame_layout``.

        ``i420`` is the planes of luma, then of blue and of red difference, halved both ways,
        BT.709 in limited range. ``rgba`` is rows from the top, alpha not multiplied into colours.

        Raises:
            ValueError: There are not as many bytes as a frame has, or the slice is closed.
        """
        if self._closed:
            raise ValueError("the slice is closed")
        picture = self._reader.read(frame)
        picture.pts, picture.time_base = self._frames, self._time_base
        if self._frames == 0:
            picture.pict_type = PictureType.I
        self._frames += 1
        self._mux(self._stream.encode(picture))
        return self._measuring.measure(frame)

    def close(self) -> None:
        """Completes the file; again and again it does nothing.

        Raises:
            av.FFmpegError: What is left cannot be encoded or written.
        """
        if self._closed:
            return
        self._closed = True
        try:
            self._mux(self._stream.encode(None))
        finally:
            self._container.close()

    def _mux(self, packets: Iterable[Packet[VideoStream]]) -> None:
        """With times of decoding of our own, as x265 gives none that are right for a few frames."""
        for packet in packets:
            packet.dts = self._packets - MOST_REORDERED
            self._packets += 1
            self._container.mux(packet)

    def _abandon(self) -> None:
        self._closed = True
        with suppress(av.FFmpegError):
            self._container.close()
