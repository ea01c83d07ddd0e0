"""Triangles are written as a glTF model: one mesh, a part for each material."""

from __future__ import annotations

from array import array
from math import isfinite
from typing import Any, Final

import msgspec

from services.packager.optimizing import glb
from services.packager.project.unreadable import UnreadableError

FLOAT: Final = 5126
UNSIGNED: Final = 5125
ARRAY_BUFFER: Final = 34962
ELEMENTS: Final = 34963
_WIDTH: Final = {"POSITION": "VEC3", "NORMAL": "VEC3", "TEXCOORD_0": "VEC2"}


class Part(msgspec.Struct, kw_only=True):
    """Triangles of one material; ``indices`` absent: three corners after the other."""

    positions: array[float]  # x, y, z
    normals: array[float] | None = None
    coordinates: array[float] | None = None  # u, v; v downwards
    indices: array[int] | None = None
    material: int | None = None


def glb_of(parts: list[Part], materials: list[dict[str, Any]], images: list[str]) -> bytes:
    """The model.

    Args:
        parts: At least one.
        materials: As glTF has them; textures count in the order of the images.
        images: URIs beside the model.

    Raises:
        UnreadableError: A coordinate is no number.
    """
    binary = bytearray()
    views: list[dict[str, Any]] = []
    accessors: list[dict[str, Any]] = []

    def accessor(values: array[Any], kind: str, component: int, target: int) -> int:
        data = values.tobytes()
        views.append(
            {"buffer": 0, "byteOffset": len(binary), "byteLength": len(data), "target": target}
        )
        binary.extend(data)
        width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}[kind]
        accessors.append(
            {
                "bufferView": len(views) - 1,
                "componentType": component,
                "count": len(values) // width,
                "type": kind,
            }
        )
        return len(accessors) - 1

    primitives = []
    for part in parts:
        attributes = {}
        for name, values in (
            ("POSITION", part.positions),
            ("NORMAL", part.normals),
            ("TEXCOORD_0", part.coordinates),
        ):
            if values is not None:
                attributes[name] = accessor(values, _WIDTH[name], FLOAT, ARRAY_BUFFER)
        accessors[attributes["POSITION"]] |= _bounds(part.positions)
        primitive: dict[str, Any] = {"attributes": attributes}
        if part.indices is not None:
            primitive["indices"] = accessor(part.indices, "SCALAR", UNSIGNED, ELEMENTS)
        if part.material is not None:
            primitive["material"] = part.material
        primitives.append(primitive)
    document: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "aethel-export"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": primitives}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
    }
    if materials:
        document["materials"] = materials
    if images:
        document["images"] = [{"uri": uri} for uri in images]
        document["textures"] = [{"source": number} for number in range(len(images))]
    return glb.write(document, binary)


def _bounds(positions: array[float]) -> dict[str, list[float]]:
    columns = [positions[axis::3] for axis in range(3)]
    if not all(isfinite(sum(column)) for column in columns):
        raise UnreadableError("has a coordinate that is no number")
    return {"min": [min(column) for column in columns], "max": [max(column) for column in columns]}
