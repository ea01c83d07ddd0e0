"""Scenes of the project templates: components are texts, and unknown ones are classes of scripts.

Left-handed with +z ahead, degrees, Euler YXZ, +x looks down. Children are relative to their parent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.documents import colors, rotations
from services.packager.web.aethel.documents.format import Format
from services.packager.web.aethel.documents.level_builder import (
    EDITOR_GREY,
    ONE,
    ORIGIN,
    LevelBuilder,
)
from services.packager.web.aethel.formats.level_editor import MESHES

if TYPE_CHECKING:
    from services.packager.web.aethel.documents.fields import Fields, Source
    from services.packager.web.aethel.documents.format import Surroundings
    from services.packager.web.aethel.documents.level_builder import Converted, EntityBuilder

BODIES: Final = ("RigidBody", "RigidBody2D")
BOXES: Final = ("BoxCollider", "BoxCollider2D")
CAPSULES: Final = ("CapsuleCollider", "CapsuleCollider2D")
SMOOTH: Final = {"friction": 0}  # scripts set velocities, and nothing is to slow them down
LEVEL: Final = frozenset(("formatVersion", "metadata", "assets", "prefabs"))  # fields of a level
_BUILT_IN: Final = {"Camera", "DirectionalLight", "MeshRenderer", *BODIES, *BOXES, *CAPSULES}


def recognises(content: Any) -> bool:
    """Components that are texts; or a named scene of entities whose transforms are lists."""
    entities = content.get("entities") if isinstance(content, dict) else None
    if not isinstance(entities, list) or LEVEL & content.keys():
        return False
    has_texts = any(map(_has_texts, entities))
    return has_texts or ("name" in content and any(map(_has_lists, entities)))


def convert(source: Source, around: Surroundings) -> Converted:
    """The level."""
    scene = source.fields()
    builder = LevelBuilder()
    walk = _Walk(builder, around)
    waiting: list[tuple[Fields, str | None]] = [(item, None) for item in scene.each("entities")]
    waiting.reverse()
    while waiting:
        item, parent = waiting.pop()
        entity_id = walk.entity(item, parent)
        children = [(child, entity_id) for child in item.each("children")]
        item.close()
        waiting += reversed(children)
    builder.settings = _settings(scene.inner("settings"))
    name = scene.text("name", "Main")
    scene.ignore("id", "version")
    scene.close()
    return builder.level(name)


def _has_texts(item: Any) -> bool:
    components = item.get("components") if isinstance(item, dict) else None
    return isinstance(components, list) and any(isinstance(part, str) for part in components)


def _has_lists(item: Any) -> bool:
    transform = item.get("transform") if isinstance(item, dict) else None
    return (
        isinstance(transform, dict)
        and "parentId" not in item
        and any(isinstance(value, list) for value in transform.values())
    )


class _Walk:
    """Writes one entity after the other."""

    def __init__(self, builder: LevelBuilder, around: Surroundings) -> None:
        self._builder = builder
        self._around = around
        self._has_camera = False

    def entity(self, item: Fields, parent: str | None) -> str:
        """One entity with its components; its id."""
        fallback = f"entity-{len(self._builder.entities)}"
        entity_id = item.identifier("id", fallback)
        transform = item.inner("transform")
        turn = rotations.from_degrees(transform.vector("rotation", ORIGIN), "YXZ")
        entity = self._builder.entity(
            item.path,
            entity_id=entity_id,
            name=item.text("name", entity_id),
            parent=parent,
            position=rotations.mirrored_place(transform.vector("position", ORIGIN)),
            rotation=rotations.mirrored(turn),
            scale=transform.vector("scale", ONE),
            tags=item.texts("tags"),
            active=item.flag("active", default=True),
        )
        transform.close()
        texts = item.texts("components")
        has_script = any(_kind(text) not in _BUILT_IN for text in texts)
        for number, text in enumerate(texts):
            place = f"{item.place('components')}[{number}]"
            self._component(text, entity, item.source, place, upright=has_script)
        return entity_id

    def _component(
        self, text: str, entity: EntityBuilder, source: Source, place: str, *, upright: bool
    ) -> None:
        kind, argument = _kind(text), text.partition(":")[2].strip()
        if argument and kind != "MeshRenderer":
            source.warn(f"the argument of {text!r} has no effect", place)
        if kind == "MeshRenderer":
            self._mesh(argument, entity, source, place)
        elif kind == "Camera":
            data: dict[str, Any] = {
                "fov": 60,
                "near": 0.1,
                "far": 1000,
                "isMain": not self._has_camera,
            }
            self._has_camera = True
            entity.component("Camera", data, place=place)
        elif kind == "DirectionalLight":
            data = {"type": "directional", "color": colors.WHITE, "intensity": 1}
            entity.component("Light", data, place=place)
        elif kind in BODIES:
            entity.component("RigidBody", _body(kind, upright=upright), place=place)
        elif kind in BOXES:
            data = {"shape": "box", "size": list(ONE), "physicsMaterial": SMOOTH}
            entity.component("Collider", data, place=place)
        elif kind in CAPSULES:
            data = {"shape": "capsule", "radius": 0.5, "height": 2, "physicsMaterial": SMOOTH}
            entity.component("Collider", data, place=place)
        else:
            self._script(kind, entity, source, place)

    def _mesh(self, name: str, entity: EntityBuilder, source: Source, place: str) -> None:
        if name not in MESHES:
            source.warn(f"the mesh {name!r} is unknown: it is a cube", place)
        data = {
            "geometry": MESHES.get(name, MESHES["Cube"]),
            "materialIds": [self._builder.inline("material", EDITOR_GREY)],
        }
        entity.component("MeshRenderer", data, place=place)

    def _script(self, name: str, entity: EntityBuilder, source: Source, place: str) -> None:
        path = self._around.script_of(name)
        if path:
            entity.component("Script", {"scriptId": path, "export": name}, place=place)
            return
        known = ", ".join(sorted(_BUILT_IN))
        message = (
            f"{name!r} is no component ({known}), and no script below Content/Scripts/ exports "
            "a class of that name"
        )
        self._around.missing(source, message, place)


def _kind(text: str) -> str:
    return text.partition(":")[0].strip()


def _body(kind: str, *, upright: bool) -> dict[str, Any]:
    data: dict[str, Any] = {"mass": 1, "angularDrag": 0.05}
    if kind == "RigidBody2D":
        data["planar"] = True
    elif upright:
        data["constraints"] = {"freezeRotation": True}
    return data


def _settings(given: Fields) -> dict[str, Any]:
    settings: dict[str, Any] = {"handedness": "left"}
    physics = given.inner("physics")
    if "gravity" in physics:
        is_number = isinstance(physics.raw("gravity"), int | float)
        gravity = (
            (0.0, physics.number("gravity", -9.81), 0.0)
            if is_number
            else physics.vector("gravity", (0.0, -9.81, 0.0))
        )
        settings["physics"] = {"gravity": list(rotations.mirrored_place(gravity))}
    physics.close()
    rendering = given.inner("rendering")
    if "ambientLight" in rendering:
        ambient = colors.srgb(rendering, "ambientLight", "#404040")
        settings["lighting"] = {"ambientColor": ambient, "ambientIntensity": 1}
    rendering.close()
    given.close()
    return settings


FORMAT: Final = Format(name="template scene", kind="scene", recognises=recognises, convert=convert)
