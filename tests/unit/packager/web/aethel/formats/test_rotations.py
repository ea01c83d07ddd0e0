"""Rotations of every order are those of three.js, by matrices instead of quaternions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.packager.web.aethel.documents import rotations
from services.packager.web.aethel.documents.colors import of_linear

ANGLE = st.floats(-7, 7)


def about(axis: str, angle: float) -> Any:
    """The matrix of a turn about one axis."""
    c, s = np.cos(angle), np.sin(angle)
    return {
        "X": np.array([[1, 0, 0], [0, c, -s], [0, s, c]]),
        "Y": np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]),
        "Z": np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]),
    }[axis]


def matrix(turn: tuple[float, ...]) -> Any:
    """The matrix of a quaternion."""
    x, y, z, w = turn
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


@settings(deadline=None)
@given(st.tuples(ANGLE, ANGLE, ANGLE), st.sampled_from(rotations.ORDERS))
def test_an_order_names_the_turns_from_the_outside_in(
    angles: tuple[float, float, float], order: str
) -> None:
    """XYZ is Rx · Ry · Rz, as in three.js's Euler."""
    first, second, third = (about(axis, angles["XYZ".index(axis)]) for axis in order)
    made = matrix(rotations.from_euler(angles, order))
    assert made == pytest.approx(first @ second @ third, abs=1e-9)


@settings(deadline=None)
@given(st.tuples(ANGLE, ANGLE, ANGLE))
def test_a_mirrored_rotation_turns_mirrored_points(angles: tuple[float, float, float]) -> None:
    """Mirror, turn and mirror again is to turn as in the other world."""
    turn = rotations.from_euler(angles, "YXZ")
    mirror = np.diag([1, 1, -1])
    assert matrix(rotations.mirrored(turn)) == pytest.approx(
        mirror @ matrix(turn) @ mirror, abs=1e-9
    )


@pytest.mark.parametrize(
    ("linear", "written"),
    [((0, 0.5, 1), "#00bcff"), ((0.2, 0.4, 0.8), "#7caae7"), ((-1, 0.001, 9), "#0003ff")],
)
def test_linear_colours_are_written_as_srgb(
    linear: tuple[float, float, float], written: str
) -> None:
    """Beyond 0 and 1 there is nothing to write."""
    assert of_linear(linear) == written
