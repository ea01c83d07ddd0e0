"""A small picture of a frame, for whoever waits for the film."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image

from services.packager.film.encoding.frames import FrameReader, converted
from services.packager.film.encoding.pictures import picture

if TYPE_CHECKING:
    from shared.domain.video.film_spec import FilmSpec

WIDTH: Final = 320  # px at most
MOST_BYTES: Final = 20_000
_QUALITIES: Final = (75, 60, 45, 30, 15, 5)
_BEHIND: Final = (128, 128, 128)  # what is transparent


def preview(spec: FilmSpec, frame: memoryview | bytes) -> bytes:
    """A JPEG of at most ``MOST_BYTES``; ``frame`` is as ``SliceEncoder.write`` takes it.

    Raises:
        ValueError: There are not as many bytes as a frame has.
    """
    source = "yuv420p" if spec.frame_layout == "i420" else "rgba"
    whole = FrameReader(spec, source).read(frame)
    width = min(spec.width, WIDTH)
    height = min(2 * WIDTH, max(1, round(spec.height * width / spec.width)))
    shown = picture(converted(whole, "rgba", size=(width, height)))
    if spec.transparent:
        shown = Image.alpha_composite(Image.new("RGBA", shown.size, (*_BEHIND, 255)), shown)
    shown = shown.convert("RGB")
    for quality in _QUALITIES:
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=quality, optimize=True)
        if out.tell() <= MOST_BYTES:
            break
    return out.getvalue()
