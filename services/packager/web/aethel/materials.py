"""Material files say which textures they use, and for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.packager.web.aethel.findings import read_document

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings

COLORS: Final = frozenset(("map", "emissiveMap"))  # every other map holds numbers
DATA: Final = frozenset(
    (
        *("normalMap", "roughnessMap", "metalnessMap", "aoMap"),
        *("alphaMap", "bumpMap", "displacementMap"),
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


def textures_of(project: ProjectFiles, file: str, findings: Findings) -> dict[str, str]:
    """The texture of each map of a material: an asset's id or a path."""
    document = read_document(project, file, findings)
    maps: dict[str, str] = {}
    with findings.walking(file):
        maps.update(_maps(document or {}))
    return maps


def _maps(document: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields stand at the top, or below ``properties`` as older editors wrote them."""
    fields = dict(document)
    for group in ("properties", "parameters"):
        inner = document.get(group)
        fields |= inner if isinstance(inner, dict) else {}
    named = ((OLDER_NAMES.get(name, name), value) for name, value in fields.items())
    return [
        (name, value)
        for name, value in named
        if name in COLORS | DATA and isinstance(value, str) and value
    ]
