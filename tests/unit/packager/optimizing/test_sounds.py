from __future__ import annotations

import array
import io
import math
import random
import wave

import av
import pytest

from services.packager.optimizing import sounds
from services.packager.project.unreadable import UnreadableError, decoding


def wav(*, rate_hz: int = 44_100, seconds: float = 1.0, channels: int = 1, width: int = 2) -> bytes:
    """A tone with a little noise, or silence of another width."""
    count = int(rate_hz * seconds)
    data = _tone(count, channels) if width == 2 else bytes(count * channels * width)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, rate_hz, 0, "NONE", ""))
        file.writeframes(data)
    return out.getvalue()


def _tone(count: int, channels: int) -> bytes:
    rng = random.Random(7)
    noise = rng.choices(range(-90, 90), k=count)
    tone = [int(9_000 * math.sin(n / 20)) + noise[n] for n in range(count)]
    return array.array("h", [value for value in tone for _ in range(channels)]).tobytes()


def samples(data: bytes) -> bytes:
    """Every sample of a sound, 16 bits each, one channel after the other."""
    with av.open(io.BytesIO(data), "r") as source:
        resampler = av.AudioResampler(format="s16", layout="mono")
        frames = [piece for frame in source.decode(audio=0) for piece in resampler.resample(frame)]
        return b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in frames)


@pytest.mark.parametrize("rate_hz", [11_025, 44_100, 48_000])
def test_lossless_keeps_every_sample(rate_hz: int) -> None:
    """FLAC, and FFmpeg reads back what went in."""
    data = wav(rate_hz=rate_hz, seconds=2)
    made = sounds.smaller(data, lossless=True)
    assert made is not None
    assert made.suffix == ".flac"
    assert len(made.data) < len(data)
    assert samples(made.data) == samples(data)


@pytest.mark.parametrize("channels", [1, 2])
def test_balanced_is_opus_of_the_same_length(channels: int) -> None:
    """A fifth of the bytes or less; not a sample longer, so that loops have no gap."""
    data = wav(rate_hz=48_000, seconds=2, channels=channels)
    made = sounds.smaller(data, lossless=False)
    assert made is not None
    assert made.suffix == ".webm"
    assert len(made.data) < len(data) / 5
    with av.open(io.BytesIO(made.data), "r") as source:
        stream = source.streams.audio[0]
        assert stream.codec_context.name in ("opus", "libopus")
        assert stream.codec_context.layout.nb_channels == channels
        heard = sum([frame.samples for frame in source.decode(audio=0)])
    assert heard == 96_000


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(wav(seconds=0.002), id="tiny"),
        pytest.param(wav(channels=6), id="six channels"),
    ],
)
@pytest.mark.parametrize("lossless", [True, False])
def test_what_cannot_be_smaller_stays_as_it_is(data: bytes, lossless: bool) -> None:
    """It is well as it is."""
    assert sounds.smaller(data, lossless=lossless) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(wav()[:40], "cannot be read", id="cut"),
        pytest.param(b"RIFF", "cannot be read", id="no WAV"),
        pytest.param(b"OggS" + bytes(1_000), "cannot be read", id="another kind"),
        pytest.param(b"", "cannot be read", id="empty"),
        pytest.param(wav(rate_hz=1, seconds=900), "1 samples a second", id="slow"),
        pytest.param(wav(rate_hz=250_000, seconds=0.1), "250,000 samples a second", id="fast"),
        pytest.param(wav(rate_hz=4_000, seconds=3_601, width=1), "longer than the 3,6", id="long"),
    ],
)
@pytest.mark.parametrize("lossless", [True, False])
def test_what_is_broken_or_beyond_a_limit_says_so(data: bytes, reason: str, lossless: bool) -> None:
    """Its maker may not know."""
    with pytest.raises(UnreadableError, match=reason), decoding("tone.wav"):
        sounds.smaller(data, lossless=lossless)


def test_more_than_sixteen_bits_are_never_thrown_away() -> None:
    """Only balanced may."""
    data = wav(width=3)
    assert sounds.smaller(data, lossless=True) is None
    assert sounds.smaller(data, lossless=False) is not None


def test_the_same_sound_gives_the_same_bytes() -> None:
    """Artifacts are reproducible."""
    data = wav()
    assert len({sounds.smaller(data, lossless=False).data for _ in range(3)}) == 1  # type: ignore[union-attr]
