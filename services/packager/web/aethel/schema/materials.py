"""Fields of materials, as files and levels write them."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from services.packager.web.aethel.schema.fields import Color, Name, Number, Struct, Vector

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
OLDER_NAMES: Final = {
    "albedoMap": "map",
    "baseColorMap": "map",
    "diffuseMap": "map",
    "texture": "map",
    "metallicMap": "metalnessMap",
    "emissionMap": "emissiveMap",
    "occlusionMap": "aoMap",
}
GROUPS: Final = ("properties", "parameters")
_ALL_COLORS: Final = (
    *("color", "albedo", "baseColor", "diffuse", "emissive", "emission", "emissiveColor"),
    *("sheenColor", "specular", "specularColor", "attenuationColor"),
)
_NUMBERS: Final = (
    *("emissiveIntensity", "emissionIntensity", "metalness", "metallic", "roughness", "opacity"),
    *("alphaTest", "aoMapIntensity", "bumpScale", "displacementScale", "displacementBias"),
    *("lightMapIntensity", "envMapIntensity", "clearcoat", "clearcoatRoughness", "transmission"),
    *("thickness", "ior", "sheen", "sheenRoughness", "iridescence", "iridescenceIOR"),
    *("reflectivity", "shininess", "specularIntensity", "attenuationDistance", "anisotropy"),
)
_FLAGS: Final = (
    *("transparent", "alphaToCoverage", "doubleSided", "wireframe", "flatShading"),
    *("vertexColors", "fog", "depthTest", "depthWrite", "toneMapped", "dithering"),
)
_VECTORS: Final = ("normalScale", "clearcoatNormalScale", "repeat", "offset")
Kind = Literal["standard", "physical", "basic", "phong", "lambert", "toon", "matcap"]
Wrapping = Literal["repeat", "clamp", "mirror"]


class PlacedTexture(Struct, frozen=True, kw_only=True):
    """A texture, and how it lies."""

    uri: Name
    repeat: Vector | None = None
    offset: Vector | None = None
    rotation: Number | None = None
    wrap_s: Wrapping | None = None
    wrap_t: Wrapping | None = None
    flip_y: bool | None = None
    anisotropy: Number | None = None


MaterialFields: Final = msgspec.defstruct(
    "MaterialFields",
    [
        *((name, Color | None, None) for name in _ALL_COLORS),
        *((name, Number | None, None) for name in _NUMBERS),
        *((name, bool | None, None) for name in _FLAGS),
        *((name, Vector | None, None) for name in _VECTORS),
        *((name, Name | None, None) for name in sorted(COLORS | DATA | OLDER_NAMES.keys())),
        *((name, Any, None) for name in ("id", "name", "version", "formatVersion", "shader")),
        *((name, Any, None) for name in ("metadata", *GROUPS)),
        ("type", Kind | None, None),
        ("side", Literal["front", "back", "double"] | None, None),
        ("textures", dict[str, PlacedTexture | None] | None, None),
    ],
)
