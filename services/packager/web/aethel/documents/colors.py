"""Colours of every format become sRGB, as ``#rrggbb``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.schema.fields import COLOR

if TYPE_CHECKING:
    from services.packager.web.aethel.documents.fields import Fields

WHITE: Final = "#ffffff"
BLACK: Final = "#000000"
GREY: Final = "#888888"
_MOST: Final = 0xFFFFFF
_TEXT: Final = re.compile(COLOR)
_LINEAR_END: Final = 0.0031308  # IEC 61966-2-1


def of_linear(color: tuple[float, ...]) -> str:
    """Of linear parts from 0 to 1, as three.js computes with them."""
    return _written(tuple(map(_encoded, color)))


def of_srgb(color: tuple[float, ...]) -> str:
    """Of sRGB parts from 0 to 1."""
    return _written(color)


def linear(fields: Fields, name: str, default: str) -> str:
    """A field ``{r, g, b}`` or ``[r, g, b]``, linear."""
    return of_linear(_parts(fields, name)) if name in fields else default


def srgb(fields: Fields, name: str, default: str) -> str:
    """A field that is a CSS colour, an integer, or three parts from 0 to 1; all sRGB."""
    value = fields.raw(name)
    if value is None:
        return default
    if isinstance(value, str):
        if _TEXT.fullmatch(value.strip()):
            return value.strip()
    elif isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value <= _MOST:
            return f"#{value:06x}"
    else:
        return of_srgb(_parts(fields, name))
    fields.source.warn(f"is no colour: {default} is taken", fields.place(name))
    return default


def _parts(fields: Fields, name: str) -> tuple[float, ...]:
    value: Any = fields.raw(name)
    if isinstance(value, dict) and {"r", "g", "b"} <= value.keys():
        value = [value["r"], value["g"], value["b"]]
    if isinstance(value, list) and len(value) >= 3 and all(map(_is_part, value[:3])):  # noqa: PLR2004 - r, g, b
        return tuple(float(part) for part in value[:3])
    fields.source.fail("has to be a colour: {r, g, b} from 0 to 1", fields.place(name))
    return (1.0, 1.0, 1.0)


def _is_part(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6  # noqa: PLR2004 - lights may be brighter than 1


def _encoded(part: float) -> float:
    part = min(max(part, 0.0), 1.0)
    return part * 12.92 if part <= _LINEAR_END else 1.055 * part ** (1 / 2.4) - 0.055


def _written(color: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02x}" for part in color)
