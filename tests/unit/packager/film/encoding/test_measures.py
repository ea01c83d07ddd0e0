"""Black and frozen films show in what is measured of each frame."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageStat

from services.packager.film.encoding.measures import LEAST, Measuring
from services.packager.film.encoding.preview import MOST_BYTES, preview
from tests.films import film_spec, frame, rgba

LAYOUTS = {"i420": film_spec(), "rgba": film_spec("prores"), "alpha": film_spec("prores-4444")}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_luma(layout: str) -> None:
    """0 is black, 1 is white, and between them it follows the picture."""
    spec = LAYOUTS[layout]
    pixels = spec.width * spec.height
    if layout == "i420":
        chroma = b"\x80" * (pixels // 2)
        black, white = b"\x10" * pixels + chroma, b"\xeb" * pixels + chroma
    else:
        black, white = b"\0\0\0\xff" * pixels, b"\xff" * (pixels * 4)

    assert Measuring(spec).measure(black).luma == 0
    assert Measuring(spec).measure(white).luma == pytest.approx(1)
    seen = rgba(spec, 3).astype(float) / 255
    expected = (seen[..., :3] @ (0.2126, 0.7152, 0.0722) * seen[..., 3]).mean()
    assert Measuring(spec).measure(frame(spec, 3)).luma == pytest.approx(expected, abs=0.03)


def test_transparent_is_black() -> None:
    """A picture of which nothing is seen is black, whatever its colours."""
    spec = LAYOUTS["alpha"]
    nothing = b"\xff\xff\xff\0" * (spec.width * spec.height)
    assert Measuring(spec).measure(nothing).luma == 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_difference(layout: str) -> None:
    """The same frame differs by nothing; a single pixel of another one is seen."""
    spec = LAYOUTS[layout]
    measuring = Measuring(spec)
    first = frame(spec, 0)
    assert measuring.measure(first).difference == 0
    assert measuring.measure(memoryview(first)).difference == 0
    changed = bytearray(first)
    for place in (4 * spec.width + 4, 4 * spec.width + 5, len(changed) - 1):
        changed[place] ^= 4
        assert measuring.measure(bytes(changed)).difference >= LEAST
    assert measuring.measure(frame(spec, 0xFFF)).difference > 0.2


@pytest.mark.parametrize("size", [(192, 108), (2, 1_280), (3_840, 2_160)])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_preview(layout: str, size: tuple[int, int]) -> None:
    """A small JPEG of the very picture."""
    spec = film_spec(width=size[0], height=size[1], transparent=layout == "alpha")
    if layout == "rgba":
        spec = film_spec("prores", width=size[0], height=size[1])
    shown = Image.open(io.BytesIO(preview(spec, frame(spec, 0xA5A))))

    assert shown.format == "JPEG"
    assert max(shown.width, shown.height / 2) <= 320
    opaque = shown.resize((32, 16)).crop((0, 0, 32, 7))
    expected = Image.fromarray(rgba(spec, 0xA5A)).convert("RGB").resize((32, 16))
    difference = ImageChops.difference(opaque, expected.crop((0, 0, 32, 7)))
    assert max(ImageStat.Stat(difference).mean) < 12


def test_preview_of_noise() -> None:
    """A picture that does not get small is of lower quality."""
    spec = film_spec(width=640, height=640)
    noise = np.random.default_rng(1).integers(0, 256, 640 * 640 * 3 // 2, np.uint8)
    assert len(preview(spec, noise.tobytes())) <= MOST_BYTES
