"""An Android icon is a picture in layers: launchers cut them to their shape, or tint one of them.

All are made of the maker's one picture. What differs from its ground stays within the safe zone,
so that no launcher cuts it.

Source: Android's documentation of adaptive icons: layers of 108 dp, of which a circle of 66 dp is
always shown.
"""

from __future__ import annotations

import io
import math
from collections import Counter
from typing import Final

import msgspec
from PIL import Image, ImageChops

# The largest of each kind is made of the picture; halves and quarters are made of that.
DENSITIES: Final = {"xxxhdpi": 192, "xxhdpi": 144, "xhdpi": 96, "hdpi": 72, "mdpi": 48}  # legacy px
_HALVES: Final = {"xhdpi": "xxxhdpi", "hdpi": "xxhdpi", "mdpi": "xhdpi"}
_LEGACY_DP, _LAYER_DP, _SAFE_DP = 48, 108, 66
_SAMPLE_PX: Final = 96  # a picture is looked at in this size
_DIFFERENT: Final = 28  # of 255, in one channel: a player sees that
_OPAQUE: Final = 250
_LIGHT: Final = 150  # of 255: a picture that needs a dark ground
_DARK_GROUND, _LIGHT_GROUND = (38, 44, 62), (255, 255, 255)
_STEP: Final = 4  # of 256 shades, the smallest difference that is kept; it halves the files
_LEGACY_STEP: Final = 16  # only Android 7 shows them
_MASK_SHADES: Final = 16  # four bits for each pixel
_BADGE: Final = 0.5  # of a picture has one colour: a sign stands on it
_SIGN: Final = 0.05  # of a picture, at least

Colour = tuple[int, int, int]


class _Ground(msgspec.Struct, frozen=True):
    """What a picture stands on."""

    colour: Colour
    is_its_own: bool  # its edge is opaque, so that its colour goes on beyond it


def icon_files(picture: Image.Image) -> dict[str, bytes]:
    """Every icon by its path within ``res/``, as PNG.

    Args:
        picture: A square in RGBA.
    """
    sample = picture.resize((_SAMPLE_PX, _SAMPLE_PX), Image.Resampling.BOX)
    ground = _ground_of(sample)
    scale = _scale(_strength(sample, ground))
    mask = _in_all_sizes(_silhouette(picture, sample, ground), scale, _LAYER_DP, ground)
    layers = (
        ("ic_launcher", _in_all_sizes(picture, 1.0, _LEGACY_DP, ground), _LEGACY_STEP),
        ("ic_launcher_foreground", _in_all_sizes(picture, scale, _LAYER_DP, ground), _STEP),
    )
    files = {
        f"mipmap-{density}-v4/{name}.png": _png(made, step)
        for name, pictures, step in layers
        for density, made in pictures.items()
    }
    for density, made in mask.items():
        files[f"mipmap-{density}-v4/ic_launcher_monochrome.png"] = _mask(made)
    for density, legacy_px in DENSITIES.items():
        plain = _plain(legacy_px * _LAYER_DP // _LEGACY_DP, ground.colour)
        files[f"mipmap-{density}-v4/ic_launcher_background.png"] = plain
    return files


def _in_all_sizes(
    picture: Image.Image, scale: float, dp: int, ground: _Ground
) -> dict[str, Image.Image]:
    """The picture in the middle of a layer of ``dp``, of which it takes ``scale``."""
    made: dict[str, Image.Image] = {}
    for density, legacy_px in DENSITIES.items():
        if density in _HALVES:
            made[density] = made[_HALVES[density]].reduce(2)
            continue
        edge = legacy_px * dp // _LEGACY_DP
        inner = max(round(edge * scale), 1)
        small = picture.resize((inner, inner), Image.Resampling.LANCZOS)
        placed = _continued if ground.is_its_own else _centred
        made[density] = small if inner == edge else placed(small, edge)
    return made


def _ground_of(sample: Image.Image) -> _Ground:
    """The colour that most of the edge has; for a picture without one, a colour that it needs."""
    pixels = _pixels(sample)
    edge = [
        pixels[y * _SAMPLE_PX + x]
        for n in range(_SAMPLE_PX)
        for x, y in ((n, 0), (n, _SAMPLE_PX - 1), (0, n), (_SAMPLE_PX - 1, n))
    ]
    opaque = [pixel for pixel in edge if pixel[3] >= _OPAQUE]
    if 2 * len(opaque) >= len(edge):
        return _Ground(_most(opaque), is_its_own=True)
    seen = [pixel for pixel in pixels if pixel[3] >= _OPAQUE]
    light = sum(sum(pixel[:3]) for pixel in seen) > 3 * _LIGHT * len(seen)
    return _Ground(_DARK_GROUND if light else _LIGHT_GROUND, is_its_own=False)


def _most(pixels: list[tuple[int, ...]]) -> Colour:
    """The colour that is seen most, of those that look alike."""
    alike = Counter(tuple(value >> 4 for value in pixel[:3]) for pixel in pixels)
    (best, _), *_ = sorted(alike.items(), key=lambda item: (-item[1], item[0]))
    same = [pixel for pixel in pixels if tuple(value >> 4 for value in pixel[:3]) == best]
    red, green, blue = (round(sum(pixel[n] for pixel in same) / len(same)) for n in range(3))
    return _rounded(red, _STEP), _rounded(green, _STEP), _rounded(blue, _STEP)


def _pixels(picture: Image.Image) -> list[tuple[int, ...]]:
    data = picture.tobytes()
    return list(zip(data[::4], data[1::4], data[2::4], data[3::4], strict=True))


def _strength(picture: Image.Image, ground: _Ground) -> Image.Image:
    """How much each pixel differs from the ground; where that is not the picture's, its opacity."""
    return _difference(picture, ground.colour) if ground.is_its_own else picture.getchannel("A")


def _difference(picture: Image.Image, colour: Colour) -> Image.Image:
    """The largest of the three channels, as far as the picture is opaque."""
    plain = Image.new("RGB", picture.size, colour)
    red, green, blue = ImageChops.difference(picture.convert("RGB"), plain).split()
    strongest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return ImageChops.multiply(strongest, picture.getchannel("A"))


def _scale(strength: Image.Image) -> float:
    """The edge of the picture in edges of a layer, so that all that matters is in the safe zone.

    A picture that reaches into its corners takes the zone's square: a circle may cut those.
    """
    middle = (_SAMPLE_PX - 1) / 2
    data = strength.tobytes()
    farthest = max(
        (
            (n % _SAMPLE_PX - middle) ** 2 + (n // _SAMPLE_PX - middle) ** 2
            for n, value in enumerate(data)
            if value >= _DIFFERENT
        ),
        default=0.0,
    )
    reach = (math.sqrt(farthest) + 1) / (_SAMPLE_PX / 2)
    safe = _SAFE_DP / _LAYER_DP
    return min(max(safe / reach, safe), 1.0)


def _silhouette(picture: Image.Image, sample: Image.Image, ground: _Ground) -> Image.Image:
    """What is left of it in one colour: what stands on its ground, or its shape without signs."""
    shape = picture.getchannel("A")
    if ground.is_its_own:
        signs = _stretched(_difference(picture, ground.colour))
        shape = signs or shape
    else:
        seen = [pixel for pixel in _pixels(sample) if pixel[3] >= _OPAQUE]
        badge = _badge_of(sample, seen) if seen else None
        signs = _stretched(_difference(picture, badge)) if badge else None
        if signs:
            shape = ImageChops.multiply(shape, ImageChops.invert(signs))
    return shape


def _stretched(strength: Image.Image) -> Image.Image | None:
    """The same from nothing to all; None where there is nothing to see."""
    _, most = strength.getextrema()
    assert isinstance(most, int | float)  # noqa: S101 - one channel has one pair
    if most < _DIFFERENT:
        return None
    return strength.point([min(255, int(255 * value / most)) for value in range(256)])


def _badge_of(sample: Image.Image, seen: list[tuple[int, ...]]) -> Colour | None:
    """The colour of a badge on which a sign stands; None where the picture is no such thing."""
    colour = _most(seen)
    differing = sum(value >= _DIFFERENT for value in _difference(sample, colour).tobytes())
    return colour if _SIGN <= differing / len(seen) <= 1 - _BADGE else None


def _centred(picture: Image.Image, edge: int) -> Image.Image:
    layer = Image.new(picture.mode, (edge, edge))
    offset = (edge - picture.width) // 2
    layer.paste(picture, (offset, offset))
    return layer


def _continued(picture: Image.Image, edge: int) -> Image.Image:
    """The picture in the middle of a layer, where its border goes on beyond it.

    So one that shades off towards its border is no square on a ground of one colour.
    """
    offset, inner = (edge - picture.width) // 2, picture.width
    before, rest = max(offset, 1), edge - inner - offset
    wide = Image.new(picture.mode, (edge, inner))
    wide.paste(picture, (offset, 0))
    wide.paste(picture.crop((0, 0, 1, inner)).resize((before, inner)), (0, 0))
    right = picture.crop((inner - 1, 0, inner, inner))
    wide.paste(right.resize((rest, inner)), (offset + inner, 0))
    layer = Image.new(picture.mode, (edge, edge))
    layer.paste(wide, (0, offset))
    layer.paste(wide.crop((0, 0, edge, 1)).resize((edge, before)), (0, 0))
    layer.paste(wide.crop((0, inner - 1, edge, inner)).resize((edge, rest)), (0, offset + inner))
    return layer


def _plain(edge: int, colour: Colour) -> bytes:
    """One colour, in one bit for each pixel."""
    picture = Image.new("P", (edge, edge))
    picture.putpalette(colour)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _mask(shape: Image.Image) -> bytes:
    """White, as opaque as the shape says; launchers tint it."""
    step = 256 // _MASK_SHADES
    picture = shape.point([value // step for value in range(256)])
    indexed = Image.new("P", picture.size)
    indexed.putdata(picture.tobytes())
    indexed.putpalette([255] * 3 * _MASK_SHADES)
    opacity = bytes(255 * value // (_MASK_SHADES - 1) for value in range(_MASK_SHADES))
    out = io.BytesIO()
    indexed.save(out, "PNG", transparency=opacity)
    return out.getvalue()


def _png(picture: Image.Image, step: int) -> bytes:
    """In shades of ``step`` each."""
    out = io.BytesIO()
    shades = [_rounded(value, step) for value in range(256)]
    picture.point(shades * len(picture.getbands())).save(out, "PNG")
    return out.getvalue()


def _rounded(value: int, step: int) -> int:
    """The nearest shade of those that are kept; black and white stay what they are."""
    return min(255, (value + step // 2) // step * step)
