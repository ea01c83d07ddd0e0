"""Shadows are counted: a device draws so many textures in a material, and each shadow is one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel import hierarchy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.scenes import Scene
    from services.packager.web.aethel.schema.scenes import Entity, Game, Prefab

UNITS: Final = 16  # of textures, that every device with WebGL 2 has, and many have no more
OF_A_MATERIAL: Final = 2  # the least that one with a map needs for itself
KINDS: Final = ("directional", "point", "spot")  # of lights that can cast shadows


def lights_of(entities: Collection[Entity], prefabs: Iterable[Prefab]) -> Counter[str]:
    """How many lights of each kind ask for shadows when a level begins."""
    gone = hierarchy.inactive(entities)
    there = [entity for entity in entities if entity.id not in gone]
    found = Counter(_kinds(part for entity in there for part in entity.components or []))
    copies = Counter(entity.prefab_id for entity in there if entity.prefab_instance_id is None)
    for prefab in prefabs:
        if count := copies[prefab.id]:
            for kind, lights in Counter(_kinds(_parts(prefab.entities))).items():
                found[kind] += lights * count
    return found


def check(scene: Scene, game: Game, findings: Findings) -> None:
    """Warn of a scene whose lights ask for more shadows than devices draw at once."""
    count = scene.shadow_lights.total()
    if game.shadows is False or count <= UNITS - OF_A_MATERIAL:
        return
    findings.warning(
        scene.file,
        f"has {count:,} lights that cast shadows: many devices draw {UNITS} textures in a material "
        "at once, and each shadow is one of them. The player lets those cast shadows that matter "
        "most where the camera is; set castShadows to false where no shadow is missed",
    )


def _parts(entities: Iterable[Any]) -> Iterator[Any]:
    for entity in entities:
        parts = entity.get("components") if isinstance(entity, dict) else None
        yield from parts if isinstance(parts, list) else ()


def _kinds(components: Iterable[Any]) -> Iterator[str]:
    for component in components:
        if not isinstance(component, dict) or component.get("type") != "Light":
            continue
        data = component.get("data")
        fields = data if isinstance(data, dict) else {}
        kind = fields.get("type") or "point"
        if kind in KINDS and fields.get("castShadows") is not False:
            yield kind
