"""The picture that an application's icons are made of is chosen here."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from services.packager.build.plan import Note
from services.packager.web.icons import BEST_PX, IconError, square_of

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles

_GROUND: Final = (38, 44, 62, 255)
_SIGN: Final = (236, 240, 247, 255)


def picture_of(
    project: ProjectFiles, path: str, *, own: str = "", edge: int = BEST_PX
) -> tuple[Image.Image, list[Note]]:
    """``appIcon``, or the game's own icon if that will do, as a square of ``edge`` pixels.

    A game without either gets a plain sign that says "play".

    Raises:
        IconError: ``appIcon`` names nothing that icons can be made of.
    """
    if path:
        return square_of(project, path, edge=edge)
    with suppress(IconError):
        if own:
            return square_of(project, own, edge=edge)
    return _plain(edge), [
        Note(level="info", message="without appIcon, the application has a plain icon")
    ]


def png(picture: Image.Image, edge: int) -> bytes:
    """A square PNG of ``edge`` pixels."""
    out = io.BytesIO()
    picture.resize((edge, edge), Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def _plain(edge: int) -> Image.Image:
    picture = Image.new("RGBA", (BEST_PX, BEST_PX))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((16, 16, BEST_PX - 16, BEST_PX - 16), radius=96, fill=_GROUND)
    draw.polygon(((196, 144), (196, 368), (384, 256)), fill=_SIGN)
    return picture if edge == BEST_PX else picture.resize((edge, edge), Image.Resampling.LANCZOS)
