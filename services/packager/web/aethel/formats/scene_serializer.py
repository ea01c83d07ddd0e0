"""Scenes of the SceneSerializer: three.js objects, radians in any order, linear colours."""

from __future__ import annotations

from math import atan, degrees, pi, radians, tan
from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.documents import colors, rotations
from services.packager.web.aethel.documents.format import Format
from services.packager.web.aethel.documents.level_builder import ONE, ORIGIN, LevelBuilder

if TYPE_CHECKING:
    from services.packager.web.aethel.documents.fields import Fields, Source
    from services.packager.web.aethel.documents.format import Surroundings
    from services.packager.web.aethel.documents.level_builder import Converted, EntityBuilder

# Parameters of each geometry, with what the serializer's own reader takes where they are absent.
GEOMETRIES: Final[dict[str, dict[str, float]]] = {
    "box": {"width": 1, "height": 1, "depth": 1},
    "sphere": {"radius": 1},
    "cylinder": {"radiusTop": 1, "radiusBottom": 1, "height": 1},
    "cone": {"radius": 1, "height": 1},
    "torus": {"radius": 1, "tube": 0.4},
    "plane": {"width": 1, "height": 1},
    "capsule": {"radius": 0.5, "length": 1},
}
SEGMENTS: Final = (
    *("widthSegments", "heightSegments", "depthSegments", "radialSegments", "tubularSegments"),
    *("capSegments",),
)
MOST_SEGMENTS: Final = 1_024
LIGHTS: Final = ("directional", "point", "spot", "ambient", "hemisphere", "rectArea")
KINDS: Final = ("mesh", "light", "camera", "group", "empty")
TONES: Final = ("none", "linear", "reinhard", "cineon", "aces")
SHADOWS: Final = {"basic": "basic", "pcf": "pcf", "pcfSoft": "pcfsoft", "vsm": "vsm"}


def recognises(content: Any) -> bool:
    """Objects, and settings of a renderer."""
    settings = content.get("settings") if isinstance(content, dict) else None
    return (
        isinstance(settings, dict)
        and isinstance(settings.get("renderer"), dict)
        and isinstance(content.get("objects"), list)
    )


def convert(source: Source, around: Surroundings) -> Converted:  # noqa: ARG001 - names nothing else
    """The level."""
    scene = source.fields()
    builder = LevelBuilder()
    active = scene.identifier("activeCamera", "")
    entities: dict[str, EntityBuilder] = {}
    waiting: list[tuple[Fields, str | None]] = [(item, None) for item in scene.each("objects")]
    waiting.reverse()
    while waiting:
        item, parent = waiting.pop()
        entity_id = item.identifier("id", f"object-{len(builder.entities)}")
        entities[entity_id] = _object(item, builder, entity_id, parent, active=active)
        waiting += reversed([(child, entity_id) for child in item.each("children")])
        item.close()
    if active and active not in entities:
        message = f"there is no camera {active!r}: the first one is seen through"
        source.warn(message, scene.place("activeCamera"))
    for script in scene.each("scripts"):
        _script(script, entities)
    builder.settings = _settings(scene)
    name = scene.text("name", "Scene")
    for kind in (assets := scene.inner("assets")).names():
        assets.lose("has no effect: nothing in this format refers to it", kind)
    scene.ignore("version", "id", "createdAt", "updatedAt", "metadata")
    scene.close()
    return builder.level(name)


def _object(
    item: Fields, builder: LevelBuilder, entity_id: str, parent: str | None, *, active: str
) -> EntityBuilder:
    kind = item.choice("type", KINDS, "empty")
    transform = item.inner("transform")
    turn = transform.inner("rotation")
    order = turn.choice("order", rotations.ORDERS, "XYZ")
    mask = int(item.number("layer", 1, least=0, most=0xFFFFFFFF))
    entity = builder.entity(
        item.path,
        entity_id=entity_id,
        name=item.text("name", entity_id),
        parent=parent,
        position=transform.vector("position", ORIGIN),
        rotation=rotations.from_euler(tuple(turn.number(axis, 0) for axis in "xyz"), order),
        scale=transform.vector("scale", ONE),
        tags=item.texts("tags"),
        layer=max((mask & -mask).bit_length() - 1, 0),  # its lowest bit
        active=item.flag("visible", default=True),
    )
    turn.close()
    transform.close()
    if kind == "mesh":
        _mesh(item, builder, entity)
    elif kind == "light":
        _light(item, entity)
    elif kind == "camera":
        _camera(item, entity, is_main=entity_id == active)
    item.ignore("userData", "castShadow", "receiveShadow")
    return entity


def _mesh(item: Fields, builder: LevelBuilder, entity: EntityBuilder) -> None:
    look = builder.inline("material", _material(item.inner("material")))
    data = {
        "geometry": _geometry(item.inner("geometry")),
        "materialIds": [look],
        "castShadows": item.flag("castShadow", default=False),
        "receiveShadows": item.flag("receiveShadow", default=False),
    }
    entity.component("MeshRenderer", data, place=item.path)


def _geometry(given: Fields) -> dict[str, Any]:
    kind = given.choice("type", (*GEOMETRIES, "custom"), "box")
    parameters = given.inner("parameters")
    if kind == "custom":
        made: dict[str, Any] = {"type": kind, "vertices": given.numbers("vertices")}
        for name in ("indices", "normals", "uvs"):
            if numbers := given.numbers(name):
                made[name] = numbers
    else:
        made = {"type": kind}
        for name, default in GEOMETRIES[kind].items():
            made[name] = parameters.number(name, default, least=0)
        for name in SEGMENTS:
            if name in parameters:
                made[name] = round(parameters.number(name, 1, least=1, most=MOST_SEGMENTS))
        given.ignore("vertices", "indices", "normals", "uvs")
    parameters.close()
    given.close()
    return made


def _material(given: Fields) -> dict[str, Any]:
    kinds = ("standard", "basic", "phong", "lambert")
    made: dict[str, Any] = {
        "type": given.choice("type", kinds, "standard"),
        "color": colors.linear(given, "color", colors.WHITE),
        "opacity": given.number("opacity", 1, least=0, most=1),
        "transparent": given.flag("transparent", default=False),
        "metalness": given.number("metalness", 0, least=0, most=1),
        "roughness": given.number("roughness", 0.5, least=0, most=1),
        "emissive": colors.linear(given, "emissive", colors.BLACK),
        "emissiveIntensity": given.number("emissiveIntensity", 0, least=0),
        "wireframe": given.flag("wireframe", default=False),
        "side": given.choice("side", ("front", "back", "double"), "front"),
        "flatShading": given.flag("flatShading", default=False),
    }
    if made["type"] != "standard":
        del made["metalness"], made["roughness"]
    given.ignore("id", "name")
    given.close()
    return made


def _light(item: Fields, entity: EntityBuilder) -> None:
    kind = item.choice("lightType", LIGHTS, "point")
    color = colors.linear(item, "color", colors.WHITE)
    data: dict[str, Any] = {
        "type": kind,
        "color": color,
        "intensity": item.number("intensity", 1, least=0),
        "castShadows": item.flag("castShadow", default=False),
        "range": item.number("distance", 0, least=0),
        "decay": item.number("decay", 2, least=0),
        "angle": item.number("angle", pi / 3, least=0, most=3.2),
        "penumbra": item.number("penumbra", 0, least=0, most=1),
    }
    shadow = item.inner("shadow")
    if "mapSize" in shadow:
        given = shadow.raw("mapSize")
        size = given.get("width", given.get("x")) if isinstance(given, dict) else given
        if isinstance(size, int) and 0 < size <= 16_384:  # noqa: PLR2004 - as lights of a level
            data["shadowMapSize"] = size
    item.ignore("width", "height")
    if kind == "rectArea":
        item.source.warn("area lights do not shine in a game", item.path)
        return
    if kind == "hemisphere":
        data["skyColor"] = color
        data["groundColor"] = colors.linear(item, "groundColor", colors.BLACK)
    if kind in ("directional", "spot"):
        data["target"] = list(ORIGIN)
    item.ignore("groundColor")
    entity.component("Light", data, place=item.path)


def _camera(item: Fields, entity: EntityBuilder, *, is_main: bool) -> None:
    kind = item.choice("cameraType", ("perspective", "orthographic"), "perspective")
    zoom = item.number("zoom", 1, least=0.001)
    fov = item.number("fov", 75, least=1, most=179)
    data: dict[str, Any] = {
        "type": kind,
        "fov": degrees(2 * atan(tan(radians(fov) / 2) / zoom)),
        "near": item.number("near", 0.1),
        "far": item.number("far", 1000),
        "isMain": is_main,
    }
    top, bottom = item.number("top", 10), item.number("bottom", -10)
    if kind == "orthographic":
        data["orthographicSize"] = abs(top - bottom) / 2 / zoom
    item.ignore("aspect", "left", "right")
    entity.component("Camera", data, place=item.path)


def _script(script: Fields, entities: dict[str, EntityBuilder]) -> None:
    owner = script.identifier("objectId", "")
    if owner in entities:
        data = {"scriptId": script.text("uri"), "properties": {}}
        entities[owner].component("Script", data, place=script.path)
    else:
        script.source.warn(f"there is no object {owner!r}: its script never runs", script.path)
    script.ignore("id", "name", "uri")
    script.close()


def _settings(scene: Fields) -> dict[str, Any]:
    given = scene.inner("settings")
    renderer = given.inner("renderer")
    physics = scene.inner("physics")
    gravity = physics.vector("gravity", (0.0, -9.81, 0.0))
    physics.ignore("enabled", "defaultFriction", "defaultRestitution", "solver", "iterations")
    physics.close()  # without a collider, which this format has not, only the gravity is of effect
    settings: dict[str, Any] = {
        "physics": {"gravity": list(gravity)},
        "lighting": {
            "ambientIntensity": 0,
            "shadowsEnabled": renderer.flag("shadowMap", default=True),
        },
        "rendering": {
            "toneMapping": renderer.choice("toneMapping", TONES, "aces"),
            "exposure": renderer.number("toneMappingExposure", 1, least=0),
            "shadowType": SHADOWS[renderer.choice("shadowMapType", SHADOWS, "pcf")],
        },
        **_environment(scene.inner("environment")),
    }
    if renderer.text("outputColorSpace", "srgb").lower() not in ("srgb", "srgb-linear"):
        renderer.source.warn("pictures are sRGB", renderer.place("outputColorSpace"))
    renderer.ignore("antialias", "pixelRatio")
    renderer.close()
    given.lose("is left out: effects of this format are not known", "postProcessing")
    given.ignore("name", "description", "author", "version", "tags")
    given.close()
    return settings


def _environment(given: Fields) -> dict[str, Any]:
    back = given.inner("background")
    kind = back.text("type", "color")
    color = colors.BLACK
    if kind == "color":
        color = colors.linear(back, "value", colors.BLACK)
    else:
        back.source.warn(f"backgrounds of type {kind!r} are black", back.path)
    back.ignore("value")
    back.close()
    settings: dict[str, Any] = {"skybox": {"type": "color", "color": color}}
    if "fog" in given:
        fog = given.inner("fog")
        is_linear = fog.choice("type", ("linear", "exponential"), "linear") == "linear"
        settings["fog"] = {
            "enabled": True,
            "type": "linear" if is_linear else "exponential2",
            "color": colors.linear(fog, "color", colors.WHITE),
            "near": fog.number("near", 1),
            "far": fog.number("far", 1000),
            "density": fog.number("density", 0.00025, least=0),
        }
        fog.close()
    given.close()
    return settings


FORMAT: Final = Format(
    name="SceneSerializer scene", kind="scene", recognises=recognises, convert=convert
)
