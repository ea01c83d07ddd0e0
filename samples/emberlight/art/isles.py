"""Islands: one formula gives both the mesh and the height at a place, where things stand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from samples.emberlight.art.shapes import Mesh, rgb, ring_faces

SAND, GRASS, MOSS, ROCK = (rgb(c) for c in ("#e9c996", "#7fa65c", "#4f8a5b", "#7d6a78"))
DEPTH_M = -1.6  # where the flank ends, below the sea
RINGS = 13


@dataclass(frozen=True)
class Isle:
    """A plateau with a beach around it and hills on it; metres, its centre at x = z = 0."""

    radius: float
    height: float
    seed: int
    hills: tuple[tuple[float, float, float, float], ...] = ()  # x, z, radius, height
    sides: int = 48

    def height_at(self, x: float, z: float) -> float:
        """The ground above the sea."""
        return float(self._heights(np.array([x]), np.array([z]))[0])

    def mesh(self) -> Mesh:
        """Coloured by height and slope."""
        angles = np.arange(self.sides) * 2 * math.pi / self.sides
        shares = np.linspace(1.25, 1.25 / RINGS, RINGS)[:, None]
        reach = self._coast(angles) * shares
        x, z = (reach * np.cos(angles)).ravel(), (-reach * np.sin(angles)).ravel()
        x, z = np.r_[0, x, 0], np.r_[0, z, 0]
        y = self._heights(x, z)
        y[0] = 2 * DEPTH_M  # the first point closes the bottom
        return Mesh(np.c_[x, y, z], ring_faces(RINGS, self.sides), self._colors(x, y, z))

    @cached_property
    def _waves(self) -> np.ndarray:
        """Rows of frequency x, frequency z, phase."""
        random = np.random.default_rng(self.seed)
        return np.c_[random.uniform(-0.7, 0.7, (6, 2)), random.uniform(0, 2 * math.pi, 6)]

    def _coast(self, angles: np.ndarray) -> np.ndarray:
        phases = self._waves[:3, 2, None]
        waves = np.sin(np.array([[2], [3], [5]]) * angles + phases)
        return self.radius * (1 + 0.05 * waves.sum(axis=0))

    def _noise(self, x: np.ndarray, z: np.ndarray) -> np.ndarray:
        a, b, phase = self._waves.T[:, :, None]
        return np.sin(a * x + b * z + phase).mean(axis=0)

    def _heights(self, x: np.ndarray, z: np.ndarray) -> np.ndarray:
        share = np.hypot(x, z) / self._coast(np.arctan2(-z, x))
        plateau = np.clip((1 - share) / 0.42, 0, 1)
        plateau = plateau * plateau * (3 - 2 * plateau)
        flank = DEPTH_M * np.clip((share - 0.94) / 0.31, 0, 1)
        y = plateau * (self.height + 0.25 * self._noise(x, z)) + 0.12 + flank
        for hill_x, hill_z, radius, height in self.hills:
            near = np.clip(1 - np.hypot(x - hill_x, z - hill_z) / radius, 0, 1)
            y = y + height * near * near * (3 - 2 * near)
        return y

    def _colors(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        step = 0.3
        slope = np.hypot(
            self._heights(x + step, z) - self._heights(x - step, z),
            self._heights(x, z + step) - self._heights(x, z - step),
        ) / (2 * step)
        green = np.clip((y - 0.45) / 0.4, 0, 1)[:, None]
        moss = np.clip(0.5 + self._noise(z, x), 0, 1)[:, None]
        stone = np.clip((slope - 0.62) / 0.2, 0, 1)[:, None]
        ground = (1 - green) * SAND + green * ((1 - moss) * GRASS + moss * MOSS)
        uneven = 0.07 * np.minimum(1, np.hypot(x, z) / (0.5 * self.radius))[:, None]
        shade = 1 + uneven * np.random.default_rng(self.seed).uniform(-1, 1, (len(x), 1))
        return np.clip(((1 - stone) * ground + stone * ROCK) * shade, 0, 1)
