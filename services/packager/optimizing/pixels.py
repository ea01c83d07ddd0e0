"""A picture's pixels as eight bits of red, green, blue and alpha, as browsers show them.

Pillow converts grey of sixteen bits by cutting off what is above 255, and compares pixels that it
has widened with a transparent colour that it has not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from PIL import Image

DEEP: Final = 16  # bits a channel
_BYTE: Final = 8
_DEPTH: Final = re.compile(r"\A1\Z|(?<=;)\d+")  # in Pillow's names of how pixels lie in a file


def depth_of(picture: Image.Image) -> int:
    """Bits a channel in the file; to be asked before the picture is decoded."""
    tiles = getattr(picture, "tile", ())
    found = _DEPTH.search(str(tiles[0].args)) if tiles else None
    return int(found[0]) if found else _BYTE


def in_rgba(picture: Image.Image, depth: int) -> Image.Image:
    """The picture with an alpha channel; ``depth`` is what :func:`depth_of` has found."""
    clear = picture.info.get("transparency")
    if picture.mode.startswith("I"):
        return _of_deep_grey(picture, clear)
    if clear is not None and depth != _BYTE and picture.mode in ("1", "L", "RGB"):
        values = clear if isinstance(clear, tuple) else (clear,)
        wide = tuple(_in_byte(value, depth) for value in values)
        picture.info["transparency"] = wide if isinstance(clear, tuple) else wide[0]
    return picture.convert("RGBA")


def _in_byte(value: int, depth: int) -> int:
    return value >> _BYTE if depth == DEEP else value * 255 // ((1 << depth) - 1)


def _of_deep_grey(picture: Image.Image, clear: int | None) -> Image.Image:
    values = range(1 << DEEP)
    wide = picture.convert("I")
    made = wide.point([value >> _BYTE for value in values], "L").convert("RGB")
    if clear is not None:
        made.putalpha(wide.point([0 if value == clear else 255 for value in values], "L"))
    return made.convert("RGBA")
