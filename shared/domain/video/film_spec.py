"""A film, with everything resolved: what is filmed, when, in what shape, and how it is encoded.

``shared.domain.video.options`` is what makers write; this is what the machines read. Nothing here
is left to be guessed, so that every slice of a film is made by the same rules.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Final, Literal

import msgspec

Kind = Literal["movie", "animation", "stills", "sheet"]  # animation: a moving GIF or WebP
Codec = Literal["h264", "hevc", "vp9", "av1", "prores", "gif", "webp", "png", "jpeg"]
Container = Literal["mp4", "mov", "webm", "gif", "webp", "png", "jpeg", "zip"]
SoundCodec = Literal["aac", "opus", "pcm"]
FrameLayout = Literal["i420", "rgba"]

Count = Annotated[int, msgspec.Meta(ge=1)]
Path = Annotated[str, msgspec.Meta(max_length=512)]  # of a file of the project; "": none

CONTENT_TYPES: Final[dict[Container, str]] = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "gif": "image/gif",
    "webp": "image/webp",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "zip": "application/zip",
}
ENDINGS: Final[dict[Container, str]] = {c: "jpg" if c == "jpeg" else c for c in CONTENT_TYPES}


class TimedAction(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """Something that a player does at a time of the game.

    ``key`` has a ``code`` (of ``KeyboardEvent``), ``action`` the ``name`` of one of the game's own;
    both are held from ``down`` to ``up``. ``pointer`` has a place, and a button where it goes down
    or up. ``gamepad`` has a ``button`` or an ``axis`` with its ``value``.
    """

    t: Annotated[float, msgspec.Meta(ge=0, le=86_400)]  # s of game time
    type: Literal["key", "pointer", "action", "gamepad"]
    phase: Literal["down", "up", "move", "wheel"] = "down"
    code: Annotated[str, msgspec.Meta(max_length=40)] = ""
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    x: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5  # share of the picture's width
    y: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5  # share of its height, from the top
    dx: Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)] = 0.0  # px: a captured pointer
    dy: Annotated[float, msgspec.Meta(ge=-100_000, le=100_000)] = 0.0  # moves, a wheel turns
    pad: Annotated[int, msgspec.Meta(ge=0, le=3)] = 0
    button: Annotated[int, msgspec.Meta(ge=0, le=31)] | None = None  # pointer: 0 where none is said
    axis: Annotated[int, msgspec.Meta(ge=0, le=7)] | None = None
    value: Annotated[float, msgspec.Meta(ge=-1, le=1)] = 1.0


class Sound(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How the sound is encoded, from 48 kHz stereo."""

    codec: SoundCodec
    bit_rate: Annotated[int, msgspec.Meta(ge=0)]  # bits/s; 0 for pcm
    loudness_lufs: float | None = None  # EBU R128, integrated; None: as loud as the game is
    sample_rate: Count = 48_000  # Hz of the finished sound; opus has 48,000 alone
    channels: Literal[1, 2] = 2


class FilmSpec(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Everything that a film's pictures, its sound and its file are made by."""

    kind: Kind
    codec: Codec
    container: Container
    width: Count  # of the finished picture, px; even where chroma is halved
    height: Count
    fps_num: Count  # 30000/1001 is exact
    fps_den: Count
    frames: Count  # exactly so many
    start_s: Annotated[float, msgspec.Meta(ge=0)]  # game time of frame 0
    supersample: Annotated[int, msgspec.Meta(ge=1, le=4)]  # rendered so many times wider and higher
    subframes: Count  # pictures averaged over the shutter's time; 1: no motion blur
    shutter: Annotated[float, msgspec.Meta(gt=0, le=1)]  # share of a frame's time that it is open
    transparent: bool
    pixel_format: str  # as encoded, by FFmpeg's name: yuv420p, yuv422p10le, yuva420p, pal8, rgba
    encoder_options: dict[str, str]  # private options of FFmpeg's encoder: crf, preset, profile
    bit_rate: Count | None  # bits/s on average, where one is asked for
    keyframe_s: Annotated[float, msgspec.Meta(gt=0)]  # s between key frames
    max_bytes: Count | None  # of the whole file, met by two passes
    sound: Sound | None  # None: the film is silent, and no sound is made
    scene: str  # "": the game's start scene
    camera_path: Path
    input: Path  # a file of timed actions
    input_track: tuple[TimedAction, ...]  # or the actions themselves
    seed: Annotated[int, msgspec.Meta(ge=0, lt=1 << 32)]
    columns: Count  # of a sheet
    quality: Annotated[int, msgspec.Meta(ge=1, le=100)]  # of JPEG and WebP; 100 is lossless WebP
    passes: Literal[1, 2] = 1  # 2: the bit rate is met by a pass that measures and one that encodes
    fast_start: bool = True  # mp4, mov: what players need first stands first
    metadata: dict[str, str] = {}  # tags of the container, such as title

    @property
    def project_files(self) -> frozenset[str]:
        """Paths of the project's files that direct the film, and are no part of its game."""
        return frozenset(filter(None, (self.camera_path, self.input)))

    @property
    def fps(self) -> Fraction:
        """Frames a second, exactly."""
        return Fraction(self.fps_num, self.fps_den)

    @property
    def duration_s(self) -> float:
        """How long the film plays, seconds."""
        return float(self.frames / self.fps)

    @property
    def keyframe_interval(self) -> int:
        """Frames from one key frame to the next; slices are made of whole intervals."""
        return max(1, round(self.keyframe_s * self.fps))

    @property
    def lossless_slices(self) -> bool:
        """Whether slices are FFV1 in Matroska, which are encoded once all are there."""
        return (
            self.kind != "movie"
            or self.max_bytes is not None
            or self.passes > 1
            or (self.container == "webm" and self.transparent)
        )

    @property
    def frame_layout(self) -> FrameLayout:
        """What the camera hands over: planes of BT.709 in limited range, or RGBA, top row first."""
        opaque = self.pixel_format == "yuv420p" and not self.transparent
        return "i420" if opaque else "rgba"

    @property
    def content_type(self) -> str:
        """The media type of the finished file."""
        return CONTENT_TYPES[self.container]

    @property
    def ending(self) -> str:
        """What the finished file's name ends with, without a dot."""
        return ENDINGS[self.container]
