"""Small projects in the engine's format, for tests that look at what the player makes of them."""

from __future__ import annotations

import copy
import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.async_api import ViewportSize

    Vector = tuple[float, float, float]

SIZE: ViewportSize = {"width": 320, "height": 180}  # enough to see, cheap to draw


def part(kind: str, **data: Any) -> dict[str, Any]:
    """A component."""
    return {"type": kind, "data": data}


def thing(
    name: str,
    *components: dict[str, Any],
    at: Vector = (0, 0, 0),
    turn: Vector = (0, 0, 0),
    scale: Vector = (1, 1, 1),
    **more: Any,
) -> dict[str, Any]:
    """An entity; ``turn`` in degrees about x, then y, then z of its own."""
    transform = {"position": _xyz(at), "rotation": quaternion(turn), "scale": _xyz(scale)}
    entity: dict[str, Any] = {
        "id": name,
        "name": name,
        "parentId": None,
        "transform": transform,
        "tags": [],
    }
    return entity | {"components": list(components), "layer": 0, "active": True} | more


def level(
    *entities: dict[str, Any],
    assets: Mapping[str, str] | None = None,
    prefabs: tuple[dict[str, Any], ...] = (),
    settings: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A level; ``assets`` maps ids to ``type:path``."""
    named = [
        {"id": name, "type": kind, "path": path}
        for name, (kind, _, path) in {
            name: value.partition(":") for name, value in (assets or {}).items()
        }.items()
    ]
    return {
        "formatVersion": "1.0.0",
        "metadata": {"name": "test", "version": "1.0.0", "tags": []},
        "assets": named,
        "entities": list(entities),
        "prefabs": list(prefabs),
        "settings": settings or {},
    }


def project(
    scene: dict[str, Any],
    *files: Mapping[str, bytes | str],
    variants: Mapping[str, dict[str, Any]] | None = None,
    **config: Any,
) -> dict[str, bytes]:
    """A whole project around one scene (``main``) and others by name; path to bytes."""
    scenes = {f"scenes/{name}.json": one for name, one in (variants or {}).items()}
    game = {"name": "Test", "version": "1.0.0", "startScene": "main", "include": list(scenes)}
    texts: dict[str, bytes | str] = {
        "game.json": json.dumps(game | config),
        **{path: json.dumps(one) for path, one in (scenes | {"scenes/main.json": scene}).items()},
        **{path: text for group in files for path, text in group.items()},
    }
    return {path: text.encode() if isinstance(text, str) else text for path, text in texts.items()}


def changed(scene: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one value replaced; entities and components are found by name and type.

    ``entities.box.components.MeshRenderer.castShadows`` or ``settings.fog.enabled``; the value
    ``None`` takes an entity or a component out.
    """
    copied = copy.deepcopy(scene)
    *way, last = path.split(".")
    place: Any = copied
    for step in way:
        place = place[_key(place, step)]
        place = place["data"] if isinstance(place, dict) and "data" in place else place
    if value is None:
        del place[_key(place, last)]
    else:
        place[_key(place, last)] = value
    return copied


def _key(place: Any, step: str) -> Any:
    if isinstance(place, dict):
        return step
    names = ("id", "type")
    return next(n for n, one in enumerate(place) if step in {one.get(name) for name in names})


def quaternion(degrees: Vector) -> dict[str, float]:
    """Source: three.js ``Quaternion.setFromEuler``, order XYZ."""
    halves = [math.radians(angle) / 2 for angle in degrees]
    (c1, s1), (c2, s2), (c3, s3) = ((math.cos(half), math.sin(half)) for half in halves)
    return {
        "x": s1 * c2 * c3 + c1 * s2 * s3,
        "y": c1 * s2 * c3 - s1 * c2 * s3,
        "z": c1 * c2 * s3 + s1 * s2 * c3,
        "w": c1 * c2 * c3 - s1 * s2 * s3,
    }


def _xyz(vector: Vector) -> dict[str, float]:
    return dict(zip("xyz", vector, strict=True))
