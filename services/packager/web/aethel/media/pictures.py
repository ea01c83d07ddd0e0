"""Targa pictures become PNG, every pixel the same."""

from __future__ import annotations

import io
from typing import Final

from PIL import TgaImagePlugin

from services.packager.optimizing.picture_header import opened
from services.packager.project.unreadable import UnreadableError

FORMAT: Final = TgaImagePlugin.TgaImageFile.format  # imported here: a sandbox imports nothing
MOST_PX: Final = 8_192  # an edge, as textures have it
MOST_PIXELS: Final = 4_096 * 4_096


def png_of_tga(data: bytes) -> bytes:
    """The picture as PNG.

    Raises:
        UnreadableError: It is larger than is decoded.
        Exception: What Pillow has to say.
    """
    out = io.BytesIO()
    with opened(io.BytesIO(data), (FORMAT,)) as picture:
        width, height = picture.size
        if max(width, height) > MOST_PX or width * height > MOST_PIXELS:
            message = f"is {width} × {height} pixels; up to {MOST_PIXELS:,} are decoded"
            raise UnreadableError(message)
        kept = picture if picture.mode in ("L", "LA", "RGB", "RGBA") else picture.convert("RGBA")
        kept.save(out, "PNG")
    return out.getvalue()
