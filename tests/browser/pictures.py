"""Pictures of a page, and how alike two of them are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.float64]  # (height, width, 3), 0 to 255

WINDOW = 11  # pixels; with SIGMA the window of the paper
SIGMA = 1.5
TILES = 4  # a side
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def picture(png: bytes) -> Picture:
    """A screenshot as numbers."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), np.float64)


def similarity(a: Picture, b: Picture) -> float:
    """How alike two pictures are where they differ most; 1 is equal.

    The mean structural similarity of each of 4 × 4 tiles, in each channel: the least of all, so
    that a small thing that is missing counts as much as a large one.

    Source: Wang, Bovik, Sheikh, Simoncelli: Image quality assessment (2004), equation 13.
    """
    assert a.shape == b.shape, (a.shape, b.shape)
    mean_a, mean_b = _blurred(a), _blurred(b)
    variance_a = _blurred(a * a) - mean_a**2
    variance_b = _blurred(b * b) - mean_b**2
    covariance = _blurred(a * b) - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    structure = (2 * covariance + C2) / (variance_a + variance_b + C2)
    return min(
        float(tile.mean(axis=(0, 1)).min())
        for rows in np.array_split(luminance * structure, TILES, axis=0)
        for tile in np.array_split(rows, TILES, axis=1)
    )


def _blurred(values: Picture) -> Picture:
    """Through the Gaussian window, rows and then columns, only where it fits."""
    offsets = np.arange(WINDOW) - WINDOW // 2
    weights = np.exp(-(offsets**2) / (2 * SIGMA**2))
    weights /= weights.sum()
    for axis in (0, 1):
        size = values.shape[axis] - WINDOW + 1
        rows = np.moveaxis(values, axis, 0)
        blurred = weights[0] * rows[:size]
        for at in range(1, WINDOW):
            blurred += weights[at] * rows[at : at + size]
        values = np.moveaxis(blurred, 0, axis)
    return values
