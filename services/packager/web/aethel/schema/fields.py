"""Fields are values as scene files write them; null means "as by default" everywhere.

Limits are far beyond what a game can use, and keep arithmetic from overflowing.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from PIL import ImageColor

Number = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]
Positive = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Name = Annotated[str, msgspec.Meta(max_length=512)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=512)]


class Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Unknown fields are kept by whoever wrote them and of no effect here."""


class RGB(Struct, frozen=True, kw_only=True):
    """A colour by its sRGB parts, from 0 to 1."""

    r: Number
    g: Number
    b: Number
    a: Number | None = None  # of editors; colours are opaque


NAMES: Final = "|".join(ImageColor.colormap)  # CSS's own
COLOR: Final = (
    r"(?i:#[0-9a-f]{3}|#[0-9a-f]{6}|(?:rgb|hsl)a?\([\d\s.,%/a-z+-]{1,60}\)|" + NAMES + ")"
)
# A pattern here, beside the list, would let msgspec 0.22 free memory twice: see ``bad_colors``.
ColorText = Annotated[str, msgspec.Meta(title="color")]
ColorNumber = Annotated[int, msgspec.Meta(ge=0, le=0xFFFFFF)]
Color = ColorText | ColorNumber | Annotated[list[Number], msgspec.Meta(min_length=3)] | RGB


class XYZ(Struct, frozen=True, kw_only=True):
    """A vector by its axes."""

    x: Number | None = None
    y: Number | None = None
    z: Number | None = None
    w: Number | None = None  # of a quaternion


Vector = XYZ | Annotated[list[Number], msgspec.Meta(min_length=2, max_length=4)] | Number


class MinMax(Struct, frozen=True, kw_only=True):
    """From least to most."""

    min: Number | None = None
    max: Number | None = None


Range = MinMax | Annotated[list[Number], msgspec.Meta(min_length=2, max_length=2)] | Number
Json = dict[str, Any]
