"""An export that would show nothing is refused, and why it shows nothing is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.packager.web.aethel.materials import Material, material_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.packager.request import Request
    from services.packager.web.aethel.asset_index import AssetIndex
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.scenes import Mesh, Scene


def check(
    scene: Scene | None,
    index: AssetIndex,
    request: Request,
    findings: Findings,
    *,
    has_hud: bool,
) -> None:
    """Report a first scene that stays empty or black; in debug as a warning.

    A script may show anything, and so may a prefab; a scene with one of them is never refused. What
    is broken may be what would be seen, so errors come first.
    """
    if scene is None or has_hud or scene.scripted or scene.particles or findings.errors:
        return
    if why := _fault(scene, index):
        tell = findings.warning if request.configuration == "debug" else findings.error
        tell(scene.file, f"is the first scene, and shows nothing: {why}")


def _fault(scene: Scene, index: AssetIndex) -> str:
    if not scene.meshes:
        if scene.hidden:
            return f"its meshes are all inactive ({scene.hidden:,}); make one active"
        return "it has no mesh, no particles and no script; add one, or begin with another scene"
    seen = [mesh for mesh in scene.meshes if _is_seen(mesh, scene, index)]
    if not seen:
        return "all of its materials have the opacity 0; give one of them more"
    if not scene.lit and not any(_shines(mesh, scene, index) for mesh in seen):
        return "it has no light, its ambient light is 0 and no material is unlit; add a light"
    return ""


def _is_seen(mesh: Mesh, scene: Scene, index: AssetIndex) -> bool:
    found = list(_materials(mesh, scene, index))
    return not found or any(material.seen for material in found)


def _shines(mesh: Mesh, scene: Scene, index: AssetIndex) -> bool:
    """Whether it is seen without a light; a model may have any materials of its own."""
    found = list(_materials(mesh, scene, index))
    return any(material.shines for material in found) if found else mesh.is_model


def _materials(mesh: Mesh, scene: Scene, index: AssetIndex) -> Iterator[Material]:
    for reference in mesh.materials:
        asset = scene.assets.get(reference)
        if asset and asset.data is not None:
            yield material_of(asset.data)
        elif file := index.find(reference, scene):
            yield index.material(file)
