"""The shape of a film's file: what kind it is, its container, its codec, its pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import msgspec
from msgspec import UNSET

from shared.domain.video.film_spec import Codec, Container, Kind
from shared.domain.video.options import Profile
from shared.domain.video.wish import given

if TYPE_CHECKING:
    from shared.domain.video.presets import Preset
    from shared.domain.video.wish import Wish

CODECS_OF: Final[dict[Container, tuple[Codec, ...]]] = {  # the first is the usual one
    "mp4": ("h264", "hevc", "av1"),
    "mov": ("h264", "hevc", "prores"),
    "webm": ("vp9", "av1"),
    "gif": ("gif",),
    "webp": ("webp",),
}
_USUAL: Final[dict[Codec, Container]] = {
    "h264": "mp4",
    "hevc": "mp4",
    "vp9": "webm",
    "av1": "webm",
    "prores": "mov",
}
_NOT_MADE: Final = {
    "mkv": "Matroska is not made: choose mp4, mov or webm",
    "avi": "AVI is not made: choose mp4 or mov",
    "vp8": "VP8 is not made: choose vp9",
    "dnxhd": "DNxHD is not made: choose prores",
}
ALPHA: Final[dict[Codec, str]] = {  # the pixel format of those that can be transparent
    "vp9": "yuva420p",
    "prores": "yuva444p10le",
    "webp": "rgba",
    "png": "rgba",
}
_OPAQUE: Final[dict[Codec, str]] = {
    "h264": "yuv420p",
    "hevc": "yuv420p",
    "vp9": "yuv420p",
    "av1": "yuv420p",
    "prores": "yuv422p10le",
    "gif": "pal8",
    "webp": "rgb24",
    "png": "rgb24",
    "jpeg": "rgb24",
}
# The pixel formats that may be asked for, by codec, and what each is called when it is encoded.
_ASKED: Final[dict[Codec, dict[str, str]]] = {
    "h264": {"yuv420p": "yuv420p", "yuv422p": "yuv422p", "yuv444p": "yuv444p"},
    "hevc": {"yuv420p": "yuv420p"},
    "vp9": {"yuv420p": "yuv420p"},
    "av1": {"yuv420p": "yuv420p"},
    "prores": {"yuv422p": "yuv422p10le", "yuv444p": "yuv444p10le"},
    "png": {"rgb24": "rgb24"},
}
# H.264's profiles: the pixel formats that each can hold, by what is asked for; the first is usual.
_PROFILES: Final[dict[Profile, dict[str, str]]] = {
    "baseline": {"yuv420p": "yuv420p"},
    "main": {"yuv420p": "yuv420p"},
    "high": {"yuv420p": "yuv420p"},
    "high10": {"yuv420p": "yuv420p10le"},
    "high422": {"yuv422p": "yuv422p", "yuv420p": "yuv420p"},
    "high444": {"yuv444p": "yuv444p", "yuv422p": "yuv422p", "yuv420p": "yuv420p"},
}


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is; ``container`` of stills is that of one: several go into a ZIP."""

    kind: Kind
    codec: Codec
    container: Container
    transparent: bool
    pixel_format: str
    profile: Profile | None = None

    @property
    def is_movie(self) -> bool:
        """Whether it has a bit rate and may have sound."""
        return self.kind == "movie"


def shape_of(wish: Wish) -> Shape:
    """What is made; ``options.format`` names a container, too."""
    if wish.video.stills is not UNSET or wish.video.sheet is not UNSET:
        return _pictures(wish)
    container, codec = _container_and_codec(wish)
    kind: Kind = "animation" if container in ("gif", "webp") else "movie"
    transparent = given(wish.video.transparent, wish.preset is not None and wish.preset.transparent)
    if transparent and codec not in ALPHA:
        why = f"{codec} has no transparent pixels: {_for_alpha(container)}"
        wish.object_to("transparent", why)
        transparent = False
    profile, pixel_format = _pixels(wish, codec, transparent=transparent)
    return Shape(
        kind=kind,
        codec=codec,
        container=container,
        transparent=transparent,
        pixel_format=pixel_format,
        profile=profile,
    )


def _for_alpha(container: Container) -> str:
    if container == "gif":
        return "choose container webp, which moves and has them"
    return "choose the preset webm-alpha, or videoCodec prores in a mov"


def _pictures(wish: Wish) -> Shape:
    """Stills, or a sheet of them."""
    stills, sheet = wish.video.stills, wish.video.sheet
    if stills is not UNSET and sheet is not UNSET:
        wish.object_to("sheet", "stills are asked for, too: leave out one of them")
    asked = stills if stills is not UNSET else sheet
    codec: Codec = "png" if asked is UNSET else asked.format
    kind: Kind = "stills" if stills is not UNSET else "sheet"
    wish.object_if_given(
        f"{kind} are pictures, which say their format themselves: leave it out",
        preset=wish.video.preset,
        container=wish.video.container,
        videoCodec=wish.video.video_codec,
        profile=wish.video.profile,
    )
    if wish.format:
        wish.object_to_common("format", f"video.{kind} says the format: leave it out")
    transparent = wish.video.transparent is True
    if transparent and codec not in ALPHA:
        wish.object_to("transparent", "JPEG has no transparent pixels: choose png or webp")
        transparent = False
    _, pixel_format = _pixels(wish, codec, transparent=transparent)
    return Shape(
        kind=kind,
        codec=codec,
        container="zip" if kind == "sheet" else cast("Container", codec),
        transparent=transparent,
        pixel_format=pixel_format,
    )


def _container_and_codec(wish: Wish) -> tuple[Container, Codec]:
    named = given(wish.video.container, "")
    if named and wish.format and named != wish.format:
        wish.object_to("container", f"options.format says {wish.format}: leave out one of them")
    named = named or wish.format
    spoken = wish.video.video_codec or ""  # UNSET is falsy, and so is None
    spoken = "hevc" if spoken == "h265" else spoken
    for option, value in (("container", named), ("videoCodec", spoken)):
        if value in _NOT_MADE:
            wish.object_to(option, _NOT_MADE[value])
    container = named if named in CODECS_OF else None
    codec = cast("Codec", spoken) if spoken in _USUAL else None
    if wish.video.video_codec is None and container not in ("gif", "webp") and wish.preset is None:
        wish.object_to("videoCodec", "a film has pictures: name a codec, or leave it out")
    if wish.preset is not None:
        _check_preset(wish, wish.preset, container, codec)
        return wish.preset.container, wish.preset.codec
    transparent = wish.video.transparent is True
    if codec is None:
        codec = "vp9" if container is None and transparent else CODECS_OF[container or "mp4"][0]
        codec = "prores" if container == "mov" and transparent else codec
    container = container or _USUAL.get(codec, "mp4")
    if codec not in CODECS_OF[container]:
        offered = ", ".join(CODECS_OF[container])
        wish.object_to("videoCodec", f"{container} holds {offered}, not {codec}")
        codec = CODECS_OF[container][0]
    return container, codec


def _check_preset(
    wish: Wish,
    preset: Preset,
    container: Container | None,
    codec: Codec | None,
) -> None:
    """A preset's file is what it says."""
    name = wish.video.preset
    if container not in (None, preset.container):
        why = f"the preset {name} makes {preset.container}: leave out one of them"
        wish.object_to("container", why)
    if codec not in (None, preset.codec):
        why = f"the preset {name} makes {preset.codec}: leave out one of them"
        wish.object_to("videoCodec", why)
    if wish.video.video_codec is None and preset.container != "gif":
        wish.object_to("videoCodec", f"the preset {name} makes {preset.codec}: leave it out")


def _pixels(wish: Wish, codec: Codec, *, transparent: bool) -> tuple[Profile | None, str]:
    """The profile, where one is asked for, and the pixel format as the encoder names it."""
    asked = given(wish.video.pixel_format, None)
    usual = ALPHA[codec] if transparent else _OPAQUE[codec]
    profile = given(wish.video.profile, None)
    if profile is not None and codec == "hevc" and profile == "main":
        profile = None  # which it is anyway
    if profile is not None and codec != "h264":
        offered = "hevc has main" if codec == "hevc" else "only h264 has one: leave it out"
        wish.object_to("profile", f"{codec}: {offered}")
        profile = None
    if transparent:
        if asked:
            wish.object_to("pixelFormat", f"transparent films are {usual}: leave it out")
        return profile, usual
    formats = _PROFILES[profile] if profile else _ASKED.get(codec, {})
    if asked is None:
        return profile, next(iter(formats.values())) if profile else usual
    if asked not in formats:
        whose = f"profile {profile}" if profile else codec
        choice = f"takes {', '.join(formats)}" if formats else "says it itself: leave it out"
        wish.object_to("pixelFormat", f"{whose} {choice}")
        return None, usual
    return profile, formats[asked]
