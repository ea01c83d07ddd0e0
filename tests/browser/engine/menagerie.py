"""A model with one of each thing that glTF can hold and that three.js reads."""

from __future__ import annotations

import math
from array import array
from typing import Any

from tests.gltf import FLOAT, UBYTE, UINT, USHORT, Model, bounds, flat, hills

IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
RING = 96  # points of the tentacle's skin, and of the cloud


def menagerie() -> Model:
    """Two scenes, a camera, a light, bones, shapes, sparse and interleaved data, extras."""
    model = hills()
    model.document |= {
        "scene": 1,
        "extras": {"keeper": "nobody"},
        "cameras": [
            {"name": "eye", "type": "perspective", "perspective": {"yfov": 1, "znear": 0.1}}
        ],
        "materials": [{"name": "skin", "extras": {"soft": True}, "pbrMetallicRoughness": {}}],
        "extensions": {
            "KHR_lights_punctual": {"lights": [{"type": "point", "intensity": 7}]},
            "ACME_sounds": {"roar": "loud"},
        },
        "extensionsUsed": ["KHR_lights_punctual", "ACME_sounds"],
    }
    lamp = {"KHR_lights_punctual": {"light": 0}}
    bone = model.add("nodes", {"name": "bone", "translation": [0, 1, 0], "extras": {"long": 2}})
    tail = model.add("nodes", {"name": "tail", "translation": [0, 1.5, 0.25]})
    model.document["nodes"][bone]["children"] = [tail]
    meshes = (_tentacle(model), _cloud(model), _sparse(model))
    others = [
        model.add(
            "nodes", {"name": "tentacle", "mesh": meshes[0], "skin": _skin(model, bone, tail)}
        ),
        *(model.add("nodes", {"mesh": mesh, "scale": [2, 1, 2]}) for mesh in meshes[1:]),
        model.add("nodes", {"name": "eye", "camera": 0}),
        model.add("nodes", {"name": "lamp", "extensions": lamp}),
    ]
    model.add("scenes", {"name": "cave", "nodes": [bone, *others]})
    _animate(model, tail, others[0])
    return model


def _tentacle(model: Model) -> int:
    """Skinned, with one shape, colours of bytes, and indices of words."""
    points = [(math.cos(n / 7), n / 40, math.sin(n / 7)) for n in range(RING)]
    shape = [(math.sin(n / 5) / 9, 0.0, 0.01) for n in range(RING)]
    share = [(n / RING, 1 - n / RING, 0, 0) for n in range(RING)]
    attributes = {
        "POSITION": model.accessor("VEC3", flat(points), **bounds(points)),
        "JOINTS_0": model.accessor("VEC4", [0, 1, 0, 0] * RING, UBYTE),
        "WEIGHTS_0": model.accessor("VEC4", flat(share)),
        "COLOR_0": model.accessor("VEC4", [9, 99, 200, 255] * RING, UBYTE, normalized=True),
    }
    target = {"POSITION": model.accessor("VEC3", flat(shape), **bounds(shape))}
    corners = flat([(n, n + 1, n + 2) for n in range(RING - 2)])
    primitive = {
        "attributes": attributes,
        "targets": [target],
        "indices": model.accessor("SCALAR", corners, UINT),
        "material": 0,
    }
    return model.add("meshes", {"primitives": [primitive], "extras": {"targetNames": ["curl"]}})


def _cloud(model: Model) -> int:
    """Points, interleaved with numbers of the maker's own, and a line through them."""
    rows = [(n / 9, n % 7 / 3, n % 5, n / RING, n / 777) for n in range(RING)]
    view = model.view(array("f", flat(rows)).tobytes(), byteStride=20, target=34962)
    place: dict[str, Any] = {"bufferView": view, "componentType": FLOAT, "count": RING}
    of_points = bounds([row[:3] for row in rows])
    attributes = {
        "POSITION": model.add("accessors", place | {"type": "VEC3"} | of_points),
        "_HEAT": model.add("accessors", place | {"type": "VEC2", "byteOffset": 12}),
    }
    corners = [n * 5 % RING for n in range(3 * RING)]
    lines = {
        "attributes": attributes,
        "mode": 3,
        "indices": model.accessor("SCALAR", corners, USHORT),
    }
    return model.add("meshes", {"primitives": [{"attributes": attributes, "mode": 0}, lines]})


def _sparse(model: Model) -> int:
    """A strip of which some points are elsewhere."""
    points = [(n / 9, n % 2, 0) for n in range(RING)]
    places = model.view(array("H", [3, 5]).tobytes())
    values = model.view(array("f", [9, 9, 9, 8, 8, 8]).tobytes())
    sparse = {
        "count": 2,
        "indices": {"bufferView": places, "componentType": USHORT},
        "values": {"bufferView": values},
    }
    most: dict[str, Any] = {"min": [0, 0, 0], "max": [(RING - 1) / 9, 9, 9]}
    position = model.accessor("VEC3", flat(points), sparse=sparse, **most)
    return model.add("meshes", {"primitives": [{"attributes": {"POSITION": position}, "mode": 5}]})


def _skin(model: Model, *joints: int) -> int:
    inverse = model.accessor("MAT4", IDENTITY * len(joints))
    return model.add("skins", {"joints": list(joints), "inverseBindMatrices": inverse})


def _animate(model: Model, tail: int, shaped: int) -> None:
    """A clip of each kind of movement."""
    seconds = [n / 30 for n in range(RING)]
    times = model.accessor("SCALAR", seconds, min=[0], max=[seconds[-1]])
    turns = [(math.sin(s / 9), 0, 0, math.cos(s / 9)) for s in seconds]
    moves = [(s, math.sin(s), 0.5) for s in seconds]
    moved = {
        "rotation": model.accessor("VEC4", flat(turns)),
        "translation": model.accessor("VEC3", flat(moves)),
        "scale": model.accessor("VEC3", flat([(1 + s / 99,) * 3 for s in seconds])),
        "weights": model.accessor("SCALAR", [abs(math.sin(s)) for s in seconds]),
    }
    samplers = [{"input": times, "output": output} for output in moved.values()]
    channels = [
        {"sampler": number, "target": {"node": shaped if path == "weights" else tail, "path": path}}
        for number, path in enumerate(moved)
    ]
    model.add("animations", {"name": "wave", "samplers": samplers, "channels": channels})
