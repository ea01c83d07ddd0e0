from __future__ import annotations

import io
import random
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from services.packager.optimizing import images
from services.packager.project.unreadable import UnreadableError, decoding


def noise(mode: str = "RGB", edge: int = 96) -> Image.Image:
    """A picture with smooth colours, and with grain that no filter can guess."""
    rng = random.Random(7)
    bands = len(mode)
    smooth = Image.linear_gradient("L").resize((edge, edge)).tobytes()
    grains = (min(value // 2 + rng.randrange(24), 255) for value in smooth)
    data = bytes(grain for grain in grains for _ in range(bands))
    return Image.frombytes(mode, (edge, edge), data)


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """As an editor would save it."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def decoded(data: bytes, mode: str) -> Image.Image:
    """Read back."""
    return Image.open(io.BytesIO(data), formats=("WEBP",)).convert(mode)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_lossless_keeps_every_pixel(mode: str) -> None:
    """Also the colours under full transparency, which texture filters mix in."""
    picture = noise(mode)
    if mode == "RGBA":
        picture.putalpha(
            Image.linear_gradient("L").resize(picture.size).point(lambda v: v // 200 * 99)
        )
    made = images.smaller(encoded(picture), lossless=True)
    assert made is not None
    as_rgb = "RGBA" if mode == "RGBA" else "RGB"
    assert decoded(made, as_rgb).tobytes() == picture.convert(as_rgb).tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_balanced_is_smaller_and_looks_the_same(kind: str) -> None:
    """At least 40 dB in brightness: the root mean square of the difference, of 255."""
    data = encoded(noise(edge=192), kind, **({"quality": 98} if kind == "JPEG" else {}))
    made = images.smaller(data, lossless=False)
    assert made is not None
    assert len(made) < len(data)
    original = Image.open(io.BytesIO(data)).convert("L")
    difference = ImageChops.difference(original, decoded(made, "RGB").convert("L"))
    assert max(ImageStat.Stat(difference).rms) <= 255 / 100


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded(noise(), "JPEG", exif=exif)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(encoded(Image.new("I;16", (64, 64), 40_000)), id="16 bits"),
        pytest.param(
            encoded(noise(), save_all=True, append_images=[noise().rotate(90)]), id="moving"
        ),
        pytest.param(_turned(), id="turned by EXIF"),
        pytest.param(encoded(noise().convert("CMYK"), "JPEG"), id="for print"),
    ],
)
@pytest.mark.parametrize("lossless", [True, False])
def test_what_would_change_or_grow_stays_as_it_is(data: bytes, lossless: bool) -> None:
    """Nothing is lost that a browser would have shown."""
    assert images.smaller(data, lossless=lossless) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(encoded(Image.new("1", (9_000, 16))), "9000 × 16 pixels", id="too wide"),
        pytest.param(encoded(Image.new("1", (4_097, 4_097))), "4097 × 4097", id="too large"),
        pytest.param(encoded(noise())[:200], "cannot be read", id="cut"),
        pytest.param(b"GIF89a", "no PNG or JPEG", id="no PNG"),
        pytest.param(b"", "no PNG or JPEG", id="empty"),
    ],
)
def test_what_is_broken_or_too_large_says_so(data: bytes, reason: str) -> None:
    """Its maker may not know."""
    with pytest.raises(UnreadableError, match=reason), decoding("picture.png"):
        images.smaller(data, lossless=True)


def test_the_same_picture_gives_the_same_bytes() -> None:
    """Artifacts are reproducible."""
    data = encoded(noise())
    assert len({images.smaller(data, lossless=False) for _ in range(3)}) == 1
