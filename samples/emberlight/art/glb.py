"""Binary glTF 2.0 from meshes, materials and key frames; nothing but what this sample needs."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

if TYPE_CHECKING:
    from samples.emberlight.art.shapes import Mesh

FLOAT: Final = 5126
UNSIGNED_SHORT: Final = 5123
VERTICES: Final = 34962  # ARRAY_BUFFER
INDICES: Final = 34963  # ELEMENT_ARRAY_BUFFER
JSON_CHUNK: Final = 0x4E4F534A
BINARY_CHUNK: Final = 0x004E4942

TrackPath = Literal["translation", "rotation", "scale"]


@dataclass(frozen=True)
class Material:
    """Metallic-roughness; vertex colours multiply ``color``. Colours are linear, 0 to 1."""

    name: str
    color: tuple[float, float, float, float] = (1, 1, 1, 1)
    metalness: float = 0.0
    roughness: float = 0.9
    emissive: tuple[float, float, float] = (0, 0, 0)
    double_sided: bool = False


@dataclass(frozen=True)
class Node:
    """A named place in the model with meshes and children."""

    name: str
    parts: list[tuple[Mesh, Material]] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)
    translation: tuple[float, float, float] = (0, 0, 0)


@dataclass(frozen=True)
class Track:
    """Key frames of one property of one node: times (n) in seconds, values (n, 3 or 4)."""

    node: str
    path: TrackPath
    times: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Clip:
    """A named animation."""

    name: str
    tracks: list[Track]


def glb(root: Node, clips: list[Clip] | None = None) -> bytes:
    """The model as one file. Source: glTF 2.0, chapter 4 (GLB) and 3 (JSON)."""
    writer = _Writer()
    writer.node(root)
    writer.document["scenes"] = [{"nodes": [len(writer.document["nodes"]) - 1]}]
    for clip in clips or []:
        writer.clip(clip)
    return writer.bytes()


class _Writer:
    def __init__(self) -> None:
        lists = ("nodes", "meshes", "materials", "accessors", "bufferViews", "animations")
        self.document: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "emberlight art"},
            "scene": 0,
            **{name: [] for name in lists},
        }
        self._data = bytearray()
        self._materials: dict[str, int] = {}
        self._nodes: dict[str, int] = {}

    def node(self, node: Node) -> int:
        children = [self.node(child) for child in node.children]
        written: dict[str, Any] = {"name": node.name, "translation": list(node.translation)}
        if children:
            written["children"] = children
        if node.parts:
            primitives = [self._primitive(mesh, material) for mesh, material in node.parts]
            written["mesh"] = self._add("meshes", {"name": node.name, "primitives": primitives})
        self._nodes[node.name] = self._add("nodes", written)
        return self._nodes[node.name]

    def clip(self, clip: Clip) -> None:
        samplers, channels = [], []
        for track in clip.tracks:
            kind = "VEC4" if track.path == "rotation" else "VEC3"
            target = {"node": self._nodes[track.node], "path": track.path}
            channels.append({"sampler": len(samplers), "target": target})
            times = self._accessor(track.times.astype("<f4")[:, None], FLOAT, "SCALAR", bounds=True)
            output = self._accessor(track.values.astype("<f4"), FLOAT, kind)
            samplers.append({"input": times, "output": output})
        self._add("animations", {"name": clip.name, "samplers": samplers, "channels": channels})

    def bytes(self) -> bytes:
        document = {name: value for name, value in self.document.items() if value != []}
        document["buffers"] = [{"byteLength": len(self._data)}]
        text = json.dumps(document, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        body = _chunk(JSON_CHUNK, text) + _chunk(BINARY_CHUNK, bytes(self._data))
        return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body

    def _primitive(self, mesh: Mesh, material: Material) -> dict[str, Any]:
        """No normals: glTF asks viewers for flat ones then, which is the look wanted here."""
        position = self._accessor(mesh.points.astype("<f4"), FLOAT, "VEC3", VERTICES, bounds=True)
        attributes = {"POSITION": position}
        if mesh.colors is not None:
            linear = np.c_[_linear(mesh.colors), np.ones(len(mesh.colors))]
            shorts = np.round(linear * 65535).astype("<u2")
            color = self._accessor(shorts, UNSIGNED_SHORT, "VEC4", VERTICES, normalized=True)
            attributes["COLOR_0"] = color
        faces = mesh.faces.astype("<u2").reshape(-1, 1)
        indices = self._accessor(faces, UNSIGNED_SHORT, "SCALAR", INDICES)
        return {
            "attributes": attributes,
            "indices": indices,
            "material": self._material(material),
        }

    def _material(self, material: Material) -> int:
        if material.name not in self._materials:
            written: dict[str, Any] = {
                "name": material.name,
                "pbrMetallicRoughness": {
                    "baseColorFactor": list(material.color),
                    "metallicFactor": material.metalness,
                    "roughnessFactor": material.roughness,
                },
                "emissiveFactor": list(material.emissive),
                "doubleSided": material.double_sided,
            }
            if material.color[3] < 1:
                written["alphaMode"] = "BLEND"
            self._materials[material.name] = self._add("materials", written)
        return self._materials[material.name]

    def _accessor(
        self,
        rows: np.ndarray,
        component: int,
        kind: str,
        target: int | None = None,
        *,
        bounds: bool = False,
        normalized: bool = False,
    ) -> int:
        self._data += b"\0" * (-len(self._data) % 4)
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self._data)}
        self._data += rows.tobytes()
        view["byteLength"] = len(self._data) - view["byteOffset"]
        if target is not None:
            view["target"] = target
        accessor: dict[str, Any] = {
            "bufferView": self._add("bufferViews", view),
            "componentType": component,
            "count": len(rows),
            "type": kind,
        }
        if normalized:
            accessor["normalized"] = True
        if bounds:
            accessor["min"] = rows.min(axis=0).tolist()
            accessor["max"] = rows.max(axis=0).tolist()
        return self._add("accessors", accessor)

    def _add(self, name: str, value: dict[str, Any]) -> int:
        self.document[name].append(value)
        return len(self.document[name]) - 1


def _chunk(kind: int, data: bytes) -> bytes:
    data += b"\0" * (-len(data) % 4)
    return struct.pack("<II", len(data), kind) + data


def _linear(color: np.ndarray) -> np.ndarray:
    """SRGB to linear, IEC 61966-2-1."""
    low = color / 12.92
    return np.where(color <= 0.04045, low, ((color + 0.055) / 1.055) ** 2.4)
