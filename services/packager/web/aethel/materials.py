"""Material files say which textures they use, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.web.aethel.findings import read_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings

COLORS: Final = frozenset(  # every other map holds numbers
    ("map", "emissiveMap", "specularMap", "sheenColorMap", "specularColorMap", "matcap")
)
DATA: Final = frozenset(
    (
        *("normalMap", "roughnessMap", "metalnessMap", "aoMap", "lightMap", "gradientMap"),
        *("alphaMap", "bumpMap", "displacementMap", "clearcoatMap", "clearcoatNormalMap"),
        *("clearcoatRoughnessMap", "transmissionMap", "thicknessMap", "sheenRoughnessMap"),
        *("iridescenceMap", "iridescenceThicknessMap", "specularIntensityMap", "anisotropyMap"),
    )
)
UNLIT: Final = ("basic", "matcap")
DARK: Final = ("#000", "#000000", "black", 0)
GROUPS: Final = ("properties", "parameters")
OLDER_NAMES: Final = {
    "albedoMap": "map",
    "baseColorMap": "map",
    "diffuseMap": "map",
    "texture": "map",
    "metallicMap": "metalnessMap",
    "emissionMap": "emissiveMap",
    "occlusionMap": "aoMap",
}
TYPES: Final = ("standard", "physical", "basic", "phong", "lambert", "toon", "matcap")
TINTS: Final = frozenset(
    (
        *("color", "albedo", "baseColor", "diffuse", "emissive", "emission", "emissiveColor"),
        *("specular", "sheenColor", "specularColor", "attenuationColor"),
    )
)
NUMBERS: Final = frozenset(
    (
        *("emissiveIntensity", "emissionIntensity", "metalness", "metallic", "roughness"),
        *("opacity", "alphaTest", "aoMapIntensity", "bumpScale", "displacementScale"),
        *("displacementBias", "lightMapIntensity", "envMapIntensity", "clearcoat", "ior"),
        *("clearcoatRoughness", "transmission", "thickness", "sheen", "sheenRoughness"),
        *("iridescence", "iridescenceIOR", "reflectivity", "shininess", "specularIntensity"),
        *("attenuationDistance", "anisotropy"),
    )
)
FLAGS: Final = frozenset(
    (
        *("transparent", "alphaToCoverage", "doubleSided", "wireframe", "flatShading"),
        *("vertexColors", "fog", "depthTest", "depthWrite", "toneMapped", "dithering"),
    )
)
KNOWN: Final = frozenset(
    (
        *COLORS,
        *DATA,
        *OLDER_NAMES,
        *GROUPS,
        *("id", "name", "type", "textures", "version", "formatVersion", "shader", "metadata"),
        *TINTS,
        *NUMBERS,
        *FLAGS,
        *("side", "normalScale", "repeat", "offset", "clearcoatNormalScale"),
    )
)


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be known of a material."""

    maps: dict[str, str] = {}  # texture of each map: an asset's id or a path
    seen: bool = True  # not wholly transparent
    shines: bool = False  # seen without a light


def read_material(project: ProjectFiles, file: str, findings: Findings) -> Material:
    """A material that has a file of its own."""
    document = read_document(project, file, findings) or {}
    material = Material()
    with findings.walking(file):
        material = material_of(document)
        for name in unknown_in(document):
            findings.warning(file, "is a field that the player does not know", path=f"$.{name}")
        for name, expected in odd_in(document):
            findings.warning(file, f"is not {expected}: it has no effect", path=f"$.{name}")
    return material


def material_of(document: dict[str, Any]) -> Material:
    """A material, as it stands in its file or in a level."""
    fields = _fields(document)
    glow = fields.get("emissive", fields.get("emissiveColor"))
    return Material(
        maps=dict(maps_in(document)),
        seen=fields.get("opacity") != 0,
        shines=fields.get("type") in UNLIT or glow not in (None, *DARK),
    )


def maps_in(document: dict[str, Any]) -> list[tuple[str, str]]:
    """(map, texture) of a material."""
    fields = _fields(document)
    given = document.get("textures")
    textures = given if isinstance(given, dict) else {}
    fields |= {
        slot: texture.get("uri") for slot, texture in textures.items() if isinstance(texture, dict)
    }
    named = ((OLDER_NAMES.get(name, name), value) for name, value in fields.items())
    return [
        (name, value)
        for name, value in named
        if name in COLORS | DATA and isinstance(value, str) and value
    ]


def unknown_in(document: dict[str, Any]) -> list[str]:
    """Fields of a material that have no effect."""
    return sorted(_fields(document).keys() - KNOWN)


def odd_in(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(field, what it should be) of fields that the player cannot use."""
    for name, value in _fields(document).items():
        if value is None:
            continue
        if name in NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
            yield name, "a number"
        elif name in FLAGS and not isinstance(value, bool):
            yield name, "true or false"
        elif name in TINTS and not _is_color(value):
            yield name, "a colour"
        elif name == "type" and value not in TYPES:
            yield name, f"one of {', '.join(TYPES)}"


def _is_color(value: Any) -> bool:
    parts = list(value.values()) if isinstance(value, dict) else value
    if isinstance(parts, list):
        return len(parts) in (3, 4) and all(isinstance(part, int | float) for part in parts)
    return isinstance(value, int | str)


def _fields(document: dict[str, Any]) -> dict[str, Any]:
    """The fields stand at the top, or below ``properties`` as older editors wrote them."""
    fields = dict(document)
    for group in GROUPS:
        inner = document.get(group)
        fields |= inner if isinstance(inner, dict) else {}
    return fields
