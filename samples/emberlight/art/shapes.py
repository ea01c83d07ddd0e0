"""Low-poly shapes as points, faces and colours (sRGB, 0 to 1); y is up, metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Mesh:
    """Points (n, 3), faces (m, 3) seen counter-clockwise from outside, colours (n, 3) or none."""

    points: np.ndarray
    faces: np.ndarray
    colors: np.ndarray | None = None

    def painted(self, color: str) -> Self:
        """In one colour, ``#rrggbb``."""
        return type(self)(self.points, self.faces, np.tile(rgb(color), (len(self.points), 1)))

    def moved(self, x: float = 0, y: float = 0, z: float = 0) -> Self:
        """Somewhere else."""
        return type(self)(self.points + np.array([x, y, z]), self.faces, self.colors)

    def scaled(self, x: float, y: float, z: float) -> Self:
        """Stretched about the origin."""
        return type(self)(self.points * np.array([x, y, z]), self.faces, self.colors)

    def turned(self, axis: int, degrees: float) -> Self:
        """Turned about the axis 0, 1 or 2, right-handed."""
        a, b = (axis + 1) % 3, (axis + 2) % 3
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        points = self.points.copy()
        points[:, a] = cosine * self.points[:, a] - sine * self.points[:, b]
        points[:, b] = sine * self.points[:, a] + cosine * self.points[:, b]
        return type(self)(points, self.faces, self.colors)

    def jittered(self, amount: float, seed: int) -> Self:
        """Every point moved a little, the same way each time."""
        noise = np.random.default_rng(seed).uniform(-amount, amount, self.points.shape)
        return type(self)(self.points + noise, self.faces, self.colors)

    def mottled(self, amount: float, seed: int) -> Self:
        """Every point a little lighter or darker."""
        colors = np.ones_like(self.points) if self.colors is None else self.colors
        shade = np.random.default_rng(seed).uniform(1 - amount, 1 + amount, (len(self.points), 1))
        return type(self)(self.points, self.faces, np.clip(colors * shade, 0, 1))


def rgb(color: str) -> np.ndarray:
    """``#rrggbb`` as three numbers from 0 to 1."""
    return np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])


def merged(meshes: Sequence[Mesh]) -> Mesh:
    """Several painted meshes as one."""
    starts = np.cumsum([0, *(len(mesh.points) for mesh in meshes)])
    faces = [mesh.faces + start for mesh, start in zip(meshes, starts, strict=False)]
    colors = [mesh.colors for mesh in meshes if mesh.colors is not None]
    points = np.concatenate([mesh.points for mesh in meshes])
    return Mesh(points, np.concatenate(faces), np.concatenate(colors))


def lathe(profile: Sequence[tuple[float, float]], sides: int) -> Mesh:
    """A profile of (radius, y) from bottom to top, turned about the y axis and closed."""
    angles = np.arange(sides) * 2 * math.pi / sides
    rings = [
        np.c_[radius * np.cos(angles), np.full(sides, y), -radius * np.sin(angles)]
        for radius, y in profile
    ]
    bottom, top = [[0, profile[0][1], 0]], [[0, profile[-1][1], 0]]
    points = np.concatenate([bottom, *rings, top])
    return Mesh(points, ring_faces(len(profile), sides))


def ring_faces(rings: int, sides: int) -> np.ndarray:
    """Faces over: a first point, rings of points, a last point."""
    faces = []
    last = rings * sides + 1
    for side in range(sides):
        after = (side + 1) % sides
        faces.append((0, 1 + after, 1 + side))
        for ring in range(rings - 1):
            low, high = 1 + ring * sides, 1 + (ring + 1) * sides
            faces.append((low + side, low + after, high + side))
            faces.append((low + after, high + after, high + side))
        top = 1 + (rings - 1) * sides
        faces.append((top + side, top + after, last))
    return np.array(faces)


def box(width: float, height: float, depth: float) -> Mesh:
    """About the origin."""
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    points = signs * [width / 2, height / 2, depth / 2]
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [face for a, b, c, d in quads for face in ((a, b, c), (a, c, d))]
    return Mesh(points, np.array(faces))


def ball(radius: float, sides: int, rings: int) -> Mesh:
    """A sphere with poles up and down."""
    turns = [math.pi * (ring + 1) / (rings + 1) - math.pi / 2 for ring in range(rings)]
    profile = [(radius * math.cos(turn), radius * math.sin(turn)) for turn in turns]
    mesh = lathe(profile, sides)
    points = mesh.points.copy()
    points[0], points[-1] = (0, -radius, 0), (0, radius, 0)
    return Mesh(points, mesh.faces)
