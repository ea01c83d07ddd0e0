"""Sounds as 16-bit mono WAV, from sines and filtered noise."""

from __future__ import annotations

import io
import math
import wave

import numpy as np

RATE = 16_000  # samples per second
NOTES = {
    name: 220 * 2 ** (step / 12)
    for name, step in {
        "A3": 0,
        "C4": 3,
        "D4": 5,
        "E4": 7,
        "G4": 10,
        "A4": 12,
        "C5": 15,
        "D5": 17,
        "E5": 19,
        "A5": 24,
    }.items()
}


def sounds() -> dict[str, bytes]:
    """File name to WAV."""
    return {
        "chime.wav": _wav(_melody(["E5", "A5"], step_s=0.08, ring_s=0.6)),
        "fanfare.wav": _wav(_melody(["A3", "E4", "A4", "C5", "E5", "A5"], step_s=0.14, ring_s=1.2)),
        "lost.wav": _wav(_melody(["E4", "D4", "C4", "A3"], step_s=0.13, ring_s=0.5)),
        "jump.wav": _wav(_glide(240, 520, 0.16)),
        "bump.wav": _wav(_glide(150, 60, 0.2) + 0.3 * _hiss(0.2, 0.85, 21)),
        "splash.wav": _wav(_hiss(0.7, 0.6, 22)),
        "evening.wav": _wav(_evening(), peak=0.5),
    }


def _time(seconds: float) -> np.ndarray:
    return np.arange(int(seconds * RATE)) / RATE


def _tone(frequency: float, seconds: float, *, fall: float) -> np.ndarray:
    """A struck bar: three partials, the higher ones die sooner."""
    time = _time(seconds)
    partials = ((1, 1.0), (2.01, 0.35), (3.9, 0.12))
    tone = sum(
        level * np.sin(2 * math.pi * frequency * ratio * time) * np.exp(-fall * ratio * time)
        for ratio, level in partials
    )
    return np.asarray(tone) * np.minimum(1, time / 0.004)


def _melody(names: list[str], *, step_s: float, ring_s: float) -> np.ndarray:
    out = np.zeros(int((step_s * (len(names) - 1) + ring_s) * RATE) + 1)
    for number, name in enumerate(names):
        tone = _tone(NOTES[name], ring_s, fall=7 / ring_s)
        at = int(number * step_s * RATE)
        out[at : at + len(tone)] += tone
    return out


def _glide(start: float, end: float, seconds: float) -> np.ndarray:
    time = _time(seconds)
    frequency = start + (end - start) * time / seconds
    return np.sin(2 * math.pi * np.cumsum(frequency) / RATE) * (1 - time / seconds) ** 1.5


def _hiss(seconds: float, smooth: float, seed: int) -> np.ndarray:
    """Noise through a one-pole low-pass, swelling at once and fading."""
    noise = np.random.default_rng(seed).uniform(-1, 1, int(seconds * RATE))
    out, last = np.empty_like(noise), 0.0
    for at, sample in enumerate(noise):
        last = smooth * last + (1 - smooth) * sample
        out[at] = last
    return out * np.exp(-5 * _time(seconds) / seconds) * 3


def _evening() -> np.ndarray:
    """Eight seconds that loop: slow chords below, a few bells above, wrapped around the end."""
    seconds = 8.0
    time = _time(seconds)
    out = np.zeros_like(time)
    for at, chord in enumerate(
        (("A3", "E4", "C5"), ("A3", "D4", "A4"), ("G4", "C4", "E4"), ("A3", "E4", "A4"))
    ):
        swell = np.clip(1 - np.abs((time - 2 * at - 1 + 4) % seconds - 4) / 1.5, 0, 1)
        for name in chord:
            whole = (
                round(NOTES[name] / 2 * seconds) / seconds
            )  # whole periods: no click at the seam
            out += 0.25 * swell * np.sin(2 * math.pi * whole * time)
    bells = (
        (0.5, "E5"),
        (1.5, "C5"),
        (2.5, "D5"),
        (3.25, "A4"),
        (4.5, "G4"),
        (5.5, "E5"),
        (7, "C5"),
    )
    for at_s, name in bells:
        tone = _tone(NOTES[name], 2.0, fall=2.5)
        places = (int(at_s * RATE) + np.arange(len(tone))) % len(out)
        out[places] += 0.22 * tone
    return out


def _wav(samples: np.ndarray, *, peak: float = 0.8) -> bytes:
    pcm = np.round(samples / np.abs(samples).max() * peak * 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(pcm.tobytes())
    return file.getvalue()
