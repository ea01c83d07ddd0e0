"""A film's sound is encoded beside its pictures, so that both stand together in the file."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
from av.codec.context import CodecContext, Flags

from services.packager.film.encoding.filters import Filters, sound_filtered
from services.packager.film.encoding.sound_file import SoundFile
from shared.domain.video.film_spec import Sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from av.audio.codeccontext import AudioCodecContext
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet


ENCODERS: Final = {"aac": ("aac", "fltp"), "opus": ("libopus", "flt"), "pcm": ("pcm_s16le", "s16")}
AHEAD_S: Final = 0.5  # of the pictures, so that players find it in time


class FilmSound(msgspec.Struct, frozen=True):
    """The sound of a film, as often as it is wanted."""

    sound: Sound
    file: SoundFile
    filters: Filters  # what it goes through, in stereo at 48 kHz

    def track_in(self, container: OutputContainer) -> SoundTrack:
        """A track of a file into which nothing is written yet."""
        name, rate = ENCODERS[self.sound.codec][0], self.sound.sample_rate
        stream = cast("AudioStream", container.add_stream(name, rate=rate))
        _set_up(self.sound, stream.codec_context)
        return SoundTrack(stream, self._formed())

    def size_bytes(self) -> int:
        """What it takes when it is encoded, without what its container adds."""
        return sum(packet.size for packet in _encoded(_encoder(self.sound), self._formed()))

    def _formed(self) -> Iterator[AudioFrame]:
        return _formed(self.sound, sound_filtered(self.file.blocks(), self.filters))


class SoundTrack:
    """The sound within one file, written once from its beginning to its end."""

    def __init__(self, stream: AudioStream, frames: Iterator[AudioFrame]) -> None:
        self._stream: AudioStream | None = stream
        self._frames = frames
        self._until = 0.0

    def write_until(self, container: OutputContainer, time_s: float) -> None:
        """All of the sound that belongs before the picture of that time."""
        while self._until < time_s + AHEAD_S and self._stream is not None:
            frame = next(self._frames, None)
            if frame is None:
                container.mux(self._stream.encode(None))
                self._stream = None
                return
            self._until += frame.samples / frame.sample_rate
            container.mux(self._stream.encode(frame))

    def write_rest(self, container: OutputContainer) -> None:
        """What is left."""
        self.write_until(container, math.inf)


def as_heard(sound: Sound, frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """The sound after it was encoded and decoded again; without any times."""
    encoder = _encoder(sound)
    decoder = cast("AudioCodecContext", CodecContext.create(encoder.name, "r"))
    decoder.extradata = encoder.extradata
    decoder.sample_rate, decoder.layout = sound.sample_rate, encoder.layout
    for packet in _encoded(encoder, _formed(sound, frames)):
        for heard in decoder.decode(packet):
            heard.pts = None
            yield heard


def _encoder(sound: Sound) -> AudioCodecContext:
    encoder = cast("AudioCodecContext", CodecContext.create(ENCODERS[sound.codec][0], "w"))
    encoder.sample_rate, encoder.time_base = sound.sample_rate, Fraction(1, sound.sample_rate)
    _set_up(sound, encoder)
    encoder.open()
    return encoder


def _encoded(encoder: AudioCodecContext, frames: Iterable[AudioFrame]) -> Iterator[Packet[Any]]:
    for frame in chain(frames, (None,)):
        yield from encoder.encode(frame)


def _formed(sound: Sound, frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """As the encoder takes it."""
    form = f"sample_fmts={ENCODERS[sound.codec][1]}:sample_rates={sound.sample_rate}"
    return sound_filtered(frames, (("aformat", f"{form}:channel_layouts={_layout(sound)}"),))


def _set_up(sound: Sound, encoder: AudioCodecContext) -> None:
    encoder.format, encoder.layout = ENCODERS[sound.codec][1], _layout(sound)
    encoder.flags |= Flags.bitexact
    encoder.thread_count = 1
    if sound.bit_rate:
        encoder.bit_rate = sound.bit_rate


def _layout(sound: Sound) -> str:
    return "mono" if sound.channels == 1 else "stereo"
