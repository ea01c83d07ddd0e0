"""Rotations of every format become quaternions: right-handed, ``(x, y, z, w)``."""

from __future__ import annotations

from math import cos, radians, sin
from typing import Final

Vector = tuple[float, ...]
Quaternion = tuple[float, float, float, float]
NONE: Final[Quaternion] = (0.0, 0.0, 0.0, 1.0)
ORDERS: Final = ("XYZ", "YXZ", "ZXY", "ZYX", "YZX", "XZY")


def from_euler(angles: Vector, order: str = "XYZ") -> Quaternion:
    """Of three angles in radians, as three.js has them: ``XYZ`` turns about z first, x last."""
    turn = NONE
    for axis in order:
        number = "XYZ".index(axis)
        half = angles[number] / 2
        parts = [0.0, 0.0, 0.0, cos(half)]
        parts[number] = sin(half)
        turn = product(turn, (parts[0], parts[1], parts[2], parts[3]))
    return turn


def from_degrees(angles: Vector, order: str = "XYZ") -> Quaternion:
    """Likewise, of degrees."""
    return from_euler(tuple(map(radians, angles)), order)


def product(a: Quaternion, b: Quaternion) -> Quaternion:
    """The rotation ``b``, then ``a``."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def mirrored_place(place: Vector) -> Vector:
    """A position of a left-handed world (z ahead) in a right-handed one (z behind)."""
    x, y, z = place
    return (x, y, 0.0 - z)


def mirrored(turn: Quaternion) -> Quaternion:
    """A rotation of a left-handed world in a right-handed one."""
    x, y, z, w = turn
    return (0.0 - x, 0.0 - y, z, w)
