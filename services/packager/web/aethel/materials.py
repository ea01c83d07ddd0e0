"""Material files say which textures they use, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.web.aethel.findings import read_document

if TYPE_CHECKING:
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
KNOWN: Final = frozenset(
    (
        *COLORS,
        *DATA,
        *OLDER_NAMES,
        *GROUPS,
        *("id", "name", "type", "textures", "version", "formatVersion", "shader", "metadata"),
        *("color", "albedo", "baseColor", "diffuse", "emissive", "emission", "emissiveColor"),
        *("emissiveIntensity", "emissionIntensity", "metalness", "metallic", "roughness"),
        *("opacity", "transparent", "alphaTest", "alphaToCoverage", "side", "doubleSided"),
        *("wireframe", "flatShading", "vertexColors", "fog", "depthTest", "depthWrite"),
        *("normalScale", "repeat", "offset", "aoMapIntensity", "bumpScale", "displacementScale"),
        *("displacementBias", "lightMapIntensity", "envMapIntensity", "clearcoat"),
        *("clearcoatRoughness", "transmission", "thickness", "ior", "sheen", "sheenRoughness"),
        *("sheenColor", "iridescence", "iridescenceIOR", "reflectivity", "specular", "shininess"),
        *("specularColor", "specularIntensity", "attenuationColor", "attenuationDistance"),
        *("anisotropy", "toneMapped", "dithering", "clearcoatNormalScale"),
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


def _fields(document: dict[str, Any]) -> dict[str, Any]:
    """The fields stand at the top, or below ``properties`` as older editors wrote them."""
    fields = dict(document)
    for group in GROUPS:
        inner = document.get(group)
        fields |= inner if isinstance(inner, dict) else {}
    return fields
