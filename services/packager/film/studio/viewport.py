"""How large the window is in which a game is filmed, in CSS pixels."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from shared.domain.video.film_spec import FilmSpec

USUAL_LINES: Final = 1_080  # of a window in which a game is played
SMALLEST_PX: Final = 640  # the longer side of a window in which texts have room
LARGEST_PX: Final = 1_920  # that a page may ask for
MOST_OF_PAGE: Final = 1 << 20  # bytes of the page that are looked at

_ENGINE: Final = re.compile(r'<main\s+id="aethel"')
_META: Final = re.compile(r"<meta\s[^>]{0,500}>", re.IGNORECASE)
_IS_VIEWPORT: Final = re.compile(r"""name\s*=\s*["']?viewport\b""", re.IGNORECASE)
_WIDTH: Final = re.compile(
    r"""\bcontent\s*=[^>]*?["',;\s]width\s*=\s*(\d{2,4}|device-width)\b""", re.IGNORECASE
)


class Window(NamedTuple):
    """Its sides in CSS pixels, and how many pixels of the picture each of these is wide."""

    width: int
    height: int
    scale: float


def window_of(spec: FilmSpec, page: str) -> Window:
    """The window for a film, which its picture fills exactly; supersampling is left out.

    In 4K a CSS pixel has two of the picture's, so that texts are as large as in play. A small
    picture is that of a larger window, where the game fits itself into one: games of the engine,
    and pages that follow their window's width, or say the one they are made for
    (``<meta name="viewport">``). Others may be made for as many pixels as the picture has.

    Args:
        spec: The film.
        page: The beginning of the site's first page.
    """
    times = _times_larger(spec, page)
    if times > 1:
        return Window(spec.width * times, spec.height * times, 1 / times)
    ratio = round(min(spec.width, spec.height) / USUAL_LINES)
    while ratio > 1 and (spec.width % ratio or spec.height % ratio):
        ratio -= 1
    ratio = max(ratio, 1)
    return Window(spec.width // ratio, spec.height // ratio, ratio)


def _times_larger(spec: FilmSpec, page: str) -> int:
    """How many times wider than the picture the window has to be; a whole number."""
    asked = "device-width" if _ENGINE.search(page) else _said_width(page)
    if asked == "device-width":
        return -(-SMALLEST_PX // max(spec.width, spec.height))
    return -(-min(int(asked), LARGEST_PX) // spec.width) if asked else 1


def _said_width(page: str) -> str:
    """What the page says of its window's width: CSS pixels, ``device-width``, or nothing."""
    for meta in _META.findall(page):
        if _IS_VIEWPORT.search(meta) and (width := _WIDTH.search(meta)):
            return width[1].lower()
    return ""
