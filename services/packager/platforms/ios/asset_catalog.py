"""The asset catalogue holds the icon in every size, the picture of the launch screen, two colours.

Source: Apple, "Asset Catalog Format Reference", "Human Interface Guidelines: App icons".
"""

from __future__ import annotations

import io
import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from PIL import Image

from services.packager.platforms.ios.layout import (
    ACCENT,
    CATALOG,
    ICON,
    LAUNCH_COLOR,
    LAUNCH_IMAGE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKETING_PX: Final = 1_024  # what the App Store shows; also what all others are made of
LAUNCH_POINTS: Final = 128
GROUND: Final = (38, 44, 62)  # behind pictures with holes
# Idiom, points, scales: what iPhones and iPads ask for, from settings to the home screen.
SIZES: Final = (
    *(("iphone", points, (2, 3)) for points in (20.0, 29.0, 40.0, 60.0)),
    *(("ipad", points, (1, 2)) for points in (20.0, 29.0, 40.0, 76.0)),
    ("ipad", 83.5, (2,)),
    ("ios-marketing", float(MARKETING_PX), (1,)),
)
_OPAQUE: Final = 255
# Xcode packs icons anew. Looking for runs alone takes half the time, and hardly more room.
_PACKING: Final = {"compress_level": 1, "compress_type": zlib.Z_RLE}


def asset_catalog(picture: Image.Image) -> dict[str, bytes]:
    """All files below ``Assets.xcassets``, from one square picture with or without holes."""
    ground = ground_of(picture)
    files = {"Contents.json": _contents({})}
    files |= _icons(filled(picture, ground))
    files |= _launch_images(picture)
    files |= {f"{name}.colorset/Contents.json": _color(ground) for name in (ACCENT, LAUNCH_COLOR)}
    return {f"{CATALOG}/{path}": data for path, data in files.items()}


def ground_of(picture: Image.Image) -> tuple[int, int, int]:
    """The colour around the picture: its corner's, or a plain one where the corner is a hole."""
    red, green, blue, alpha = _corner(picture)
    return (red, green, blue) if alpha == _OPAQUE else GROUND


def has_holes(picture: Image.Image) -> bool:
    """Whether any part of it lets through what is behind."""
    lowest, _ = picture.getchannel("A").getextrema()
    return bool(lowest != _OPAQUE)


def filled(picture: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    """Without an alpha channel, which the store refuses and the system shows black."""
    whole = Image.new("RGBA", picture.size, (*ground, _OPAQUE))
    whole.alpha_composite(picture)
    return whole.convert("RGB")


def _corner(picture: Image.Image) -> tuple[int, int, int, int]:
    pixel: Any = picture.getpixel((0, 0))
    red, green, blue, alpha = pixel
    return red, green, blue, alpha


def _icons(picture: Image.Image) -> dict[str, bytes]:
    """Icons of as many pixels are one file."""
    folder = f"{ICON}.appiconset"
    edges = sorted({round(points * scale) for _, points, scales in SIZES for scale in scales})
    images = [
        {
            "filename": f"icon-{round(points * scale)}.png",
            "idiom": idiom,
            "scale": f"{scale}x",
            "size": f"{points:g}x{points:g}",
        }
        for idiom, points, scales in SIZES
        for scale in scales
    ]
    files = dict(zip((f"icon-{edge}.png" for edge in edges), _scaled(picture, edges), strict=True))
    files["Contents.json"] = _contents({"images": images})
    return {f"{folder}/{name}": data for name, data in files.items()}


def _launch_images(picture: Image.Image) -> dict[str, bytes]:
    folder = f"{LAUNCH_IMAGE}.imageset"
    scales = (1, 2, 3)
    images = [
        {"filename": f"launch-{scale}x.png", "idiom": "universal", "scale": f"{scale}x"}
        for scale in scales
    ]
    data = _scaled(picture, [LAUNCH_POINTS * scale for scale in scales])
    files = {f"launch-{scale}x.png": image for scale, image in zip(scales, data, strict=True)}
    files["Contents.json"] = _contents({"images": images})
    return {f"{folder}/{name}": image for name, image in files.items()}


def _scaled(picture: Image.Image, edges: list[int]) -> Iterator[bytes]:
    """Each from the smallest of halves that has a third more than its edge: quick, and as sharp."""
    # Multiplied by its alpha once, a picture with holes is not for each size anew.
    whole = picture.convert("RGBa") if picture.mode == "RGBA" else picture
    halves = [whole, *(whole.reduce(factor) for factor in (2, 4, 8))]
    for edge in edges:
        fitting = [half for half in halves if 3 * half.width >= 4 * edge]
        yield _png(fitting[-1] if fitting else whole, edge, picture.mode)


def _png(picture: Image.Image, edge: int, mode: str) -> bytes:
    out = io.BytesIO()
    small = picture.resize((edge, edge), Image.Resampling.LANCZOS)
    small.convert(mode).save(out, "PNG", **_PACKING)
    return out.getvalue()


def _color(color: tuple[int, int, int]) -> bytes:
    components = {
        name: f"0x{value:02X}" for name, value in zip(("red", "green", "blue"), color, strict=True)
    }
    entry = {
        "color": {"color-space": "srgb", "components": {**components, "alpha": "1.000"}},
        "idiom": "universal",
    }
    return _contents({"colors": [entry]})


def _contents(values: dict[str, Any]) -> bytes:
    document = {**values, "info": {"author": "xcode", "version": 1}}
    return json.dumps(document, indent=2).encode() + b"\n"
