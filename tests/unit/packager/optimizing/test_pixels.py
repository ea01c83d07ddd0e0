"""Pixels of every form that PNG has, held against numbers that were put in."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from services.packager.optimizing import images
from services.packager.optimizing.pixels import depth_of, in_rgba

GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, COLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, COLOUR_ALPHA: 4}
DEPTHS = {
    GREY: (1, 2, 4, 8, 16), COLOUR: (8, 16), PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16), COLOUR_ALPHA: (8, 16),
}  # fmt: skip
FORMS = [
    (kind, depth, clear)
    for kind, depths in DEPTHS.items()
    for depth in depths
    for clear in ((False, True) if kind in (GREY, COLOUR, PALETTE) else (False,))
]
SIDE = 16


class Drawn:
    """A PNG of random pixels, and what a browser makes of them."""

    def __init__(self, kind: int, depth: int, *, clear: bool) -> None:
        draw = random.Random(f"{kind} {depth} {clear}")
        self._most = (1 << depth) - 1
        self._kind, self._depth = kind, depth
        self._palette = [
            tuple(draw.randrange(256) for _ in range(3)) for _ in range(1 << min(depth, 8))
        ]
        self._alphas = [draw.randrange(256) for _ in self._palette]
        self._pixels = [
            tuple(draw.randint(0, self._most) for _ in range(CHANNELS[kind]))
            for _ in range(SIDE * SIDE)
        ]
        self._clear = self._pixels[7] if clear else None

    @property
    def data(self) -> bytes:
        """The file."""
        header = struct.pack(">IIBBBBB", SIDE, SIDE, self._depth, self._kind, 0, 0, 0)
        chunks = [(b"IHDR", header)]
        if self._kind == PALETTE:
            chunks.append((b"PLTE", bytes(sum(self._palette, ()))))
        if self._clear and self._kind == PALETTE:
            chunks.append((b"tRNS", bytes(self._alphas)))
        elif self._clear:
            chunks.append((b"tRNS", struct.pack(f">{len(self._clear)}H", *self._clear)))
        rows = (self._pixels[at : at + SIDE] for at in range(0, len(self._pixels), SIDE))
        packed = zlib.compress(b"".join(b"\0" + self._row(row) for row in rows))
        chunks += [(b"IDAT", packed), (b"IEND", b"")]
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)

    @property
    def shown(self) -> list[tuple[int, ...]]:
        """Red, green, blue, alpha of each pixel, of eight bits."""
        return [self._shown(pixel) for pixel in self._pixels]

    def _row(self, pixels: list[tuple[int, ...]]) -> bytes:
        bits = "".join(f"{value:0{self._depth}b}" for pixel in pixels for value in pixel)
        return int(bits, 2).to_bytes(len(bits) // 8, "big")

    def _shown(self, pixel: tuple[int, ...]) -> tuple[int, ...]:
        if self._kind == PALETTE:
            alpha = self._alphas[pixel[0]] if self._clear else 255
            return (*self._palette[pixel[0]], alpha)
        parts = [value >> 8 if self._depth == 16 else value * 255 // self._most for value in pixel]
        alpha = parts.pop() if self._kind in (GREY_ALPHA, COLOUR_ALPHA) else 255
        alpha = 0 if pixel == self._clear else alpha
        return (*(parts * 3)[:3], alpha) if len(parts) == 1 else (*parts, alpha)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(("kind", "depth", "clear"), FORMS)
def test_every_form_keeps_its_colours(kind: int, depth: int, clear: bool) -> None:
    """Grey, colours, palettes, of one to sixteen bits, with a transparent colour or none."""
    drawn = Drawn(kind, depth, clear=clear)
    with Image.open(io.BytesIO(drawn.data)) as picture:
        assert depth_of(picture) == depth
        made = in_rgba(picture, depth)
    found = [made.getpixel((n % SIDE, n // SIDE)) for n in range(SIDE * SIDE)]
    assert found == drawn.shown


@pytest.mark.parametrize(("kind", "depth", "clear"), FORMS)
def test_a_smaller_form_has_the_same_pixels_or_there_is_none(
    kind: int,
    depth: int,
    clear: bool,
) -> None:
    """Sixteen bits do not fit into a WebP: such a picture stays as it is."""
    drawn = Drawn(kind, depth, clear=clear)
    made = images.smaller(drawn.data + bytes(20_000), lossless=True)
    assert (made is None) == (depth == 16)
    if made:
        with Image.open(io.BytesIO(made)) as picture:
            shown = picture.convert("RGBA")
        found = [shown.getpixel((n % SIDE, n // SIDE)) for n in range(SIDE * SIDE)]
        assert found == drawn.shown


def test_an_orientation_or_inks_keep_a_photograph_as_it_is() -> None:
    """A turned JPEG, and one for print: browsers turn and mix them themselves."""
    plain = Image.radial_gradient("L").convert("RGB")
    turned = Image.Exif()
    turned[0x0112] = 6
    for picture, extra in ((plain, {"exif": turned}), (plain.convert("CMYK"), {})):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=100, **extra)
        assert images.smaller(out.getvalue(), lossless=False) is None
