"""Results of baking are what is shipped, what the player's manifest says, and what is told."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.build.plan import Content

if TYPE_CHECKING:
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.load_project import LoadedProject
    from services.packager.web.aethel.navigation.baker import Baked
    from services.packager.web.aethel.scenes import Scene

FOLDER: Final = "navigation"
_ADDS: Final = re.compile(r"""Collider|addComponent\(\s*["'`]NavMeshAgent""")
_SPAWNS: Final = re.compile("spawn|nstantiate")


class BakedScene(msgspec.Struct, frozen=True):
    """The meshes of one scene, as the player's manifest tells of them."""

    table: dict[str, Any]
    changes: bool  # the player probably has to bake: scripts change the ground, say
    contents: tuple[Content, ...]


class Navigation(msgspec.Struct, frozen=True):
    """What was baked, by the file of the scene."""

    scenes: dict[str, BakedScene] = {}
    is_complete: bool = False  # every scene with agents has its meshes
    lacking: tuple[str, ...] = ()  # with which another build may bake more

    @property
    def contents(self) -> dict[str, Content]:
        """The files that are shipped, by path."""
        made = (content for scene in self.scenes.values() for content in scene.contents)
        return {content.path: content for content in made}

    def player_bakes(self, file: str | None = None) -> bool:
        """Whether the player probably has to bake meshes, for this scene or for any."""
        scenes = self.scenes.values() if file is None else filter(None, [self.scenes.get(file)])
        known = self.is_complete if file is None else file in self.scenes
        return not known or any(scene.changes for scene in scenes)

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """What the player's manifest says, by the file of the scene."""
        return {file: scene.table for file, scene in self.scenes.items()}


def report(scene: Scene, baked: Baked, findings: Findings) -> None:
    """Tell what was baked, and what agents will not find."""
    for mesh in baked.meshes:
        if mesh.mesh and mesh.cell_size > mesh.radius:
            findings.warning(
                scene.file,
                f"its ground is large: its navigation mesh has cells of {mesh.cell_size:.2f} m in "
                f"place of {mesh.wanted_cell_size:.2f} m, so agents with a radius of "
                f"{mesh.radius:g} m do not find narrow ways; give colliders to what is walked on "
                "alone, or divide the scene",
            )
    if baked.left_out:
        findings.warning(
            scene.file,
            f"has agents of {len(baked.meshes) + baked.left_out} sizes: for {baked.left_out} of "
            "them the player bakes a navigation mesh; give agents the same radius and height",
        )
    size = sum(len(mesh.mesh) for mesh in baked.meshes if mesh.mesh)
    if size:
        findings.info(
            f"its navigation mesh is baked: {baked.triangles:,} triangles of ground → "
            f"{sum(mesh.polygons for mesh in baked.meshes):,} polygons, {size:,} bytes",
            file=scene.file,
        )


def result_of(baked: Baked, loaded: LoadedProject) -> BakedScene:
    """The files that are shipped, and what the player is told of them."""
    contents: list[Content] = []
    meshes: list[dict[str, Any]] = []
    for mesh in baked.meshes:
        file = None
        if mesh.mesh is not None:
            content = Content.made("", mesh.mesh)
            file = f"{FOLDER}/{content.sha256[:16]}.bin"
            contents.append(msgspec.structs.replace(content, path=file))
        meshes.append({"radius": mesh.radius, "height": mesh.height, "file": file})
    changes = baked.left_out > 0 or _changes_ground(baked, loaded)
    table = {"ground": baked.ground, "changes": changes, "meshes": meshes}
    return BakedScene(table, changes, tuple(contents))


def _changes_ground(baked: Baked, loaded: LoadedProject) -> bool:
    """Whether scripts look as if they would add to the ground before the first frame."""
    texts = [loaded.texts[path] for path in loaded.reach.scripts | loaded.reach.modules]
    return any(map(_ADDS.search, texts)) or (
        baked.prefabs_have_ground and any(map(_SPAWNS.search, texts))
    )
