"""Textures that repeat without a seam: colours as JPEG, normals as PNG, and the icon."""

from __future__ import annotations

import io
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from samples.emberlight.art.shapes import rgb

SIZE = 256  # pixels of a side


def textures() -> dict[str, bytes]:
    """File name to bytes."""
    wood, stone = _wood(), _stone()
    return {
        "wood.jpg": _jpeg(_between("#6e4a34", "#b98a5a", wood)),
        "wood-normal.png": _png(_normals(wood, 3.0)),
        "stone.jpg": _jpeg(_between("#5d5266", "#a596a0", stone)),
        "stone-normal.png": _png(_normals(stone, 5.0)),
        "waves-normal.png": _png(_normals(_noise(7, 2.2), 6.0)),
    }


def icon() -> bytes:
    """The lantern before the evening sky, 512 × 512."""
    rows = np.linspace(0, 1, 512)[:, None, None]
    sky = (1 - rows) * rgb("#2b2350") + rows * rgb("#f08a5d")
    picture = Image.fromarray(np.uint8(np.tile(sky, (1, 512, 1)) * 255))
    glow = Image.new("RGB", picture.size)
    ImageDraw.Draw(glow).ellipse((96, 120, 416, 440), fill=(255, 170, 70))
    bright = np.asarray(glow.filter(ImageFilter.GaussianBlur(50)), np.uint16)
    picture = Image.fromarray(np.uint8(np.minimum(np.asarray(picture) + bright * 0.8, 255)))
    draw = ImageDraw.Draw(picture)
    draw.polygon([(176, 190), (336, 190), (286, 104), (226, 104)], fill="#3f6f78")
    draw.rounded_rectangle((196, 190, 316, 348), 18, fill="#ffc46b")
    draw.rounded_rectangle((176, 340, 336, 378), 12, fill="#4a3c4f")
    for x in (226, 274):
        draw.ellipse((x, 246, x + 22, 286), fill="#2a1620")
    for x in (206, 276):
        draw.rectangle((x, 378, x + 30, 420), fill="#4a3c4f")
    return _png(np.asarray(picture))


def _noise(seed: int, fall: float) -> np.ndarray:
    """Noise from 0 to 1 whose spectrum falls with the frequency; periodic, as its waves are."""
    grid = np.fft.fftfreq(SIZE) * SIZE
    frequency = np.hypot(*np.meshgrid(grid, grid))
    frequency[0, 0] = math.inf
    phases = np.exp(2j * math.pi * np.random.default_rng(seed).random((SIZE, SIZE)))
    waves = np.real(np.fft.ifft2(phases * frequency**-fall))
    return (waves - waves.min()) / np.ptp(waves)


def _wood() -> np.ndarray:
    """Four planks with grain along x, and a frame around them, as on a crate."""
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    plank = y // (SIZE // 4)
    wobble = _noise(1, 1.8)
    grain = 0.5 + 0.5 * np.sin((y + plank * 37) * 0.55 + wobble * 22)
    height = 0.35 + 0.3 * grain + 0.25 * _noise(2, 1.1) + 0.05 * (plank % 2)
    height[y % (SIZE // 4) < 3] = 0.0
    edge = np.minimum(np.minimum(x, SIZE - 1 - x), np.minimum(y, SIZE - 1 - y))
    across = 0.6 + 0.25 * np.sin((x + wobble * 30) * 0.5)
    height = np.where(edge < 26, 0.55 + 0.3 * across * _noise(3, 1.0), height)
    height[np.abs(edge - 26) < 2] = 0.05
    return np.clip(height, 0, 1)


def _stone() -> np.ndarray:
    """Cells around scattered points, worn."""
    points = np.random.default_rng(12).random((26, 2)) * SIZE
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    apart = np.abs(np.stack([x, y], -1)[:, :, None] - points)
    apart = np.minimum(apart, SIZE - apart)  # the texture repeats
    near, second = np.sort(np.hypot(apart[..., 0], apart[..., 1]), axis=2)[..., :2].transpose(
        2, 0, 1
    )
    return np.clip(0.75 * np.clip((second - near) / 14, 0, 1) + 0.3 * _noise(13, 1.2), 0, 1)


def _between(dark: str, light: str, share: np.ndarray) -> np.ndarray:
    return np.uint8(255 * (rgb(dark) + (rgb(light) - rgb(dark)) * share[..., None]))


def _normals(height: np.ndarray, strength: float) -> np.ndarray:
    """A tangent-space normal map, y up as glTF and three.js have it."""
    across = (np.roll(height, 1, 1) - np.roll(height, -1, 1)) * strength
    up = (np.roll(height, -1, 0) - np.roll(height, 1, 0)) * strength
    normal = np.stack([across, up, np.ones_like(height)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.uint8(np.round((normal * 0.5 + 0.5) * 255))


def _jpeg(pixels: np.ndarray) -> bytes:
    return _saved(pixels, "JPEG", quality=82)


def _png(pixels: np.ndarray) -> bytes:
    return _saved(pixels, "PNG", optimize=True)


def _saved(pixels: np.ndarray, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()
