"""The sound of a film: how it is encoded, and what its file says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import UNSET

from shared.domain.video.film_spec import Sound, SoundCodec
from shared.domain.video.wish import given
from shared.domain.visible_text import objection

if TYPE_CHECKING:
    from shared.domain.video.film_spec import Container
    from shared.domain.video.shape import Shape
    from shared.domain.video.wish import Wish

_CODECS_OF: Final[dict[Container, tuple[SoundCodec, ...]]] = {  # the first is the usual one
    "mp4": ("aac",),
    "mov": ("aac", "pcm"),
    "webm": ("opus",),
}
_KBPS: Final[dict[SoundCodec, tuple[int, int, int]]] = {  # of each channel: least, usual, most
    "aac": (16, 96, 256),
    "opus": (8, 64, 255),
    "pcm": (0, 0, 0),
}
_RATES: Final[dict[SoundCodec, tuple[int, ...]]] = {
    "aac": (48_000, 44_100),
    "opus": (48_000,),
    "pcm": (48_000, 44_100),
}
_PCM_BITS: Final = 16


def sound_of(wish: Wish, shape: Shape) -> Sound | None:
    """How the sound is encoded; None where there is none."""
    video = wish.video
    if not shape.is_movie:
        _refuse_all(wish, shape)
        return None
    if video.audio_codec in (None, "none"):  # what else is said of the sound, is said of nothing
        return None
    offered = _CODECS_OF[shape.container]
    usual = wish.preset.sound if wish.preset and wish.preset.sound else offered[0]
    if wish.preset is None and shape.codec == "prores":
        usual = "pcm"
    asked = given(video.audio_codec, usual)
    if asked not in offered:
        why = f"{shape.container} holds {', '.join(offered)} here, not {asked}"
        wish.object_to("audioCodec", why)
    codec = next((name for name in offered if name == asked), usual)
    channels = given(video.channels, 2)
    if channels not in (1, 2):
        wish.object_to("channels", "a game is heard in stereo: 2, or 1 for mono")
    rate = given(video.sample_rate, 48_000)
    if rate not in _RATES[codec]:
        rates = " or ".join(map(str, _RATES[codec]))
        wish.object_to("sampleRate", f"{codec} has {rates} Hz here")
        rate = 48_000
    return Sound(
        codec=codec,
        bit_rate=_bit_rate(wish, codec, rate, 1 if channels == 1 else 2),
        loudness_lufs=given(video.loudness_lufs, None),
        sample_rate=rate,
        channels=1 if channels == 1 else 2,
    )


def metadata_of(wish: Wish, shape: Shape, title: str) -> dict[str, str]:
    """The tags of a film's file, by FFmpeg's names."""
    video = wish.video
    if not shape.is_movie:
        why = f"{shape.codec} has no place for it: leave it out"
        wish.object_if_given(
            why,
            includeMetadata=video.include_metadata or UNSET,
            customMetadata=video.custom_metadata,
            fastStart=video.fast_start or UNSET,
        )
        return {}
    if video.fast_start is True and shape.container == "webm":
        wish.object_to("fastStart", "only mp4 and mov have it: leave it out")
    if video.include_metadata is False:
        why = "includeMetadata is false: leave out one of them"
        wish.object_if_given(why, customMetadata=video.custom_metadata)
        return {}
    tags = {"title": title} if title else {}
    for tag, text in ({} if video.custom_metadata is UNSET else video.custom_metadata).items():
        if said := objection(text):
            wish.object_to(f"customMetadata.{tag}", said)
        else:
            tags[tag] = text
    return tags


def _refuse_all(wish: Wish, shape: Shape) -> None:
    video = wish.video
    why = f"{shape.codec} has no sound: leave it out"
    if video.audio_codec not in (None, UNSET, "none"):
        wish.object_to("audioCodec", why)
    wish.object_if_given(why, loudnessLufs=video.loudness_lufs)
    if video.audio_codec is UNSET:
        wish.object_if_given(
            why,
            audioBitrate=video.audio_bitrate or UNSET,
            sampleRate=video.sample_rate or UNSET,
            channels=video.channels,
        )


def _bit_rate(wish: Wish, codec: SoundCodec, rate: int, channels: int) -> int:
    """Bits a second; 0 where the codec leaves no choice."""
    kbps = wish.video.audio_bitrate or UNSET
    least, usual, most = (channels * each for each in _KBPS[codec])
    if codec == "pcm":
        exact = rate * channels * _PCM_BITS // 1_000
        if kbps is not UNSET and kbps != exact:
            wish.object_to("audioBitrate", f"pcm has {exact} kbit/s here: leave it out")
        return 0
    if kbps is UNSET:
        own = wish.preset.sound_kbps if wish.preset else usual
        return min(own, most) * 1_000
    if not least <= kbps <= most:
        wish.object_to(
            "audioBitrate", f"{least} to {most} kbit/s of {codec} with {channels} channels"
        )
        return usual * 1_000
    return kbps * 1_000
