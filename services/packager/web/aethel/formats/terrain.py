"""Terrain of the LandscapeEditor becomes a ground to walk on, seen as in its viewport."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.documents import colors
from services.packager.web.aethel.documents.format import Format
from services.packager.web.aethel.documents.level_builder import ORIGIN, LevelBuilder

if TYPE_CHECKING:
    from services.packager.web.aethel.documents.fields import Fields, Source
    from services.packager.web.aethel.documents.format import Surroundings
    from services.packager.web.aethel.documents.level_builder import Converted

MOST: Final = 2_049  # points a side: a document of four million values holds no more
SKY: Final = "#87ceeb"


def recognises(content: Any) -> bool:
    """A height map, and how it is to be read."""
    config = content.get("config") if isinstance(content, dict) else None
    return (
        isinstance(config, dict)
        and "resolution" in config
        and isinstance(content.get("heightmap"), list)
    )


def convert(source: Source, around: Surroundings) -> Converted:  # noqa: ARG001 - names nothing else
    """The level: the ground, light, and a camera."""
    document = source.fields()
    builder = LevelBuilder()
    config = document.inner("config")
    geometry = _geometry(document, config)
    ground = builder.entity("$", entity_id="terrain", name="Terrain")
    look = {"color": _color(config), "metalness": 0, "roughness": 0.8}
    data = {"geometry": geometry, "materialIds": [builder.inline("material", look)]}
    ground.component("MeshRenderer", data, place="$.heightmap")
    ground.component("Collider", {"shape": "heightfield"}, place="$.heightmap")
    _surround(builder)
    config.lose("is left out: nothing grows in a game yet", "foliage")
    config.ignore("seed", "octaves", "persistence", "lacunarity", "scale", "erosion")
    config.close()
    document.ignore("name", "version")
    document.close()
    return builder.level("Terrain")


def _geometry(document: Fields, config: Fields) -> dict[str, Any]:
    width = config.number("width", 200, least=0.001)
    depth = config.number("height", 200, least=0.001)
    tallest = config.number("maxHeight", 50)
    points = round(config.number("resolution", 129, least=2, most=MOST))
    heights = [value * tallest for value in document.numbers("heightmap")]
    if len(heights) != points * points:
        message = f"has {len(heights):,} numbers; resolution {points} needs {points * points:,}"
        document.source.fail(message, "$.heightmap")
        heights = [0.0] * points * points
    return {
        "type": "terrain",
        "width": width,
        "depth": depth,
        "columns": points,
        "rows": points,
        "heights": heights,
    }


def _color(config: Fields) -> str:
    """The viewport paints all of it like the first layer."""
    layers = list(config.each("layers"))
    for layer in layers:
        layer.ignore("id", "name", "texture", "tiling", "color", "blendWeight")
        layer.ignore("minSlope", "maxSlope", "minHeight", "maxHeight")
        layer.close()
    return colors.srgb(layers[0], "color", colors.GREY) if layers else colors.GREY


def _surround(builder: LevelBuilder) -> None:
    sun = builder.entity("$", entity_id="sun", name="Sun", position=(50.0, 100.0, 50.0))
    light = {"type": "directional", "intensity": 1.2, "target": list(ORIGIN), "castShadows": False}
    sun.component("Light", light)
    dome = builder.entity("$", entity_id="dome", name="Hemisphere")
    shades = {"skyColor": SKY, "groundColor": "#556b2f"}
    dome.component("Light", {"type": "hemisphere", "intensity": 0.3, **shades})
    eye = builder.entity("$", entity_id="camera", name="Camera", position=(100.0, 80.0, 100.0))
    eye.component("Camera", {"isMain": True, "fov": 50, "target": list(ORIGIN)})
    builder.settings = {
        "skybox": {"type": "color", "color": SKY},
        "lighting": {"ambientColor": colors.WHITE, "ambientIntensity": 0.4},
    }


FORMAT: Final = Format(name="terrain", kind="scene", recognises=recognises, convert=convert)
