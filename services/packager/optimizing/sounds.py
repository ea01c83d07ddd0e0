"""WAV sounds become FLAC (the same samples) or Opus in WebM.

WebM is taken and not Ogg: its Opus decodes to the very length of the original in browsers, so that
a sound which is repeated has no gap; Ogg adds up to 20 ms. Both are decoded by every browser of
today.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, cast

import msgspec

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

SOURCES: Final = (".wav",)
OPUS_HZ: Final = 48_000
OPUS_BITS_PER_S: Final = {1: 64_000, 2: 112_000}  # by channels
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


def smaller(data: bytes, *, lossless: bool) -> Sound | None:
    """The sound in fewer bytes; None where there is no such form.

    Args:
        data: A WAV file.
        lossless: Whether every sample has to stay as it is.
    """
    import av  # noqa: PLC0415 - a third of a second and 30 MB, for those only who optimise
    from av.error import FFmpegError  # noqa: PLC0415 - likewise

    try:
        with av.open(io.BytesIO(data), "r", format="wav") as source:
            context = source.streams.audio[0].codec_context
            channels = context.layout.nb_channels
            if not context.name.startswith("pcm_") or channels not in OPUS_BITS_PER_S:
                return None
            if lossless and context.name != "pcm_s16le":
                return None  # FLAC would hold it, but not every browser gives all bits back
            sound_format = FLAC if lossless else OPUS
            made = _encoded(source, context.sample_rate if lossless else OPUS_HZ, sound_format)
    except (FFmpegError, IndexError, ValueError):
        return None  # the browser may do better; it goes as it is
    return Sound(made, sound_format.suffix) if len(made) < len(data) else None


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
        for frame in source.decode(audio=0):
            frame.pts = None  # some files count them wrongly
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        for piece in resampler.resample(None):
            target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return out.getvalue()
