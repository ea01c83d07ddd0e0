"""Textures and skies for the tests, drawn here."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def data() -> dict[str, bytes]:
    """File name to bytes."""
    sides = {"px": 0, "nx": 1, "py": 2, "ny": 3, "pz": 4, "nz": 5}
    skies = {f"sky-{name}.png": _png(_side(number)) for name, number in sides.items()}
    return {
        "checker.png": _png(_checker()),
        "bumps.png": _png(_bumps()),
        "sky.hdr": _hdr(),
        **skies,
    }


def _checker() -> np.ndarray:
    y, x = np.mgrid[0:64, 0:64]
    picture = np.where(((x // 8 + y // 8) % 2)[..., None] == 0, (230, 80, 40), (40, 60, 120))
    picture[:32, :16] = (240, 220, 60)  # tells up from down and left from right
    return picture.astype(np.uint8)


def _bumps() -> np.ndarray:
    y, x = np.mgrid[0:64, 0:64] * (2 * np.pi / 16)
    normal = np.stack([0.7 * np.sin(x), 0.7 * np.cos(y), np.ones_like(x)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.round((normal * 0.5 + 0.5) * 255).astype(np.uint8)


def _side(number: int) -> np.ndarray:
    """A side of the sky: a tint of its own, a gradient across, a bright corner at its top left."""
    tints = [
        (200, 90, 60),
        (60, 160, 90),
        (120, 160, 230),
        (90, 80, 60),
        (200, 180, 80),
        (140, 80, 180),
    ]
    y, x = np.mgrid[0:64, 0:64] / 63
    picture: np.ndarray = np.array(tints[number]) * (0.55 + 0.3 * x + 0.15 * y)[..., None]
    picture[6:22, 6:22] = 255
    return picture.astype(np.uint8)


def _hdr() -> bytes:
    """An evening: dark ground, a light horizon, a sun of 20 times white. Source: Radiance RGBE."""
    y, x = np.mgrid[0:32, 0:64]
    sky = np.where(y[..., None] < 16, (0.2, 0.35, 0.7), (0.15, 0.1, 0.08)).astype(float)
    sky[14:16] = (0.9, 0.6, 0.4)
    sky[(y - 9) ** 2 + (x - 40) ** 2 < 7] = (20, 16, 10)
    mantissa, exponent = np.frexp(sky.max(axis=-1))
    scaled = sky * (mantissa / sky.max(axis=-1) * 256)[..., None]
    texels = np.concatenate([scaled, (exponent + 128)[..., None]], axis=-1)
    header = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 32 +X 64\n"
    rows: np.ndarray = np.clip(texels, 0, 255).astype(np.uint8)
    return header + rows.tobytes()


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
