"""Short sounds and films in every format that a player of games meets, made by FFmpeg."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Final

import av
import numpy as np

SECONDS: Final = 3
RATE: Final = 48_000
EDGE: Final = 64
FPS: Final = 10
SOUNDS: Final = {
    "tone.wav": ("wav", "pcm_s16le", "s16"),
    "tone.mp3": ("mp3", "libmp3lame", "s16p"),
    "tone.ogg": ("ogg", "vorbis", "fltp"),
    "tone.opus": ("ogg", "libopus", "s16"),
    "tone.flac": ("flac", "flac", "s16"),
    "tone.webm": ("webm", "libopus", "s16"),
    "tone.m4a": ("mp4", "aac", "fltp"),
}
FILMS: Final = {
    "film.webm": ("webm", "libvpx"),
    "film.mp4": ("mp4", "libx264"),
}


def sound(name: str) -> bytes:
    """A tone of 440 Hz that lasts ``SECONDS``."""
    container, codec, layout = SOUNDS[name]
    out = io.BytesIO()
    time = np.arange(RATE * SECONDS) / RATE
    samples = (np.sin(2 * np.pi * 440 * time) * 12_000).astype(np.int16)
    pages = {"page_duration": "100000"} if container == "ogg" else {}  # µs; there is where to jump
    with av.open(out, "w", format=container, options=pages) as file:
        experimental = {"strict": "experimental"}  # as FFmpeg calls its Vorbis
        stream = file.add_stream(codec, rate=RATE, layout="stereo", options=experimental)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        resampler = av.AudioResampler(format=layout, layout="stereo", rate=RATE)
        for ready in (*resampler.resample(frame), *resampler.resample(None)):
            file.mux(stream.encode(ready))
        file.mux(stream.encode(None))
    return out.getvalue()


def film(name: str) -> bytes:
    """Red pictures for ``SECONDS``."""
    container, codec = FILMS[name]
    out = io.BytesIO()
    picture = np.zeros((EDGE, EDGE, 3), np.uint8)
    picture[..., 0] = 255
    with av.open(out, "w", format=container) as file:
        stream = file.add_stream(codec, rate=FPS)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = EDGE
        stream.pix_fmt = "yuv420p"
        for index in range(FPS * SECONDS):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()
