"""A page's screenshot becomes a frame as the camera would hand it over."""

from __future__ import annotations

import binascii
import io
from typing import TYPE_CHECKING

import msgspec
from PIL import Image, UnidentifiedImageError

from services.packager.film.encoding.frames import FrameReader
from services.packager.film.studio.errors import FilmPageError

if TYPE_CHECKING:
    from av.video.plane import VideoPlane

    from shared.domain.video.film_spec import FilmSpec


class Screen:
    """Makes frames of one film; supersampling is averaged here."""

    def __init__(self, spec: FilmSpec) -> None:
        self._spec = spec
        as_seen = msgspec.structs.replace(spec, pixel_format="rgba")
        self._reader = FrameReader(as_seen, "yuv420p" if spec.frame_layout == "i420" else "rgba")

    def frame(self, screenshot: str) -> bytes:
        """A frame in the spec's layout, of a PNG in base64.

        Raises:
            FilmPageError: It is no picture of the film's size.
        """
        spec = self._spec
        try:
            shown = Image.open(io.BytesIO(binascii.a2b_base64(screenshot)), formats=["PNG"])
            large = (spec.width * spec.supersample, spec.height * spec.supersample)
            if shown.size != large:
                raise FilmPageError(f"the page is {shown.size} pixels large, the film {large}")
            picture = shown.convert("RGBA").reduce(spec.supersample)
        except (UnidentifiedImageError, OSError, ValueError, binascii.Error) as error:
            raise FilmPageError("the browser's screenshot is no picture") from error
        made = self._reader.read(picture.tobytes())
        sample = 4 if spec.frame_layout == "rgba" else 1
        return b"".join(_packed(plane, plane.width * sample) for plane in made.planes)


def _packed(plane: VideoPlane, line: int) -> bytes:
    """A plane's lines without what aligns them."""
    data = memoryview(plane)
    starts = range(0, plane.height * plane.line_size, plane.line_size)
    return b"".join(data[start : start + line] for start in starts)
