"""glTF models made by hand, with as much of the format as a test asks for."""

from __future__ import annotations

import json
import math
import struct
from array import array
from functools import cache
from typing import TYPE_CHECKING, Any

from services.packager.optimizing.meshopt import EncoderProgram
from services.packager.web.aethel.player_chunks import player_of
from tests.projects import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from services.packager.optimizing.meshopt import Encoder

JSON, BINARY = 0x4E4F534A, 0x004E4942
FLOAT, USHORT, UINT, UBYTE = 5126, 5123, 5125, 5121
CODES = {FLOAT: "f", USHORT: "H", UINT: "I", UBYTE: "B"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Model:
    """A document and its bytes; views are added one by one."""

    def __init__(self, **document: Any) -> None:
        self.document: dict[str, Any] = {"asset": {"version": "2.0"}, **document}
        self.binary = bytearray()

    def view(self, data: bytes, **fields: Any) -> int:
        """A view of its own for these bytes."""
        self.binary += bytes(-len(self.binary) % 4)
        place = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)}
        self.binary += data
        return self.add("bufferViews", place | fields)

    def accessor(
        self, kind: str, numbers: Iterable[float], component: int = FLOAT, **fields: Any
    ) -> int:
        """An accessor with a view of its own."""
        values = array(CODES[component], numbers)
        count = len(values) // WIDTHS[kind]
        view = self.view(values.tobytes())
        described = {"bufferView": view, "componentType": component, "count": count, "type": kind}
        return self.add("accessors", described | fields)

    def add(self, name: str, entry: Any) -> int:
        """Append to one of the document's lists; its number."""
        self.document.setdefault(name, []).append(entry)
        return len(self.document[name]) - 1

    def glb(self) -> bytes:
        """As one file."""
        self.document["buffers"] = [{"byteLength": len(self.binary)}]
        return as_glb(self.document, bytes(self.binary))

    def parted(self, uri: str) -> tuple[bytes, bytes]:
        """As a ``.gltf``, and its buffer in a file of that name."""
        self.document["buffers"] = [{"byteLength": len(self.binary), "uri": uri}]
        return json.dumps(self.document).encode(), bytes(self.binary)


def as_glb(document: Any, binary: bytes = b"") -> bytes:
    """The container."""
    text = json.dumps(document, separators=(",", ":")).encode()
    chunks = [(JSON, text + b" " * (-len(text) % 4))]
    chunks += [(BINARY, binary + bytes(-len(binary) % 4))] if binary else []
    body = b"".join(struct.pack("<II", len(chunk), kind) + chunk for kind, chunk in chunks)
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def document_of(data: bytes) -> dict[str, Any]:
    """The JSON of a ``.glb``."""
    (size,) = struct.unpack_from("<I", data, 12)
    found: dict[str, Any] = json.loads(data[20 : 20 + size])
    return found


def binary_of(data: bytes) -> bytes:
    """The bytes of a ``.glb``."""
    (size,) = struct.unpack_from("<I", data, 12)
    return data[28 + size :]


def hills(side: int = 24, *, name: str = "hills") -> Model:
    """A waved surface with normals and texture coordinates; the larger the side, the more of it."""
    model = Model()
    steps = [(x / side, z / side) for z in range(side + 1) for x in range(side + 1)]
    heights = [math.sin(7 * x) * math.cos(5 * z) / 7 for x, z in steps]
    points = [(x, y, z) for (x, z), y in zip(steps, heights, strict=True)]
    primitive = {
        "attributes": {
            "POSITION": model.accessor("VEC3", flat(points), **bounds(points)),
            "NORMAL": model.accessor("VEC3", flat(map(_upright, steps))),
            "TEXCOORD_0": model.accessor("VEC2", flat(steps)),
        },
        "indices": model.accessor("SCALAR", flat(_faces(side)), USHORT),
    }
    model.add("meshes", {"name": name, "primitives": [primitive]})
    model.add("nodes", {"name": name, "mesh": 0})
    model.add("scenes", {"nodes": [0]})
    return model


def bounds(rows: Sequence[Sequence[float]]) -> dict[str, Any]:
    """What an accessor says of its values, as floats hold them."""
    columns = [array("f", column) for column in zip(*rows, strict=True)]
    return {"min": [min(column) for column in columns], "max": [max(column) for column in columns]}


def flat(rows: Iterable[Iterable[Any]]) -> list[Any]:
    """One after the other."""
    return [value for row in rows for value in row]


def mesh_encoder() -> bytes:
    """What the player's template carries."""
    template = TEMPLATES.get("player")
    return template.read(player_of(template).mesh_encoder)


def encoder(**limits: int) -> Encoder:
    """For one model."""
    return encoder_program().start(**limits)


@cache
def encoder_program() -> EncoderProgram:
    """Compiled once in a process, as the packager does it."""
    return EncoderProgram(mesh_encoder())


def _upright(at: tuple[float, float]) -> tuple[float, float, float]:
    x, z = at
    slope = (-math.cos(7 * x) * math.cos(5 * z), 1.0, math.sin(7 * x) * math.sin(5 * z) * 5 / 7)
    length = math.hypot(*slope)
    return (slope[0] / length, slope[1] / length, slope[2] / length)


def _faces(side: int) -> Iterable[tuple[int, ...]]:
    row = side + 1
    for corner in (z * row + x for z in range(side) for x in range(side)):
        yield corner, corner + row, corner + 1
        yield corner + 1, corner + row, corner + row + 1
