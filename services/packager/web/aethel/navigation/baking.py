"""Baking decides which scenes get navigation meshes, and keeps them for later exports."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import msgspec

from services.packager.build.plan import Content
from services.packager.build.stages import Tally
from services.packager.storage.derived_files import DerivedFileCache
from services.packager.web.aethel import preload
from services.packager.web.aethel.navigation.baker import (
    Baked,
    Baker,
    BakerBrokenError,
    Job,
    SceneFile,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from services.packager.build.context import BuildContext
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.load_project import LoadedProject
    from services.packager.web.aethel.scenes import Scene

AGENT: Final = "NavMeshAgent"
FOLDER: Final = "navigation"
MAX_SOURCE_BYTES: Final = 512 << 20  # of one scene's files
SHAPES: Final = frozenset({"mesh", "heightfield"})  # of colliders that are as what is shown
NODE: Final = "node"
LATER: Final = "its navigation mesh is baked by the player, with the scene's first frame: "
_MAKES_GROUND: Final = re.compile("Collider")
_SPAWNS: Final = re.compile("spawn|nstantiate")


class BakedScene(msgspec.Struct, frozen=True):
    """The meshes of one scene, as the player's manifest tells of them."""

    table: dict[str, Any]
    changes: bool  # scripts probably change the ground: then the player bakes it anew
    contents: tuple[Content, ...]


class Navigation(msgspec.Struct, frozen=True):
    """What was baked, by the file of the scene."""

    scenes: dict[str, BakedScene] = {}
    is_complete: bool = False  # every scene with agents has its meshes
    lacking: tuple[str, ...] = ()  # what is not installed, and would have been of use

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


def bake(
    loaded: LoadedProject,
    shipped: Mapping[str, Content],
    baker: Baker,
    context: BuildContext,
    findings: Findings,
) -> Navigation:
    """Bake the meshes of all scenes that have agents.

    Args:
        loaded: The project.
        shipped: Its files as the player will get them, by project path.
        baker: Of the player.
        context: Of the build.
        findings: Told of what could not be baked.

    Raises:
        ProjectTooHeavyError: A scene takes too long, or too much memory.
    """
    scenes = [loaded.scenes[name] for name in sorted(loaded.reach.scenes)]
    scenes = [scene for scene in scenes if _has_agents(scene, loaded)]
    if not scenes:
        return Navigation()
    if not baker.has_node:
        for scene in scenes:
            findings.info(f"{LATER}there is no node where it was exported", file=scene.file)
        return Navigation(lacking=(NODE,))
    baking = _Baking(loaded, shipped, baker, context)
    made: dict[str, BakedScene] = {}
    tally = Tally(context.stage, "baking", len(scenes))

    def bake_one(scene: Scene) -> Baked:
        answer = baking.bake(scene)
        tally.add()
        return answer

    with ThreadPoolExecutor(context.threads, thread_name_prefix="bake") as threads:
        for scene, answer in zip(scenes, threads.map(bake_one, scenes), strict=True):
            if answer.error:
                findings.warning(scene.file, f"{LATER}{answer.error}")
                continue
            _report(scene, answer, findings)
            made[scene.file] = _baked(scene, answer, loaded)
    return Navigation(made, is_complete=len(made) == len(scenes))


class _Baking:
    """Bakes scenes, or finds again what was baked of the same files."""

    def __init__(
        self,
        loaded: LoadedProject,
        shipped: Mapping[str, Content],
        baker: Baker,
        context: BuildContext,
    ) -> None:
        self._loaded = loaded
        self._shipped = shipped
        self._baker = baker
        self._context = context
        self._folder = context.scratch / FOLDER
        self._folder.mkdir(exist_ok=True)
        self._cache = DerivedFileCache(context.derived, self._folder)

    def bake(self, scene: Scene) -> Baked:
        files = {path: self._shipped[path] for path in _files(scene, self._loaded, self._shipped)}
        size = sum(file.size_bytes for file in files.values())
        if size > MAX_SOURCE_BYTES:
            message = f"its models have {size:,} bytes; up to {MAX_SOURCE_BYTES:,} are read"
            return Baked(error=message)
        inputs = [FOLDER, self._baker.sha256, scene.name]
        hashes = {path: file.sha256 for path, file in files.items()}
        try:
            with self._context.decoding(scene.file):
                found = self._cache.get([*inputs, hashes], lambda: (self._made(scene, files), ""))
        except BakerBrokenError as error:
            return Baked(error=str(error))
        return msgspec.json.decode(found.path.read_bytes() if found else b"{}", type=Baked)

    def _made(self, scene: Scene, files: Mapping[str, Content]) -> bytes:
        folder = self._folder / f"of-{scene.name.replace('/', '-')}"
        folder.mkdir()
        places = {
            path: str(self._placed(path, file, folder / str(number)))
            for number, (path, file) in enumerate(files.items())
        }
        job = Job(scene=SceneFile(scene.name, scene.file), files=places)
        try:
            return self._baker.bake(job, folder)
        finally:
            shutil.rmtree(folder)

    def _placed(self, path: str, file: Content, place: Path) -> Path:
        """Where the file lies on the disk, put there if need be."""
        if file.derived:
            return file.derived
        with self._loaded.project.open(path) as source, place.open("wb") as copy:
            shutil.copyfileobj(source, copy)
        return place


def _has_agents(scene: Scene, loaded: LoadedProject) -> bool:
    return any(AGENT in one.kinds for one in preload.with_prefabs(scene, loaded))


def _files(scene: Scene, loaded: LoadedProject, shipped: Mapping[str, Content]) -> list[str]:
    """The scene, its prefabs, and models where a collider may have a model's shape."""
    documents = preload.with_prefabs(scene, loaded)
    paths = {one.file for one in documents}
    if any(SHAPES & one.strings for one in documents):
        for path in preload.files(scene, loaded):
            model = loaded.index.model(path) if path in loaded.reach.files else None
            paths |= {path, *model.buffers.values()} if model else set()
    return sorted(paths & shipped.keys())


def _report(scene: Scene, baked: Baked, findings: Findings) -> None:
    """Tell what was baked, and what agents will not find."""
    for mesh in baked.meshes:
        if mesh.mesh and mesh.cell_size > mesh.wanted_cell_size:
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
    sizes = [len(mesh.mesh) for mesh in baked.meshes if mesh.mesh]
    if sizes:
        findings.info(
            f"navigation meshes for {len(sizes)} sizes of agents: {baked.triangles:,} triangles of "
            f"ground → {sum(mesh.polygons for mesh in baked.meshes):,} polygons, {sum(sizes):,} "
            "bytes",
            file=scene.file,
        )


def _baked(scene: Scene, baked: Baked, loaded: LoadedProject) -> BakedScene:
    contents: list[Content] = []
    meshes: list[dict[str, Any]] = []
    for mesh in baked.meshes:
        file = None
        if mesh.mesh is not None:
            content = Content.made("", mesh.mesh)
            file = f"{FOLDER}/{scene.name}-{content.sha256[:12]}.bin"
            contents.append(msgspec.structs.replace(content, path=file))
        meshes.append({"radius": mesh.radius, "height": mesh.height, "file": file})
    changes = _changes_ground(baked, loaded)
    table = {"ground": baked.ground, "changes": changes, "meshes": meshes}
    return BakedScene(table, changes, tuple(contents))


def _changes_ground(baked: Baked, loaded: LoadedProject) -> bool:
    """Whether scripts look as if they would add to the ground before the first frame."""
    texts = [loaded.texts[path] for path in loaded.reach.scripts | loaded.reach.modules]
    return any(map(_MAKES_GROUND.search, texts)) or (
        baked.prefabs_have_ground and any(map(_SPAWNS.search, texts))
    )
