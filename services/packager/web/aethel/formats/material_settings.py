"""Material settings of the material editor: linear colours, textures with their own placing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.documents import colors
from services.packager.web.aethel.documents.fields import Fields
from services.packager.web.aethel.documents.format import Format
from services.packager.web.aethel.documents.level_builder import Converted
from services.packager.web.aethel.schema.materials import COLORS, DATA

if TYPE_CHECKING:
    from services.packager.web.aethel.documents.fields import Source
    from services.packager.web.aethel.documents.format import Surroundings

TYPES: Final = ("standard", "physical", "basic", "phong", "lambert", "toon", "matcap")
NUMBERS: Final = (  # three.js's names
    *("opacity", "metalness", "roughness", "emissiveIntensity", "alphaTest", "displacementScale"),
    *("displacementBias", "bumpScale", "aoMapIntensity", "lightMapIntensity", "envMapIntensity"),
    *("shininess",),
)
PHYSICAL: Final = (  # only of that type: anywhere else they are what the editor writes always
    *("clearcoat", "clearcoatRoughness", "sheen", "sheenRoughness", "transmission", "thickness"),
    *("ior", "reflectivity", "iridescence", "iridescenceIOR"),
)
FLAGS: Final = (
    *("transparent", "wireframe", "flatShading", "depthTest", "depthWrite", "alphaToCoverage"),
    *("fog", "toneMapped", "vertexColors"),
)
COLOR_FIELDS: Final = ("color", "emissive", "specular")
WRAPS: Final = ("repeat", "clamp", "mirror")


def recognises(content: Any) -> bool:
    """A material with an object of textures and a colour by its parts, or a list of one."""
    item = content[0] if isinstance(content, list) and content else content
    return (
        isinstance(item, dict)
        and isinstance(item.get("textures"), dict)
        and isinstance(item.get("color"), dict)
        and isinstance(item.get("type"), str)
    )


def convert(source: Source, around: Surroundings) -> Converted:  # noqa: ARG001 - names nothing else
    """The material; of a list the first, as a file of the game is one material."""
    given = source.fields()
    if isinstance(source.content, list):
        given = next(Fields({"all": source.content}, source, "$").each("all"))
        if len(source.content) > 1:
            message = f"holds {len(source.content)} materials, of which the first is read: split it"
            source.warn(message)
    kind = given.text("type", "standard")
    if kind not in TYPES:
        source.warn(f"materials of type {kind!r} are drawn as standard ones", given.place("type"))
        kind = "standard"
    made = {"name": given.text("name"), "type": kind, **_values(given, physical=kind == "physical")}
    made["side"] = given.choice("side", ("front", "back", "double"), "front")
    made["textures"] = _textures(given.inner("textures"))
    given.ignore("id", "sheenColor", *PHYSICAL)
    given.close()
    places = {"$": given.path} | {f"$.{name}": f"{given.path}.{name}" for name in made}
    places |= {f"$.{slot}": f"{given.path}.textures.{slot}" for slot in made["textures"]}
    return Converted(content=made, places=places)


def _values(given: Fields, *, physical: bool) -> dict[str, Any]:
    """Colours, numbers and flags that are there."""
    shades = (*COLOR_FIELDS, *(("sheenColor",) if physical else ()))
    numbers = (*NUMBERS, *(PHYSICAL if physical else ()))
    made: dict[str, Any] = {
        name: colors.linear(given, name, colors.BLACK) for name in shades if name in given
    }
    made |= {name: given.number(name, 0) for name in numbers if name in given}
    made |= {name: given.flag(name, default=False) for name in FLAGS if name in given}
    if "normalScale" in given:
        made["normalScale"] = list(given.vector("normalScale", (1.0, 1.0)))
    return made


def _textures(given: Fields) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for slot in given.names():
        texture = given.inner(slot)
        uri = texture.text("uri")
        if slot not in COLORS | DATA:
            given.source.warn("is no texture that the player draws", given.place(slot))
        elif uri:
            made[slot] = {
                "uri": uri,
                "repeat": list(texture.vector("repeat", (1.0, 1.0))),
                "offset": list(texture.vector("offset", (0.0, 0.0))),
                "rotation": texture.number("rotation", 0),
                "wrapS": texture.choice("wrapS", WRAPS, "repeat"),
                "wrapT": texture.choice("wrapT", WRAPS, "repeat"),
                "flipY": texture.flag("flipY", default=True),
                "anisotropy": texture.number("anisotropy", 4, least=1, most=16),
            }
            _check_encoding(texture, slot)
            texture.ignore("id", "name", "minFilter", "magFilter", "generateMipmaps")
            texture.close()
        elif texture.names() and "uri" not in texture:
            given.source.warn("names no picture: it lacks the field 'uri'", given.place(slot))
    return made


def _check_encoding(texture: Fields, slot: str) -> None:
    usual = "sRGB" if slot in COLORS else "linear"
    if texture.text("encoding", usual).lower() != usual.lower():
        texture.source.warn(f"the texture is read as {usual}", texture.place("encoding"))


FORMAT: Final = Format(
    name="material settings", kind="material", recognises=recognises, convert=convert
)
