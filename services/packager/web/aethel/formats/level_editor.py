"""Levels of the LevelEditor look as in its viewport, and move as in its play mode.

Right-handed, y up; degrees; every position is the world's, whatever ``parentId`` says.
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

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.packager.web.aethel.documents.fields import Fields, Source
    from services.packager.web.aethel.documents.format import Surroundings
    from services.packager.web.aethel.documents.level_builder import Converted, EntityBuilder

MESHES: Final[dict[str, dict[str, Any]]] = {
    "Cube": {"type": "box"},
    "Sphere": {"type": "sphere", "radius": 0.5},
    "Cylinder": {"type": "cylinder", "radiusTop": 0.5, "radiusBottom": 0.5, "height": 1},
    "Cone": {"type": "cone", "radius": 0.5, "height": 1},
    "Torus": {"type": "torus", "radius": 0.5, "tube": 0.2},
    "Plane": {"type": "plane", "width": 1, "height": 1},
}
SHOWN: Final = ("mesh", "light", "camera")
UNSEEN: Final = ("empty", "blueprint", "volume", "spline", "decal", "foliage", "audio")
LIGHTS: Final = {"DirectionalLight": "directional", "PointLight": "point", "SpotLight": "spot"}
VIEWPORT: Final = (10.0, 8.0, 10.0)  # from where the editor looks while a level has no camera
FLOOR: Final = "floor"  # the one id that never falls
PROCEDURAL_SKY: Final = {
    "type": "procedural",
    "sunPosition": [100, 20, 100],
    "turbidity": 10,
    "rayleigh": 0.5,
}


def recognises(content: Any) -> bool:
    """Objects whose components have properties, or settings that no other scene has."""
    objects = content.get("objects") if isinstance(content, dict) else None
    if not isinstance(objects, list):
        return False
    return "lightmapSettings" in content or any(map(_has_components, objects))


def convert(source: Source, around: Surroundings) -> Converted:  # noqa: ARG001 - names nothing else
    """The level."""
    level = source.fields()
    builder = LevelBuilder()
    has_camera = False
    for number, item in enumerate(level.each("objects")):
        has_camera |= _object(item, builder, f"object-{number}", is_main=not has_camera)
    if not has_camera:
        eye = builder.entity("$", entity_id="viewport", name="Viewport", position=VIEWPORT)
        eye.component("Camera", {"isMain": True, "fov": 60, "target": list(ORIGIN)})
    builder.settings = _settings(level.inner("environment"))
    name = level.text("name", "Main Level")
    level.ignore("id", "version", "createdAt", "updatedAt")
    if "lightmapSettings" in level:
        source.inform("lightmapSettings have no effect: all light is computed while playing")
    level.ignore("lightmapSettings", "navmeshSettings")  # of agents, which no level of it has
    level.close()
    return builder.level(name, title=name)


def _has_components(item: Any) -> bool:
    components = item.get("components") if isinstance(item, dict) else None
    return isinstance(components, list) and any(
        isinstance(part, dict) and "type" in part and "properties" in part for part in components
    )


def _object(item: Fields, builder: LevelBuilder, fallback: str, *, is_main: bool) -> bool:
    """One object; whether it is the first camera that is seen through."""
    kind = item.choice("type", (*SHOWN, *UNSEEN), "empty")
    visible = item.flag("visible", default=True)
    entity_id = item.identifier("id", fallback)
    entity = builder.entity(
        item.path,
        entity_id=entity_id,
        name=item.text("name", entity_id),
        position=item.vector("position", ORIGIN),
        rotation=rotations.from_degrees(
            item.vector("rotation", ORIGIN), "YXZ" if kind == "camera" else "XYZ"
        ),
        scale=item.vector("scale", ONE),
        active=visible,
    )
    components = list(item.each("components"))
    locked = item.flag("locked", default=False)
    properties = item.inner("properties")
    seen = False
    if kind == "mesh":
        _mesh(components, properties, builder, entity)
        if not locked and entity_id != FLOOR:
            entity.component("FallingBody", {})
    elif kind == "light":
        _light(components, entity, item)
    elif kind == "camera":
        seen = is_main and visible
        _camera(components, entity, is_main=seen)
    elif kind != "empty":
        message = f"objects of type {kind!r} show nothing and do nothing"
        item.source.warn(message, item.place("type"))
    _rest(components)
    properties.ignore("castShadow", "receiveShadow")
    properties.close()
    item.ignore("parentId", "children")
    item.close()
    return seen


def _mesh(
    components: list[Fields], properties: Fields, builder: LevelBuilder, entity: EntityBuilder
) -> None:
    part = _first(components, ("StaticMesh",))
    given = part.inner("properties") if part else None
    shape = given.text("mesh", "Cube") if given else "Cube"
    if given:
        if shape not in MESHES:
            given.source.warn(f"the mesh {shape!r} is unknown: it is a cube", given.place("mesh"))
        given.ignore("material")  # the viewport paints all of them alike
        given.close()
    data = {
        "geometry": MESHES.get(shape, MESHES["Cube"]),
        "materialIds": [builder.inline("material", EDITOR_GREY)],
        "castShadows": properties.flag("castShadow", default=False),
        "receiveShadows": properties.flag("receiveShadow", default=False),
    }
    entity.component("MeshRenderer", data, place=part.path if part else "")


def _light(components: list[Fields], entity: EntityBuilder, item: Fields) -> None:
    part = _first(components, LIGHTS)
    if part is None:
        item.source.warn("a light without a light component does not shine", item.path)
        return
    given = part.inner("properties")
    kind = LIGHTS[part.text("type")]
    data: dict[str, Any] = {
        "type": kind,
        "color": colors.srgb(given, "color", colors.WHITE),
        "intensity": given.number("intensity", 0, least=0) or 1,
        "castShadows": kind == "directional",
    }
    if kind == "directional":
        data |= {"shadowMapSize": 2048, "shadowExtent": 5}
    else:
        data |= {"range": given.number("range", 0, least=0) or 10, "decay": 2}
    if kind == "spot":
        data |= {"angle": given.number("angle", 0, least=0, most=3.2) or 0.5, "penumbra": 0}
    if kind != "point":
        data["target"] = list(ORIGIN)
    given.ignore("castShadow", "range", "angle")
    given.close()
    entity.component("Light", data, place=part.path)


def _camera(components: list[Fields], entity: EntityBuilder, *, is_main: bool) -> None:
    part = _first(components, ("Camera",))
    data: dict[str, Any] = {"fov": 60, "near": 0.1, "far": 1000, "isMain": is_main}
    if part:
        given = part.inner("properties")
        data["fov"] = given.number("fov", 0, least=0, most=179) or 60
        data["near"] = given.number("near", 0, least=0) or 0.1
        data["far"] = given.number("far", 0, least=0) or 1000
        given.close()
    entity.component("Camera", data, place=part.path if part else "")


def _first(components: list[Fields], kinds: Iterable[str]) -> Fields | None:
    return next((part for part in components if part.text("type") in kinds), None)


SOLID: Final = ("BoxCollider", "SphereCollider", "CapsuleCollider", "MeshCollider")
_PLAYED: Final = ("StaticMesh", "Camera", *LIGHTS)


def _rest(components: list[Fields]) -> None:
    """Of components that the editor's own play mode does not look at, too."""
    for part in components:
        kind = part.text("type")
        if kind in SOLID:
            part.source.inform(f"a {kind} has no effect, as in the editor's play mode")
        elif kind not in _PLAYED:
            message = f"components of type {kind!r} have no effect, as in the editor's play mode"
            part.source.warn(message, part.path)
        part.ignore("id", "enabled", "properties")
        part.close()


def _settings(given: Fields) -> dict[str, Any]:
    sky = given.choice("skyType", ("procedural", "solid", "hdri"), "procedural")
    color = colors.srgb(given, "skyColor", "#87ceeb")
    skies: dict[str, dict[str, Any]] = {
        "procedural": PROCEDURAL_SKY,
        "solid": {"type": "color", "color": color},
        "hdri": {"type": "color", "color": "#1a1a1a"},
    }
    ambient = given.number("ambientIntensity", 0.3, least=0)
    fog = {
        "enabled": given.flag("fogEnabled", default=False),
        "type": "linear",
        "color": colors.srgb(given, "fogColor", "#aabbcc"),
        "near": 10,
        "far": 100,
    }
    given.ignore("fogDensity")
    given.close()
    return {
        "skybox": skies[sky],
        "lighting": {"ambientColor": colors.WHITE, "ambientIntensity": ambient},
        "fog": fog,
    }


FORMAT: Final = Format(
    name="LevelEditor level", kind="scene", recognises=recognises, convert=convert
)
