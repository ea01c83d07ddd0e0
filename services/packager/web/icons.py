"""Icons are made from the maker's one picture: for launchers, for the page, and one for masks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageOps

from services.packager.build.plan import Note
from services.packager.optimizing.picture_header import opened
from services.packager.optimizing.pixels import depth_of, in_rgba
from services.packager.project.unreadable import UnreadableError, decoding
from shared.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Collection

    from services.packager.project.files import ProjectFiles

LEAST_PX: Final = 192
BEST_PX: Final = 512
MOST_PX: Final = 4_096  # an edge; larger ones are refused before they are decoded
MOST_BYTES: Final = 16 << 20
SAFE_ZONE: Final = 0.8  # of a maskable icon's edge (W3C manifest, icon masks)

FAVICON: Final = "favicon.ico"
SMALL: Final = "icons/icon-192.png"
LARGE: Final = "icons/icon-512.png"
MASKABLE: Final = "icons/icon-maskable-512.png"
TOUCH: Final = "icons/apple-touch-icon.png"
TOUCH_PX: Final = 180
FAVICON_SIZES: Final = [(16, 16), (32, 32), (48, 48)]
LINKS: Final = (("icon", FAVICON), ("apple-touch-icon", TOUCH))
_PNG: Final = b"\x89PNG\r\n\x1a\n"


class IconError(ProjectError):
    """``appIcon`` names nothing that icons can be made of."""

    code = "icon-invalid"


def square_of(
    project: ProjectFiles, path: str, *, edge: int = BEST_PX
) -> tuple[Image.Image, list[Note]]:
    """The picture as a square of ``edge`` pixels, and what the maker should know of it.

    Raises:
        IconError: It is missing, no PNG, broken, or of a size that cannot serve.
    """
    picture = _load(path, _data(project, path))
    notes = []
    if min(picture.size) < edge:
        size = f"{picture.width} x {picture.height}"
        message = f"{size} is scaled up; {edge} x {edge} would stay sharp"
        notes.append(Note(file=path, message=message))
    edges = (edge, edge)
    return ImageOps.pad(picture, edges, Image.Resampling.LANCZOS, color=(0, 0, 0, 0)), notes


def render(project: ProjectFiles, path: str) -> tuple[dict[str, bytes], list[Note]]:
    """All icons as files, and what the maker should know of the picture.

    Raises:
        IconError: As :func:`square_of` says.
    """
    square, notes = square_of(project, path)
    return {
        SMALL: _png(_scaled(square, LEAST_PX)),
        LARGE: _png(square),
        MASKABLE: _png(_maskable(square)),
        TOUCH: _png(_scaled(square, TOUCH_PX)),
        FAVICON: _ico(square),
    }, notes


def manifest_entries(names: Collection[str]) -> list[dict[str, str]]:
    """Those of the icons that are there, as a web manifest lists them."""
    known = (
        (SMALL, LEAST_PX, "any"),
        (LARGE, BEST_PX, "any"),
        (MASKABLE, BEST_PX, "maskable"),
    )
    return [
        {"src": name, "sizes": f"{edge}x{edge}", "type": "image/png", "purpose": purpose}
        for name, edge, purpose in known
        if name in names
    ]


def _data(project: ProjectFiles, path: str) -> bytes:
    if path not in project:
        spelled = project.spelled(path)
        hint = (
            f"; the project spells it {spelled!r}" if spelled else " (or is left out of the export)"
        )
        raise IconError(f"appIcon {path!r} is not in the project{hint}")
    size = project.files[path].size
    if size > MOST_BYTES:
        raise IconError(f"appIcon {path!r} has {size:,} bytes; at most {MOST_BYTES:,} are taken")
    return project.read(path, max_bytes=MOST_BYTES)


def _load(path: str, data: bytes) -> Image.Image:
    """Decoded, once its header promises a reasonable size: few bytes can stand for gigabytes."""
    if not data.startswith(_PNG):
        raise IconError(f"appIcon {path!r} is not a PNG")
    try:
        with decoding(path), opened(io.BytesIO(data), ("PNG",)) as picture:
            _check_size(path, *picture.size)
            return in_rgba(picture, depth_of(picture))
    except UnreadableError as error:
        raise IconError(f"appIcon {path!r} is a broken PNG: it {error}") from error


def _check_size(path: str, width: int, height: int) -> None:
    if max(width, height) > MOST_PX:
        message = f"appIcon {path!r} is {width} x {height}; at most {MOST_PX} x {MOST_PX} is taken"
        raise IconError(message)
    if min(width, height) < LEAST_PX:
        message = (
            f"appIcon {path!r} is {width} x {height}; at least {LEAST_PX} x {LEAST_PX} is needed"
        )
        raise IconError(message)


def _scaled(picture: Image.Image, edge: int) -> Image.Image:
    return picture.resize((edge, edge), Image.Resampling.LANCZOS)


def _maskable(square: Image.Image) -> Image.Image:
    """Smaller, on a ground without holes: the picture's corner colour, or black if it has none."""
    corner: Any = square.getpixel((0, 0))
    opaque = corner[3] == 255  # noqa: PLR2004 - a byte's highest value
    ground = Image.new("RGBA", square.size, (*corner[:3], 255) if opaque else (0, 0, 0, 255))
    edge = round(BEST_PX * SAFE_ZONE)
    offset = (BEST_PX - edge) // 2
    ground.alpha_composite(_scaled(square, edge), (offset, offset))
    return ground


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _ico(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "ICO", sizes=FAVICON_SIZES)
    return out.getvalue()
