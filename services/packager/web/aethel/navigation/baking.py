"""Baking decides which scenes get navigation meshes, and keeps them for later exports."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Final

import msgspec

from services.packager.build.stages import Tally
from services.packager.storage.derived_files import DerivedFileCache
from services.packager.web.aethel import preload
from services.packager.web.aethel.navigation.baker import (
    MAX_SIZES,
    MAX_TRIANGLES,
    Baked,
    Baker,
    BakerBrokenError,
    Job,
    SceneFile,
)
from services.packager.web.aethel.navigation.results import (
    FOLDER,
    BakedScene,
    Navigation,
    report,
    result_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from services.packager.build.context import BuildContext
    from services.packager.build.plan import Content
    from services.packager.web.aethel.findings import Findings
    from services.packager.web.aethel.load_project import LoadedProject
    from services.packager.web.aethel.scenes import Scene

AGENT: Final = "NavMeshAgent"
MAX_SOURCE_BYTES: Final = 512 << 20  # of one scene's files
SHAPES: Final = frozenset({"mesh", "heightfield"})  # of colliders that are as what is shown
NODE: Final = "node"
LATER: Final = "its navigation mesh is baked by the player, with the scene's first frame: "


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
    baking = _Baking(loaded, shipped, baker, context, findings)
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
            report(scene, answer, findings)
            made[scene.file] = result_of(answer, loaded)
    lacking = tuple(sorted(baking.broken_off))
    return Navigation(made, is_complete=len(made) == len(scenes), lacking=lacking)


class _Baking:
    """Bakes scenes, or finds again what was baked of the same files."""

    def __init__(
        self,
        loaded: LoadedProject,
        shipped: Mapping[str, Content],
        baker: Baker,
        context: BuildContext,
        findings: Findings,
    ) -> None:
        self.broken_off: list[str] = []  # of the machine's memory perhaps: the next may not be
        self._loaded = loaded
        self._shipped = shipped
        self._baker = baker
        self._context = context
        self._findings = findings
        self._numbers = count()
        self._folder = context.scratch / FOLDER
        self._folder.mkdir(exist_ok=True)
        self._cache = DerivedFileCache(context.derived, self._folder)

    def bake(self, scene: Scene) -> Baked:
        files = {path: self._shipped[path] for path in _files(scene, self._loaded, self._shipped)}
        size = sum(file.size_bytes for file in files.values())
        if size > MAX_SOURCE_BYTES:
            message = f"its models have {size:,} bytes; up to {MAX_SOURCE_BYTES:,} are read"
            return Baked(error=message)
        inputs = [FOLDER, self._baker.sha256, scene.name, MAX_TRIANGLES, MAX_SIZES]
        hashes = {path: file.sha256 for path, file in files.items()}
        try:
            with self._context.decoding(scene.file):
                found = self._cache.get([*inputs, hashes], lambda: (self._made(scene, files), ""))
        except BakerBrokenError as error:
            self.broken_off.append(f"navigation of {scene.file}")
            return Baked(error=str(error))
        return msgspec.json.decode(found.path.read_bytes() if found else b"{}", type=Baked)

    def _made(self, scene: Scene, files: Mapping[str, Content]) -> bytes:
        folder = self._folder / f"scene-{next(self._numbers)}"
        folder.mkdir()
        places = {
            path: str(self._placed(path, file, folder / str(number)))
            for number, (path, file) in enumerate(files.items())
        }
        job = Job(
            scene=SceneFile(scene.name, scene.file),
            files=places,
            most_triangles=MAX_TRIANGLES,
            most_sizes=MAX_SIZES,
        )
        try:
            return self._baker.bake(job, folder, file=self._findings.original(scene.file))
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
