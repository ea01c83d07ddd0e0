"""Scenes of the SceneEditor are arrays of nested objects: radians, integers for colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.documents import colors, rotations
from services.packager.web.aethel.documents.fields import Fields
from services.packager.web.aethel.documents.format import Format
from services.packager.web.aethel.documents.level_builder import ONE, ORIGIN, LevelBuilder
from services.packager.web.aethel.formats.level_editor import VIEWPORT

if TYPE_CHECKING:
    from services.packager.web.aethel.documents.fields import Source
    from services.packager.web.aethel.documents.format import Surroundings
    from services.packager.web.aethel.documents.level_builder import Converted, EntityBuilder

GEOMETRIES: Final[dict[str, dict[str, Any]]] = {
    "box": {"type": "box"},
    "sphere": {"type": "sphere", "radius": 0.5},
    "cylinder": {"type": "cylinder", "radiusTop": 0.5, "radiusBottom": 0.5, "height": 1},
    "cone": {"type": "cone", "radius": 0.5, "height": 1},
    "torus": {"type": "torus", "radius": 0.5, "tube": 0.2},
    "plane": {"type": "plane", "width": 1, "height": 1},
    "capsule": {"type": "capsule", "radius": 0.25, "length": 0.5},
}
SHAPES: Final[dict[str, dict[str, Any]]] = {
    "box": {"shape": "box", "size": list(ONE)},
    "sphere": {"shape": "sphere", "radius": 0.5},
    "capsule": {"shape": "capsule", "radius": 0.25, "height": 1},
    "plane": {"shape": "box", "size": [10, 0.2, 10]},
}
LIGHTS: Final = ("directional", "point", "spot", "ambient", "hemisphere")
BLUE: Final = "#4a90d9"
NEUTRAL_SKY: Final = "#c8ccd2"  # for the "city" that the editor fetches from the net


def recognises(content: Any) -> bool:
    """A list of objects with properties."""
    return isinstance(content, list) and bool(content) and all(map(_is_object, content))


def _is_object(item: Any) -> bool:
    return isinstance(item, dict) and {"type", "position", "properties"} <= item.keys()


def convert(source: Source, around: Surroundings) -> Converted:  # noqa: ARG001 - names nothing else
    """The level, with the light of the editor's viewport."""
    builder = LevelBuilder()
    _light_of_viewport(builder)
    top = Fields({"objects": source.content}, source, "$")
    waiting: list[tuple[Fields, str | None]] = [(item, None) for item in top.each("objects")]
    waiting.reverse()
    has_camera = False
    while waiting:
        item, parent = waiting.pop()
        entity_id, is_camera = _object(item, builder, parent, is_main=not has_camera)
        has_camera |= is_camera
        waiting += reversed([(child, entity_id) for child in item.each("children")])
        item.close()
    if not has_camera:
        eye = builder.entity("$", entity_id="viewport", name="Viewport", position=VIEWPORT)
        eye.component("Camera", {"isMain": True, "fov": 60, "target": list(ORIGIN)})
    return builder.level("Scene")


def _light_of_viewport(builder: LevelBuilder) -> None:
    sun = builder.entity("$", entity_id="viewport-sun", name="Sun", position=(10.0, 10.0, 5.0))
    sun.component("Light", {"type": "directional", "intensity": 0.8, "target": list(ORIGIN)})
    builder.settings = {
        "skybox": {"type": "color", "color": NEUTRAL_SKY},
        "lighting": {"ambientColor": colors.WHITE, "ambientIntensity": 0.4},
    }


def _object(
    item: Fields, builder: LevelBuilder, parent: str | None, *, is_main: bool
) -> tuple[str, bool]:
    """One object; its id, and whether it is a camera."""
    kind = item.choice("type", ("mesh", "light", "camera", "empty", "prefab"), "empty")
    entity_id = item.identifier("id", f"object-{len(builder.entities)}")
    entity = builder.entity(
        item.path,
        entity_id=entity_id,
        name=item.text("name", entity_id),
        parent=parent,
        position=item.vector("position", ORIGIN),
        rotation=rotations.from_euler(item.vector("rotation", ORIGIN)),
        scale=item.vector("scale", ONE),
        active=item.flag("visible", default=True),
    )
    given = item.inner("properties")
    if kind == "mesh":
        _mesh(given, builder, entity)
    elif kind == "light":
        _light(given, entity)
    elif kind == "camera":
        entity.component(
            "Camera",
            {"isMain": is_main, "fov": given.number("fov", 60, least=1, most=179)},
            place=item.path,
        )
    elif kind == "prefab":
        item.source.warn("prefabs of this editor name nothing that is saved", item.path)
    given.ignore("geometry", "color", "intensity", "lightType", "distance", "angle", "rigidbody")
    given.close()
    return entity_id, kind == "camera"


def _mesh(given: Fields, builder: LevelBuilder, entity: EntityBuilder) -> None:
    shape = given.choice("geometry", GEOMETRIES, "box")
    look = {"color": colors.srgb(given, "color", BLUE), "metalness": 0, "roughness": 1}
    data = {"geometry": GEOMETRIES[shape], "materialIds": [builder.inline("material", look)]}
    entity.component("MeshRenderer", data, place=given.path)
    if "rigidbody" not in given:
        return
    body = given.inner("rigidbody")
    kind = body.choice("type", ("dynamic", "static", "kinematic"), "dynamic")
    mass = body.number("mass", 1, least=0)
    if kind != "static":
        moves = {"mass": mass, "drag": 0.1, "angularDrag": 0.1, "isKinematic": kind == "kinematic"}
        entity.component("RigidBody", moves, place=body.path)
    surface = {"physicsMaterial": {"friction": 0.5, "restitution": 0.5}}
    entity.component("Collider", {**SHAPES.get(shape, {"shape": "mesh"}), **surface})
    body.close()


def _light(given: Fields, entity: EntityBuilder) -> None:
    kind = given.choice("lightType", LIGHTS, "point")
    data: dict[str, Any] = {
        "type": kind,
        "color": colors.srgb(given, "color", colors.WHITE),
        "intensity": given.number("intensity", 1, least=0),
        "range": given.number("distance", 0, least=0),
    }
    if kind == "spot":
        data |= {"angle": given.number("angle", 0.5, least=0, most=3.2), "penumbra": 0}
    if kind in ("spot", "directional"):
        data["target"] = list(ORIGIN)
    entity.component("Light", data, place=given.path)


FORMAT: Final = Format(
    name="SceneEditor scene", kind="scene", recognises=recognises, convert=convert
)
