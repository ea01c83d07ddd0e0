"""Projects of the engine's editors, read as an export reads them, and levels computed with."""

from __future__ import annotations

import json
from math import radians, tan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from services.packager.project.old_export import game_in
from services.packager.web.aethel.findings import Findings
from services.packager.web.aethel.load_project import LoadedProject, inspect
from tests.projects import in_memory, request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.domain.options import Configuration

PROJECTS = Path(__file__).parents[5] / "browser/editor/projects"
Vector = tuple[float, float, float]


def editor_project(name: str) -> dict[str, bytes]:
    """The files of one of the small projects that the browser tests play, too."""
    folder = PROJECTS / name
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


class Reading:
    """A project that was read whole, and what its maker is told."""

    def __init__(
        self, files: Mapping[str, bytes], configuration: Configuration = "release", **options: Any
    ) -> None:
        asked = request("web", configuration, **options)
        self.findings = Findings()
        project = game_in(in_memory(files, asked))
        self.loaded: LoadedProject = inspect(project, asked, self.findings)

    @property
    def errors(self) -> list[str]:
        """What keeps it from being exported."""
        return [str(error) for error in self.findings.errors]

    @property
    def warnings(self) -> list[str]:
        """What its maker should look at."""
        return [str(note) for note in self.findings.notes if note.level == "warning"]

    @property
    def told(self) -> str:
        """All of it, one a line."""
        return "\n".join([*self.errors, *map(str, self.findings.notes)])

    def document(self, path: str) -> Any:
        """A file as the player gets it."""
        project = self.loaded.project
        return msgspec.json.decode(project.read(path))

    @property
    def level(self) -> Level:
        """The first scene, as the player gets it."""
        return Level(self.document(self.loaded.scenes[self.loaded.start].file))

    def scene(self, name: str) -> Level:
        """A scene, as the player gets it."""
        return Level(self.document(self.loaded.scenes[name].file))


class Level:
    """A level to compute with."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.settings = document["settings"]
        self.entities = {entity["name"]: entity for entity in document["entities"]}
        self._by_id = {entity["id"]: entity for entity in document["entities"]}
        assets = document.get("assets", [])
        self._inline: dict[str, Any] = {asset["id"]: asset.get("data") for asset in assets}

    def component(self, name: str, kind: str) -> dict[str, Any]:
        """The data of an entity's component."""
        parts = self.entities[name]["components"]
        return next(part["data"] for part in parts if part["type"] == kind)

    def kinds(self, name: str) -> list[str]:
        """The types of an entity's components."""
        return [part["type"] for part in self.entities[name]["components"]]

    def material(self, name: str) -> dict[str, Any]:
        """The material that stands in the level, of an entity's mesh."""
        (material,) = self.component(name, "MeshRenderer")["materialIds"]
        data: dict[str, Any] = self._inline[material]
        return data

    def position(self, name: str) -> Vector:
        """Relative to its parent."""
        place = self.entities[name]["transform"]["position"]
        return place["x"], place["y"], place["z"]

    def world(self, name: str) -> Vector:
        """Where an entity stands."""
        return self._outside(self.entities[name], (0.0, 0.0, 0.0))

    def point(self, name: str, local: Vector) -> Vector:
        """Where a point of an entity stands."""
        return self._outside(self.entities[name], local)

    def forward(self, name: str) -> Vector:
        """Along its own -z, in the world."""
        x, y, z = self.point(name, (0.0, 0.0, -1.0))
        ox, oy, oz = self.world(name)
        return x - ox, y - oy, z - oz

    def projected(self, name: str, camera: str, *, aspect: float = 16 / 9) -> tuple[float, float]:
        """Where in the picture, from -1 to 1, an entity's centre is seen."""
        x, y, z = self.world(name)
        ox, oy, oz = self.world(camera)
        chain = self._chain(self.entities[camera])
        seen: Vector = (x - ox, y - oy, z - oz)
        for entity in reversed(chain):
            seen = _turned(seen, _conjugate(_turn(entity)))
        half = tan(radians(self.component(camera, "Camera").get("fov", 60)) / 2)
        assert seen[2] < 0, f"{name} is behind the camera"
        return seen[0] / -seen[2] / half / aspect, seen[1] / -seen[2] / half

    def _chain(self, entity: dict[str, Any]) -> list[dict[str, Any]]:
        chain = [entity]
        while parent := chain[-1]["parentId"]:
            chain.append(self._by_id[parent])
        return chain

    def _outside(self, entity: dict[str, Any], point: Vector) -> Vector:
        for part in self._chain(entity):
            scale, place = part["transform"]["scale"], part["transform"]["position"]
            x, y, z = point
            turned = _turned((x * scale["x"], y * scale["y"], z * scale["z"]), _turn(part))
            point = (turned[0] + place["x"], turned[1] + place["y"], turned[2] + place["z"])
        return point


Turn = tuple[float, float, float, float]


def _turn(entity: dict[str, Any]) -> Turn:
    rotation = entity["transform"]["rotation"]
    return rotation["x"], rotation["y"], rotation["z"], rotation["w"]


def _conjugate(turn: Turn) -> Turn:
    x, y, z, w = turn
    return -x, -y, -z, w


def _turned(point: Vector, turn: Turn) -> Vector:
    """The point, turned by a quaternion: v + 2w(q × v) + 2 q × (q × v)."""
    x, y, z, w = turn
    first = _cross((x, y, z), point)
    second = _cross((x, y, z), first)
    return (
        point[0] + 2 * (w * first[0] + second[0]),
        point[1] + 2 * (w * first[1] + second[1]),
        point[2] + 2 * (w * first[2] + second[2]),
    )


def _cross(a: Vector, b: Vector) -> Vector:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def as_json(document: Any) -> bytes:
    """A file of a project."""
    return json.dumps(document).encode()
