"""Builds a level in the engine's format: entities, prefabs and their instances."""

from __future__ import annotations

import copy
import math
from typing import Any, Final

Vector = tuple[float, float, float]
Component = dict[str, Any]

ORIGIN: Final[Vector] = (0, 0, 0)
ONE: Final[Vector] = (1, 1, 1)


def component(kind: str, **data: Any) -> Component:
    """One component as the format writes it."""
    return {"type": kind, "data": data}


def script(name: str, **properties: Any) -> Component:
    """A script of this project."""
    return component("Script", scriptId=f"scripts/{name}.ts", properties=properties)


def entity(
    name: str,
    *components: Component,
    at: Vector = ORIGIN,
    turn: Vector = ORIGIN,
    scale: Vector = ONE,
    tags: tuple[str, ...] = (),
    parent: str | None = None,
    active: bool = True,
) -> dict[str, Any]:
    """An entity whose name is also its id, until a level makes that unique.

    ``at`` is in metres, relative to the parent; ``turn`` in degrees about x, y, z (intrinsic XYZ,
    as three.js).
    """
    return {
        "id": name,
        "name": name,
        "parentId": parent,
        "transform": {
            "position": _xyz(at),
            "rotation": _quaternion(turn),
            "scale": _xyz(scale),
        },
        "components": list(components),
        "tags": list(tags),
        "layer": 0,
        "active": active,
    }


class Level:
    """Collects what a level holds; ``document`` is what its file says."""

    def __init__(self, name: str, description: str, settings: dict[str, Any]) -> None:
        self._name = name
        self._description = description
        self._settings = settings
        self._assets: list[dict[str, str]] = []
        self._entities: list[dict[str, Any]] = []
        self._prefabs: dict[str, list[dict[str, Any]]] = {}
        self._used: dict[str, int] = {}

    def asset(self, kind: str, *paths: str) -> None:
        """Name files below ``assets/``; an id is the file's name without its ending."""
        for path in paths:
            name = path.rpartition("/")[2].partition(".")[0]
            if any(asset["id"] == name for asset in self._assets):
                raise ValueError(f"two assets are named {name}")
            self._assets.append({"id": name, "type": kind, "path": f"assets/{path}"})

    def prefab(self, *entities: dict[str, Any]) -> None:
        """A root and its children, to be placed here or spawned by scripts."""
        self._prefabs[entities[0]["name"]] = list(entities)

    def add(self, *entities: dict[str, Any]) -> None:
        """A root and its children, as they are."""
        renamed = {made["id"]: self._unique(made["id"]) for made in entities}
        for made in copy.deepcopy(entities):
            made["id"] = renamed[made["id"]]
            made["parentId"] = renamed.get(made["parentId"], made["parentId"])
            self._entities.append(made)

    def place(self, prefab: str, at: Vector, turn: Vector = ORIGIN, scale: Vector = ONE) -> None:
        """An instance: the prefab's entities again, with ids of their own."""
        made = copy.deepcopy(self._prefabs[prefab])
        made[0]["transform"] = entity("", at=at, turn=turn, scale=scale)["transform"]
        instance = self._unique(f"{prefab}-instance")
        for one in made:
            one |= {"prefabId": prefab, "prefabInstanceId": instance}
        self.add(*made)

    @property
    def document(self) -> dict[str, Any]:
        """The level, format version 1.0.0."""
        return {
            "formatVersion": "1.0.0",
            "metadata": {
                "name": self._name,
                "description": self._description,
                "author": "Aethel Export contributors",
                "createdAt": "2026-01-01T00:00:00Z",
                "modifiedAt": "2026-01-01T00:00:00Z",
                "version": "1.0.0",
                "tags": ["sample"],
            },
            "assets": self._assets,
            "entities": self._entities,
            "prefabs": [
                {"id": name, "name": name, "entities": made, "rootEntityId": made[0]["id"]}
                for name, made in self._prefabs.items()
            ],
            "settings": self._settings,
        }

    def _unique(self, name: str) -> str:
        number = self._used[name] = self._used.get(name, 0) + 1
        return name if number == 1 else f"{name}-{number}"


def _xyz(vector: Vector) -> dict[str, float]:
    return {axis: round(value, 4) for axis, value in zip("xyz", vector, strict=True)}


def _quaternion(degrees: Vector) -> dict[str, float]:
    """Source: three.js ``Quaternion.setFromEuler``, order XYZ."""
    (c1, s1), (c2, s2), (c3, s3) = (
        (math.cos(math.radians(angle) / 2), math.sin(math.radians(angle) / 2)) for angle in degrees
    )
    parts = {
        "x": s1 * c2 * c3 + c1 * s2 * s3,
        "y": c1 * s2 * c3 - s1 * c2 * s3,
        "z": c1 * c2 * s3 + s1 * s2 * c3,
        "w": c1 * c2 * c3 - s1 * s2 * s3,
    }
    return {axis: round(value, 6) for axis, value in parts.items()}
