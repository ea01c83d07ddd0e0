"""The size of a film's pictures, and how each is drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import UNSET

from shared.domain.video.wish import given

if TYPE_CHECKING:
    from shared.domain.video.film_spec import Kind
    from shared.domain.video.shape import Shape
    from shared.domain.video.timing import Timing
    from shared.domain.video.wish import Wish

LONG: Final = 3_840  # px: 4K, lying or upright
SHORT: Final = 2_160
LEAST: Final = 16
LEAST_FILMED: Final = 64  # px of a movie: the blocks of today's codecs
MOST_DRAWN: Final = 8_192  # px: what every renderer's textures can have
MOST_SHEET: Final = 16_383  # px: the largest WebP
_ANIMATION: Final = 1_920
_USUAL: Final[dict[Kind, tuple[int, int]]] = {
    "movie": (1_280, 720),
    "animation": (480, 270),
    "stills": (1_280, 720),
    "sheet": (256, 256),
}
_DEFAULT_QUALITY: Final = 90
_HALVED: Final = {"yuv420p": (2, 2), "yuv420p10le": (2, 2), "yuva420p": (2, 2)}
_HALF_WIDTH: Final = {"yuv422p": (2, 1), "yuv422p10le": (2, 1)}


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The size of one picture, px, and of how many it is made."""

    width: int
    height: int
    supersample: int
    subframes: int
    shutter: float
    columns: int
    quality: int


def picture_of(
    wish: Wish,
    shape: Shape,
    timing: Timing,
) -> Picture:
    """How large pictures are, and how they are drawn."""
    width, height = _size(wish, shape)
    supersample = given(wish.video.supersample, 1)
    if max(width, height) * supersample > MOST_DRAWN:
        fits = MOST_DRAWN // max(width, height)
        why = f"{supersample} × {max(width, height)} px is drawn nowhere: at most {fits}"
        wish.object_to("supersample", why)
        supersample = 1
    blur = wish.video.motion_blur
    return Picture(
        width=width,
        height=height,
        supersample=supersample,
        subframes=1 if blur is UNSET else blur.subframes,
        shutter=1.0 if blur is UNSET else blur.shutter,
        columns=_columns(wish, shape, timing, width, height),
        quality=_quality(wish, shape),
    )


def _size(wish: Wish, shape: Shape) -> tuple[int, int]:
    usual = _USUAL[shape.kind]
    if wish.preset:
        usual = wish.preset.width, wish.preset.height
    width, height = wish.video.width, wish.video.height
    if wish.video.resolution is not UNSET:
        why = "resolution says the size, too: leave out one of them"
        wish.object_if_given(why, width=width, height=height)
        width, height = wish.video.resolution.width, wish.video.resolution.height
    if width is UNSET and height is UNSET:
        return usual
    across, down = _HALVED.get(shape.pixel_format) or _HALF_WIDTH.get(shape.pixel_format) or (1, 1)
    ratio = usual[0] / usual[1]
    if width is UNSET and height is not UNSET:
        width = max(across, round(height * ratio / across) * across)
    if height is UNSET and width is not UNSET:
        height = max(down, round(width / ratio / down) * down)
    assert width is not UNSET and height is not UNSET  # noqa: S101, PT018 - one of them was given
    found = len(wish.objections)
    for name, value, step in (("width", width, across), ("height", height, down)):
        if value % step:
            why = f"is even in {shape.pixel_format}: {value - 1} or {value + 1}"
            wish.object_to(name, why)
    least = LEAST_FILMED if shape.is_movie else LEAST
    most = (_ANIMATION, _ANIMATION) if shape.kind == "animation" else (LONG, SHORT)
    if max(width, height) > most[0] or min(width, height) > most[1]:
        why = f"{width} × {height} px is too large: at most {most[0]} × {most[1]}, either way round"
        wish.object_to("width", why)
    if min(width, height) < least:
        wish.object_to("width", f"{width} × {height} px is too small: at least {least} each way")
    return (width, height) if len(wish.objections) == found else usual


def _columns(
    wish: Wish,
    shape: Shape,
    timing: Timing,
    width: int,
    height: int,
) -> int:
    """Pictures side by side on a sheet: about a square, where nobody says it."""
    if shape.kind != "sheet" or wish.video.sheet is UNSET:
        return 1
    square = math.ceil(math.sqrt(timing.frames * height / width))
    columns = min(given(wish.video.sheet.columns, square), timing.frames)
    rows = math.ceil(timing.frames / columns)
    if max(columns * width, rows * height) > MOST_SHEET:
        why = (
            f"{columns} × {rows} pictures are {columns * width} × {rows * height} px, and a sheet "
            f"has at most {MOST_SHEET} each way: fewer frames, or smaller ones"
        )
        wish.object_to("sheet", why)
        return 1
    return columns


def _quality(wish: Wish, shape: Shape) -> int:
    stills, sheet = wish.video.stills, wish.video.sheet
    asked = wish.video.quality
    if stills is not UNSET or sheet is not UNSET:
        wish.object_if_given(f"{shape.kind} say it themselves: leave it out", quality=asked)
        name = "stills.quality" if stills is not UNSET else "sheet.quality"
        asked = stills.quality if stills is not UNSET else sheet.quality  # type: ignore[union-attr]
        if shape.codec == "png" and asked is not UNSET:
            wish.object_to(name, "PNG is lossless: leave it out")
    elif asked is not UNSET and shape.codec != "webp":
        wish.object_to("quality", "only an animated WebP has it; films have crf")
    return given(asked, _DEFAULT_QUALITY)
