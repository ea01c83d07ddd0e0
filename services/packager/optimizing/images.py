"""PNG and JPEG images become WebP.

Lossless means: every pixel decodes to the same bytes, hidden ones under full transparency too, as
texture filters look at those. Balanced means: at least 40 dB of signal to noise in brightness and
transparency, where pictures can hardly be told apart, and 35 dB in the two colour channels, which
eyes see with less detail (as JPEG and WebP assume).
"""

from __future__ import annotations

import io
import math
import operator
from typing import TYPE_CHECKING, BinaryIO, Final

from PIL import Image, ImageChops, ImageStat

from services.packager.optimizing.picture_header import opened
from services.packager.optimizing.pixels import DEEP, depth_of, in_rgba
from services.packager.project.unreadable import UnreadableError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

SUFFIX: Final = ".webp"
SOURCES: Final = (".png", ".jpg", ".jpeg")
MOST_PX: Final = 8_192  # an edge; WebP itself ends at 16,383
MOST_PIXELS: Final = 4_096 * 4_096
BYTES_A_PIXEL: Final = 52  # of memory, at most: the picture thrice, and what libwebp notes of it
ENCODER_BYTES: Final = 32 << 20  # what libwebp takes for any
MOST_SCANS: Final = 100  # of a progressive JPEG, each as much work as the first; usual are 10
LEAST_DB: Final = (40.0, 35.0, 35.0, 40.0)  # of Y, Cb, Cr, alpha
QUALITIES: Final = (80, 90, 95)
METHOD: Final = 4  # libwebp's effort, of 6: what is beyond costs twice the time for a percent
_ORIENTATION: Final = 0x0112  # EXIF
_SCAN: Final = b"\xff\xda"  # JPEG's start of scan; pixels never look like it
_PLAIN: Final = {"1", "L", "LA", "P", "PA", "RGB", "RGBA"}


def memory_bytes(source: BinaryIO) -> int:
    """What ``smaller`` takes of memory at most, as the picture's header says.

    Raises:
        UnreadableError: It is larger than is decoded.
        Exception: What Pillow has to say.
    """
    with _opened(source) as picture:
        _check_size(picture)
        return ENCODER_BYTES + picture.width * picture.height * BYTES_A_PIXEL


def smaller(data: bytes, *, lossless: bool) -> bytes | None:
    """The picture as WebP; None where that is not smaller, or would not be the same picture.

    Raises:
        UnreadableError: It is larger than is decoded.
        Exception: What Pillow has to say.
    """
    picture = _decoded(data)
    if picture is None:
        return None
    candidates = [_lossless(picture)]
    if not lossless:
        candidates.append(_lossy(picture))
    best = min((found for found in candidates if found), key=len, default=None)
    return best if best is not None and len(best) < len(data) else None


def has_endless_scans(data: bytes) -> bool:
    """Whether few bytes of a JPEG stand for endless work."""
    return data.count(_SCAN) > MOST_SCANS


def _opened(source: BinaryIO) -> AbstractContextManager[Image.Image]:
    return opened(source, ("PNG", "JPEG"))


def _check_size(picture: Image.Image) -> None:
    width, height = picture.size
    if max(width, height) > MOST_PX or width * height > MOST_PIXELS:
        message = (
            f"is {width} × {height} pixels; up to {MOST_PIXELS:,} are decoded, {MOST_PX:,} an edge"
        )
        raise UnreadableError(message)


def _decoded(data: bytes) -> Image.Image | None:
    with _opened(io.BytesIO(data)) as picture:
        _check_size(picture)
        depth = depth_of(picture)
        if picture.mode not in _PLAIN or depth == DEEP:
            return None
        if picture.format != "PNG" and has_endless_scans(data):
            raise UnreadableError(f"is a JPEG of more than {MOST_SCANS} scans")
        if getattr(picture, "n_frames", 1) > 1 or picture.getexif().get(_ORIENTATION, 1) != 1:
            return None
        transparent = "A" in picture.mode or "transparency" in picture.info
        return in_rgba(picture, depth) if transparent else picture.convert("RGB")


def _lossless(picture: Image.Image) -> bytes | None:
    data = _encoded(picture, lossless=True, quality=75)
    return data if _same(picture, data) else None


def _lossy(picture: Image.Image) -> bytes | None:
    """The least quality that is good enough."""
    for quality in QUALITIES:
        data = _encoded(picture, lossless=False, quality=quality)
        if all(map(operator.ge, _signal_to_noise_db(picture, data), LEAST_DB)):
            return data
    return None


def _encoded(picture: Image.Image, *, lossless: bool, quality: int) -> bytes:
    out = io.BytesIO()
    try:
        picture.save(
            out,
            "WEBP",
            lossless=lossless,
            quality=quality,
            alpha_quality=100,
            method=METHOD,
            exact=True,
        )
    except (OSError, ValueError) as error:  # a picture of that size has no other reason
        raise MemoryError(str(error)) from error
    return out.getvalue()


def _same(picture: Image.Image, data: bytes) -> bool:
    return _read(data, picture.mode).tobytes() == picture.tobytes()


def _signal_to_noise_db(picture: Image.Image, data: bytes) -> list[float]:
    """Of brightness, blueness, redness and, where there is one, the alpha channel."""
    made = _read(data, picture.mode)
    pairs = [(picture.convert("RGB").convert("YCbCr"), made.convert("RGB").convert("YCbCr"))]
    if picture.mode == "RGBA":
        pairs.append((picture.getchannel("A"), made.getchannel("A")))
    noise = [rms for pair in pairs for rms in ImageStat.Stat(ImageChops.difference(*pair)).rms]
    return [20 * math.log10(255 / rms) if rms else math.inf for rms in noise]


def _read(data: bytes, mode: str) -> Image.Image:
    try:
        with opened(io.BytesIO(data), ("WEBP",)) as picture:
            return picture.convert(mode)
    except OSError as error:  # it was made here
        raise MemoryError(str(error)) from error
