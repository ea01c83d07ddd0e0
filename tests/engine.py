"""Small projects in the engine's own format, for tests."""

from __future__ import annotations

import json
import struct
import zlib
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from services.packager.web.aethel.findings import InvalidProjectError
from tests.projects import Built, build, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.domain.options import Configuration


def as_json(document: Any) -> bytes:
    """A file of the project."""
    return json.dumps(document).encode()


def entity(name: str, *components: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """An entity of a level."""
    return {"id": name, "name": name, "components": list(components), **fields}


def component(kind: str, **data: Any) -> dict[str, Any]:
    """A component of an entity."""
    return {"type": kind, "data": data}


def level(*entities: dict[str, Any], **parts: Any) -> bytes:
    """A level; the last of its entities is one that is seen, as one that shows nothing fails."""
    seen = entity("backdrop", component("MeshRenderer", meshId="primitive:plane"))
    return as_json({"formatVersion": "1.0.0", "entities": [*entities, seen], **parts})


def assets(**paths: str) -> list[dict[str, Any]]:
    """A level's table of assets; ``-`` cannot stand in a name, so ``_`` does."""
    return [{"id": name, "type": _type_of(path), "path": path} for name, path in paths.items()]


def glb(**document: Any) -> bytes:
    """A binary glTF model without meshes."""
    text = as_json({"asset": {"version": "2.0"}, **document})
    text += b" " * (-len(text) % 4)
    return struct.pack("<4sIIII", b"glTF", 2, 20 + len(text), len(text), 0x4E4F534A) + text


def aelv(text: bytes, *, length: int | None = None, version: int = 1) -> bytes:
    """A binary level, true or not."""
    packed = zlib.compress(text)
    announced = len(text) if length is None else length
    return struct.pack("<4sIII", b"AELV", version, len(packed), announced) + packed


def project(**files: Any) -> dict[str, bytes]:
    """A project with an empty first scene; ``game`` are fields of ``game.json``."""
    game = files.pop("game", {})
    return {"game.json": as_json({"name": "Toy", **game}), "scenes/main.json": level()} | files


def export(
    files: Mapping[str, bytes], configuration: Configuration = "release", **options: Any
) -> Built:
    """The project as a web artifact."""
    return build(files, request("web", configuration, **options))


def boot(built: Built) -> dict[str, Any]:
    """What the player reads first."""
    manifest: dict[str, Any] = msgspec.json.decode(built.files["aethel.json"])
    return manifest


def notes(built: Built) -> str:
    """Everything that the maker is told, one a line."""
    return "\n".join(map(str, built.plan.notes))


def problems(
    files: Mapping[str, bytes], configuration: Configuration = "release", **options: Any
) -> list[str]:
    """What keeps the project from being exported, one by one."""
    with pytest.raises(InvalidProjectError) as caught:
        export(files, configuration, **options)
    assert all(str(problem) in str(caught.value) for problem in caught.value.errors[:50])
    return [str(problem) for problem in caught.value.errors]


def _type_of(path: str) -> str:
    kinds = {
        "glb": "model",
        "gltf": "model",
        "png": "texture",
        "jpg": "texture",
        "wav": "audio",
        "ts": "script",
    }
    kind = kinds.get(path.rpartition(".")[2], "material")
    return "prefab" if "prefab" in path else kind
