"""What makers say of a film: ``options.video`` of an export to platform ``video``.

Where the editor's ``ExportSettings`` have a field, it has the same name and unit here, so that its
dialog's settings can be sent as they are. ``docs/video.md`` is the table of these. What is left out
is the preset's, or else what ``shared.domain.video.spec`` chooses.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from shared.domain.video.film_spec import Path, TimedAction

PresetName = Literal[
    "youtube-1080p",
    "youtube-4k",
    "tiktok",
    "instagram-reel",
    "twitter",
    "discord-10mb",
    "prores-422",
    "webm-alpha",
    "gif",
]
ImageFormat = Literal["png", "webp", "jpeg"]
# Those that the editor offers, too, of which some cannot be made: the refusal says what can.
ContainerName = Literal["mp4", "mov", "webm", "gif", "webp", "mkv", "avi"]
CodecName = Literal["h264", "hevc", "h265", "vp9", "av1", "prores", "vp8", "dnxhd"]
SoundName = Literal["aac", "opus", "pcm", "none", "mp3", "flac"]
PixelFormat = Literal["yuv420p", "yuv422p", "yuv444p", "rgb24"]
Profile = Literal["baseline", "main", "high", "high10", "high422", "high444"]
Tag = Literal["title", "artist", "album", "comment", "copyright", "description", "genre", "date"]

Size = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
Kilobits = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
Quality = Annotated[int, msgspec.Meta(ge=1, le=100)]
RateText = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}|/[1-9][0-9]{0,5})?$(?!\n)",
        description="frames a second: 29.97, 30000/1001",
    ),
]


class _Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What is written within ``options.video``."""


class Resolution(_Part, frozen=True, kw_only=True):
    """The editor's way to write ``width`` and ``height``, px."""

    width: Size
    height: Size


class MotionBlur(_Part, frozen=True, kw_only=True):
    """Each picture is the mean of several, taken while the shutter is open."""

    subframes: Annotated[int, msgspec.Meta(ge=2, le=32)] = 8
    shutter: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5  # share of a frame's time


class Stills(_Part, frozen=True, kw_only=True):
    """Single pictures: one as it is, several numbered in a ZIP."""

    format: ImageFormat = "png"
    quality: Quality | UnsetType = UNSET  # of JPEG and WebP; 100 is lossless WebP


class Sheet(_Part, frozen=True, kw_only=True):
    """All pictures in one, row by row, beside a JSON that says where each is."""

    format: ImageFormat = "png"
    quality: Quality | UnsetType = UNSET
    columns: Annotated[int, msgspec.Meta(ge=1, le=256)] | UnsetType = UNSET  # about a square


class VideoOptions(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """A film as it is asked for; what is left out is for the preset, or us, to choose."""

    preset: PresetName | UnsetType = UNSET

    # What is filmed.
    scene: Annotated[str, msgspec.Meta(max_length=200)] | UnsetType = UNSET
    camera_path: Path | UnsetType = UNSET
    input: Path | Annotated[tuple[TimedAction, ...], msgspec.Meta(max_length=100)] | UnsetType = (
        UNSET
    )
    seed: Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)] | UnsetType = UNSET

    # When.
    start_s: Seconds | UnsetType = UNSET
    duration_s: Seconds | UnsetType = UNSET
    frames: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | UnsetType = UNSET
    fps: int | float | RateText | UnsetType = UNSET
    frame_rate: int | float | RateText | UnsetType = UNSET  # the editor's name of fps
    use_in_out_points: bool | UnsetType = UNSET
    in_point: Seconds | UnsetType = UNSET
    out_point: Seconds | UnsetType = UNSET

    # The picture.
    width: Size | UnsetType = UNSET
    height: Size | UnsetType = UNSET
    resolution: Resolution | UnsetType = UNSET
    supersample: Annotated[int, msgspec.Meta(ge=1, le=4)] | UnsetType = UNSET
    motion_blur: MotionBlur | UnsetType = UNSET
    transparent: bool | UnsetType = UNSET
    stills: Stills | UnsetType = UNSET
    sheet: Sheet | UnsetType = UNSET
    quality: Quality | UnsetType = UNSET  # of animated WebP

    # How pictures are encoded.
    container: ContainerName | UnsetType = UNSET
    video_codec: CodecName | UnsetType | None = UNSET  # None: a GIF, or an animated WebP
    pixel_format: PixelFormat | UnsetType = UNSET
    profile: Profile | UnsetType = UNSET
    bitrate_mode: Literal["cbr", "vbr", "crf"] | UnsetType = UNSET
    crf: Annotated[int, msgspec.Meta(ge=0, le=63)] | UnsetType = UNSET
    bitrate: Kilobits | UnsetType = UNSET  # kbit/s; 0: none
    max_bitrate: Kilobits | UnsetType = UNSET
    two_pass: bool | UnsetType = UNSET
    keyframe_interval: Annotated[int, msgspec.Meta(ge=1, le=1_200)] | UnsetType = UNSET  # frames
    hardware_acceleration: bool | UnsetType = UNSET
    deinterlace: bool | UnsetType = UNSET

    # The sound.
    audio_codec: SoundName | UnsetType | None = UNSET  # None: silent
    audio_bitrate: Kilobits | UnsetType = UNSET  # kbit/s
    sample_rate: Annotated[int, msgspec.Meta(ge=0, le=192_000)] | UnsetType = UNSET  # Hz
    channels: Annotated[int, msgspec.Meta(ge=1, le=8)] | UnsetType = UNSET
    loudness_lufs: Annotated[float, msgspec.Meta(ge=-40, le=-5)] | UnsetType = UNSET

    # The file.
    fast_start: bool | UnsetType = UNSET
    include_metadata: bool | UnsetType = UNSET
    custom_metadata: dict[Tag, Annotated[str, msgspec.Meta(max_length=500)]] | UnsetType = UNSET
