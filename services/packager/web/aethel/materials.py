"""Material files say which textures they use, and for what."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.web.aethel.findings import MAX_SHOWN, read_document
from services.packager.web.aethel.schema.materials import (
    COLORS,
    DATA,
    GROUPS,
    OLDER_NAMES,
    MaterialFields,
)
from services.packager.web.aethel.schema.type_errors import bad_colors, faults, unknown_fields

if TYPE_CHECKING:
    from services.packager.project.files import ProjectFiles
    from services.packager.web.aethel.findings import Findings

UNLIT: Final = ("basic", "matcap")
DARK: Final = ("#000", "#000000", "black", 0)


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
        check(document, file, findings)
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


def check(document: dict[str, Any], file: str, findings: Findings, *, path: str = "$") -> None:
    """Report what is wrong with a material, and what of it has no effect.

    Args:
        document: The material.
        file: That it stands in.
        findings: Where to.
        path: Its place in the file.
    """
    groups = ((document.get(name), f"{path}.{name}") for name in GROUPS)
    parts = [(document, path), *groups]
    for part, place in parts:
        if not isinstance(part, dict):
            continue
        wrong = chain(faults(part, MaterialFields, place), bad_colors(part, MaterialFields, place))
        for where, message in islice(wrong, MAX_SHOWN):
            findings.error(file, message, path=where)
        for name in unknown_fields(part, MaterialFields):
            message = "is a field that the player does not know"
            findings.warning(file, message, path=f"{place}.{name}")
        slots = part.get("textures")
        for name in sorted(slots.keys() - COLORS - DATA) if isinstance(slots, dict) else ():
            message = "is a map that the player does not know"
            findings.warning(file, message, path=f"{place}.textures.{name}")


def _fields(document: dict[str, Any]) -> dict[str, Any]:
    """The fields stand at the top, or below ``properties`` as older editors wrote them."""
    fields = dict(document)
    for group in GROUPS:
        inner = document.get(group)
        fields |= inner if isinstance(inner, dict) else {}
    return fields
