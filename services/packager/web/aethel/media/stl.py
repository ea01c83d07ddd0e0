"""STL models, binary or text, become glTF: triangles with their own normals."""

from __future__ import annotations

import re
import struct
from array import array
from typing import Final

from services.packager.project.unreadable import UnreadableError
from services.packager.web.aethel.media.triangles import Part, glb_of

MOST: Final = 1_000_000  # triangles
_HEADER: Final = 80
_COUNT: Final = struct.Struct("<I")
_TRIANGLE: Final = struct.Struct("<12f2x")
_FACET: Final = re.compile(
    rb"facet\s+normal\s+(\S+)\s+(\S+)\s+(\S+)\s+outer\s+loop"
    + rb"\s+vertex\s+(\S+)\s+(\S+)\s+(\S+)" * 3
)


def glb_of_stl(data: bytes) -> bytes:
    """The model.

    Raises:
        UnreadableError: It is broken, or too large.
    """
    count = _COUNT.unpack_from(data, _HEADER)[0] if len(data) >= _HEADER + _COUNT.size else -1
    body = data[_HEADER + _COUNT.size :]
    if count >= 0 and len(body) == count * _TRIANGLE.size:
        triangles = (values for values in _TRIANGLE.iter_unpack(body))
    elif data.lstrip().startswith(b"solid"):
        count = data.count(b"facet normal")
        triangles = (tuple(map(float, match.groups())) for match in _FACET.finditer(data))
    else:
        raise UnreadableError("is no STL model: its length is not what it says")
    if not 0 < count <= MOST:
        raise UnreadableError(f"has {count:,} triangles; 1 to {MOST:,} are converted")
    positions, normals = array("f"), array("f")
    for values in triangles:
        positions.extend(values[3:12])
        normals.extend(_normal(values) * 3)
    if not positions:
        raise UnreadableError("has no triangle that can be read")
    return glb_of([Part(positions=positions, normals=normals)], [], [])


def _normal(values: tuple[float, ...]) -> tuple[float, ...]:
    """Its own; where a program has left that out, of the corners."""
    if any(values[:3]):
        return values[:3]
    a, b, c = values[3:6], values[6:9], values[9:12]
    u = [q - p for p, q in zip(a, b, strict=True)]
    v = [q - p for p, q in zip(a, c, strict=True)]
    x, y, z = u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]
    length = (x * x + y * y + z * z) ** 0.5 or 1.0
    return (x / length, y / length, z / length)
