"""WAV sounds become FLAC (the same samples) or Opus in WebM.

WebM is taken and not Ogg: its Opus decodes to the very length of the original in browsers, so that
a sound which is repeated has no gap; Ogg adds up to 20 ms. Both are decoded by every browser of
today.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, cast

import msgspec

from services.packager.project.unreadable import UnreadableError

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

SOURCES: Final = (".wav",)
OPUS_HZ: Final = 48_000
OPUS_BITS_PER_S: Final = {1: 64_000, 2: 112_000}  # by channels
LEAST_HZ: Final = 4_000  # each sample becomes 12 of Opus; telephones have 8,000
MOST_HZ: Final = 192_000
MOST_S: Final = 3_600
STREAM_BYTES: Final = 128 << 20  # of memory: the codecs, and an hour of Opus
_TOO_LONG: Final = f"is longer than the {MOST_S:,} s that are decoded"
_BITEXACT: Final = {"fflags": "+bitexact"}  # else each file gets random numbers


class SoundFormat(msgspec.Struct, frozen=True, kw_only=True):
    """How FFmpeg calls a form of sound, and the suffix of its files."""

    container: str
    codec: str
    samples: str
    suffix: str


FLAC: Final = SoundFormat(container="flac", codec="flac", samples="s16", suffix=".flac")
OPUS: Final = SoundFormat(container="webm", codec="libopus", samples="flt", suffix=".webm")


class Sound(msgspec.Struct, frozen=True):
    """A smaller form, and the suffix that tells browsers what it is."""

    data: bytes
    suffix: str


def memory_bytes(size_bytes: int) -> int:
    """What ``smaller`` takes of memory at most, for a file of that size."""
    return 2 * size_bytes + STREAM_BYTES


def smaller(data: bytes, *, lossless: bool) -> Sound | None:
    """The sound in fewer bytes; None where there is no such form.

    Args:
        data: A WAV file.
        lossless: Whether every sample has to stay as it is.

    Raises:
        UnreadableError: It is longer, or has other rates, than is decoded.
        Exception: What FFmpeg has to say.
    """
    import av  # noqa: PLC0415 - a third of a second and 30 MB, for those only who optimise

    with av.open(io.BytesIO(data), "r", format="wav") as source:
        stream = _checked(source)
        context = stream.codec_context
        if not context.name.startswith("pcm_") or context.layout.nb_channels not in OPUS_BITS_PER_S:
            return None
        if lossless and context.name != "pcm_s16le":
            return None  # FLAC would hold it, but not every browser gives all bits back
        sound_format = FLAC if lossless else OPUS
        made = _encoded(source, context.sample_rate if lossless else OPUS_HZ, sound_format)
    return Sound(made, sound_format.suffix) if len(made) < len(data) else None


def _checked(source: InputContainer) -> AudioStream:
    """The first stream, whose header promises what can be decoded."""
    stream = next(iter(source.streams.audio), None)
    context = stream.codec_context if stream else None
    if stream is None or context is None:
        raise UnreadableError("holds no sound of a known kind")
    rate_hz = context.sample_rate or 0
    if not LEAST_HZ <= rate_hz <= MOST_HZ:
        message = f"has {rate_hz:,} samples a second; {LEAST_HZ:,} to {MOST_HZ:,} are decoded"
        raise UnreadableError(message)
    if stream.duration and stream.time_base and stream.duration * stream.time_base > MOST_S:
        raise UnreadableError(_TOO_LONG)
    return stream


def _encoded(source: InputContainer, rate_hz: int, sound_format: SoundFormat) -> bytes:
    import av  # noqa: PLC0415 - see above

    out = io.BytesIO()
    layout = source.streams.audio[0].codec_context.layout
    with av.open(out, "w", format=sound_format.container, options=_BITEXACT) as target:
        added = target.add_stream(sound_format.codec, rate=rate_hz, layout=layout.name)
        stream = cast("AudioStream", added)
        if sound_format.codec == OPUS.codec:
            stream.bit_rate = OPUS_BITS_PER_S[layout.nb_channels]
        resampler = av.AudioResampler(format=sound_format.samples, layout=layout.name, rate=rate_hz)
        left = rate_hz * MOST_S
        for frame in source.decode(audio=0):
            frame.pts = None  # some files count them wrongly
            for piece in resampler.resample(frame):
                left -= piece.samples
                if left < 0:  # its header said another length
                    raise UnreadableError(_TOO_LONG)
                target.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()
