"""The editor's presets: what each makes, and what an option of one's own changes of it.

Colours are BT.709, tagged so, of all; mp4 and mov begin with what players need first.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from shared.domain.video.film_spec import Codec, Container, SoundCodec

if TYPE_CHECKING:
    from shared.domain.video.options import PresetName


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """A film's shape by name; ``crf`` with a ceiling, or a size that is met."""

    summary: str
    codec: Codec
    container: Container
    width: int
    height: int
    fps: Fraction
    duration_s: float = 10.0
    transparent: bool = False
    crf: int | None = None
    max_kbps: int | None = None  # no second may need more
    max_bytes: int | None = None
    sound: SoundCodec | None = "aac"
    sound_kbps: int = 192


PRESETS: Final[dict[PresetName, Preset]] = {
    "youtube-1080p": Preset(
        summary="YouTube in full HD",
        codec="h264",
        container="mp4",
        width=1920,
        height=1080,
        fps=Fraction(30),
        crf=18,
        max_kbps=16_000,
        sound_kbps=320,
    ),
    "youtube-4k": Preset(
        summary="YouTube in 4K",
        codec="h264",
        container="mp4",
        width=3840,
        height=2160,
        fps=Fraction(30),
        crf=18,
        max_kbps=60_000,
        sound_kbps=384,
    ),
    "tiktok": Preset(
        summary="TikTok, upright",
        codec="h264",
        container="mp4",
        width=1080,
        height=1920,
        fps=Fraction(30),
        crf=20,
        max_kbps=12_000,
    ),
    "instagram-reel": Preset(
        summary="Instagram Reels, upright",
        codec="h264",
        container="mp4",
        width=1080,
        height=1920,
        fps=Fraction(30),
        crf=20,
        max_kbps=10_000,
    ),
    "twitter": Preset(
        summary="Twitter / X",
        codec="h264",
        container="mp4",
        width=1280,
        height=720,
        fps=Fraction(30),
        crf=20,
        max_kbps=8_000,
    ),
    "discord-10mb": Preset(
        summary="Discord without a subscription: at most 10 MB",
        codec="h264",
        container="mp4",
        width=1280,
        height=720,
        fps=Fraction(30),
        max_bytes=10_000_000,
        sound_kbps=128,
    ),
    "prores-422": Preset(
        summary="Apple ProRes 422, for cutting",
        codec="prores",
        container="mov",
        width=1920,
        height=1080,
        fps=Fraction(24),
        sound="pcm",
    ),
    "webm-alpha": Preset(
        summary="WebM with a transparent background",
        codec="vp9",
        container="webm",
        width=1920,
        height=1080,
        fps=Fraction(30),
        transparent=True,
        crf=24,
        sound="opus",
        sound_kbps=128,
    ),
    "gif": Preset(
        summary="A moving GIF",
        codec="gif",
        container="gif",
        width=480,
        height=270,
        fps=Fraction(15),
        duration_s=4.0,
        sound=None,
    ),
}
