"""A level is built entity by entity, and knows of each of its parts where that came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.project.unreadable import UnreadableError
from services.packager.web.aethel.documents import rotations
from services.packager.web.aethel.documents.colors import GREY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.packager.web.aethel.documents.rotations import Quaternion, Vector

MOST_ENTITIES: Final = 200_000  # each is ten times as large as the shortest object
ORIGIN: Final = (0.0, 0.0, 0.0)
ONE: Final = (1.0, 1.0, 1.0)
EDITOR_GREY: Final = {"color": GREY, "metalness": 0, "roughness": 1}  # of the viewports' meshes


class Converted(msgspec.Struct, frozen=True, kw_only=True):
    """What a document has become, and from which of its parts each part came."""

    content: Any
    places: dict[str, str] = {}  # JSON path in the content -> in the document
    title: str = ""  # of a game that begins with it


class LevelBuilder:
    """Collects a level, or the entities of a prefab."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {}
        self.entities: list[dict[str, Any]] = []
        self._assets: list[dict[str, Any]] = []
        self._inline: dict[bytes, str] = {}
        self._places: dict[str, str] = {}

    def entity(
        self,
        place: str,
        *,
        entity_id: str,
        name: str,
        parent: str | None = None,
        position: Vector = ORIGIN,
        rotation: Quaternion = rotations.NONE,
        scale: Vector = ONE,
        active: bool = True,
        tags: list[str] | None = None,
        layer: int = 0,
    ) -> EntityBuilder:
        """Add one entity.

        Args:
            place: Where it stands in the document.
            entity_id: Its id.
            name: Its name.
            parent: The id of what it hangs on.
            position: Relative to the parent.
            rotation: Likewise.
            scale: Likewise.
            active: Whether it is there.
            tags: That scripts find it by.
            layer: 0 to 31.

        Raises:
            UnreadableError: There are more than any game shows.
        """
        if len(self.entities) == MOST_ENTITIES:
            raise UnreadableError(f"has more than {MOST_ENTITIES:,} objects; split it")
        self._places[f"$.entities[{len(self.entities)}]"] = place
        components: list[dict[str, Any]] = []
        written: dict[str, Any] = {
            "id": entity_id,
            "name": name,
            "parentId": parent,
            "transform": {
                "position": dict(zip("xyz", position, strict=True)),
                "rotation": dict(zip("xyzw", rotation, strict=True)),
                "scale": dict(zip("xyz", scale, strict=True)),
            },
            "components": components,
            "tags": tags or [],
            "layer": layer,
            "active": active,
        }
        self.entities.append(written)
        return EntityBuilder(self._places, f"$.entities[{len(self.entities) - 1}]", components)

    def inline(self, kind: str, data: Mapping[str, Any]) -> str:
        """The id of a material or controller in the level itself; equal ones are one."""
        key = msgspec.json.encode([kind, data], order="deterministic")
        if key not in self._inline:
            self._inline[key] = f"{kind}:{len(self._inline)}"
            self._assets.append({"id": self._inline[key], "type": kind, "data": dict(data)})
        return self._inline[key]

    def level(self, name: str, *, title: str = "") -> Converted:
        """All of it."""
        content = {
            "formatVersion": "1.0.0",
            "metadata": {"name": name},
            "assets": self._assets,
            "entities": self.entities,
            "prefabs": [],
            "settings": self.settings,
        }
        return Converted(content=content, places=self._places, title=title)

    def prefab(self, prefab_id: str, name: str) -> Converted:
        """The entities as a prefab in a file of its own; the first one is its root."""
        content = {
            "id": prefab_id,
            "name": name,
            "rootEntityId": self.entities[0]["id"],
            "entities": self.entities,
        }
        return Converted(content=content, places=self._places)


class EntityBuilder:
    """Adds components to one entity."""

    def __init__(self, places: dict[str, str], path: str, components: list[dict[str, Any]]) -> None:
        self._places = places
        self._path = path
        self._components = components

    def component(self, kind: str, data: dict[str, Any], *, place: str = "") -> None:
        """Add a component.

        Args:
            kind: Its type.
            data: Its fields.
            place: Where it stands in the document, if not where its entity does.
        """
        if place:
            self._places[f"{self._path}.components[{len(self._components)}]"] = place
        self._components.append({"type": kind, "data": data})
